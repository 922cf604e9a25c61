"""Plans of a session: for all albums, for a saved plan that is reviewed, and drafts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from immich_smart_albums.changes.reviewed import reviewed
from immich_smart_albums.operations.apply.apply import require_accounts
from immich_smart_albums.operations.apply.staleness import require_current
from immich_smart_albums.operations.explain.album import rule_for
from immich_smart_albums.operations.permissions import without_accounts
from immich_smart_albums.operations.plan.make import make_plan
from immich_smart_albums.operations.plan.names import with_albums
from immich_smart_albums.operations.plan.selections import AlbumSelections, select_for_albums
from immich_smart_albums.session.clock import now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from immich_smart_albums.changes.plan import Plan
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.rules.album import RuleSet
    from immich_smart_albums.session.context import SessionContext


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan that is never written."""

    plan: Plan
    ranks: Mapping[str, int]
    """The best rank of each selected photo, by id. Photos that no search ranks are left out."""


def plan(context: SessionContext, *, allow: Sequence[str], rules: RuleSet | None, stop: Stop) -> Plan:
    """Returns what would change; see `Session.plan`."""
    with context.reading(stop):
        fresh, notices = _plan(context, context.rules if rules is None else rules, allow)
    context.tell_notes(notices)
    return fresh


def review(context: SessionContext, saved: Plan, *, stop: Stop) -> Plan:
    """Returns the part of a saved plan that a plan made now has as well; see `Session.review`."""
    with context.reading(stop):
        accounts = context.accounts
        # Why an account is absent stands in the plan that is made anew.
        saved = without_accounts(saved, accounts.absent)
        require_accounts(saved, accounts.present, accounts.absent)
        with context.ledger() as ledger:
            require_current(saved, context.servers, ledger=ledger.state, rules=context.config.digest)
        names = {rule_for(album.rule, context.rules).name for album in saved.albums}
        fresh, notices = _plan(context, with_albums(context.rules, names), saved.allowed)
    context.tell_notes(notices)
    return reviewed(saved, fresh)


def _plan(context: SessionContext, rules: RuleSet, allow: Sequence[str]) -> tuple[Plan, tuple[str, ...]]:
    """The plan for the albums of these rules, and notices."""
    context.look_anew()  # records in memory stay: no plan is made from them
    config = context.config
    with context.ledger() as ledger:
        return make_plan(
            rules,
            context.accounts,
            ledger,
            context.selecting(),
            made_at=now(),
            rules=config.digest,
            files=tuple(str(file.absolute()) for file in config.files),
            allow=allow,
        )


def draft(context: SessionContext, rules: RuleSet, *, stop: Stop) -> Draft:
    """Returns what rules would change that somebody is typing; see `Session.draft`."""
    with context.reading(stop):
        accounts = context.accounts
        options = replace(context.selecting(), records=context.records)
        context.drafts.prepare(accounts, options)
        answers, notices = select_for_albums(rules.albums, accounts, options)
        with context.ledger() as ledger:
            drafted, more = make_plan(
                rules, accounts, ledger, options, made_at=now(), answers=answers, drafts=context.drafts
            )
    context.tell_notes((*notices, *more))
    return Draft(drafted, _best_ranks(answers))


def _best_ranks(answers: Mapping[str, AlbumSelections]) -> dict[str, int]:
    best: dict[str, int] = {}
    for answer in answers.values():
        for selection in answer.selections.values():
            for ranks in selection.rankings:
                for asset in selection.assets:
                    if asset.id in ranks:
                        best[asset.id] = min(ranks[asset.id], best.get(asset.id, ranks[asset.id]))
    return best
