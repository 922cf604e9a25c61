"""The part of a session that drafts: quick plans while somebody works on a rule, which nobody writes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from immich_smart_albums.errors import Stopped
from immich_smart_albums.model.stopping import never
from immich_smart_albums.operations.plan.make import make_plan
from immich_smart_albums.operations.plan.selections import AlbumSelections, select_for_albums
from immich_smart_albums.session.clock import now
from immich_smart_albums.session.workplace import SessionPart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.changes.plan import Plan
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.rules.album import RuleSet

AT_A_TIME = 1000
"""Photos that are asked about before others get their turn; what was found out of them stays."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan that nobody writes."""

    plan: Plan
    ranks: Mapping[str, int]
    """The best place that each selected photo has in any ranking, by id; photos that none ranks are left out."""


class Drafting(SessionPart):
    """Makes drafts."""

    def draft(self, rules: RuleSet, *, stop: Stop = never) -> Draft:
        """Returns what would change by some rules, while somebody is typing them; it is never written.

        It may rest on records in memory, as `select` does. Whether Immich has looked at a photo is asked for the newest
        photos only. The others wait, until `close_open`.
        """
        work = self._work
        with work.reading(stop):
            accounts = work.accounts
            options = replace(work.selecting(), records=work.records)
            work.drafts.prepare(accounts, options)
            answers, notices = select_for_albums(rules.albums, accounts, options)
            with work.ledger() as ledger:
                plan, more = make_plan(
                    rules, accounts, ledger, options, made_at=now(), answers=answers, drafts=work.drafts
                )
        work.tell_notes((*notices, *more))
        return Draft(plan, _ranks(answers))

    @property
    def leaves_open(self) -> bool:
        """Whether drafts left photos of which nobody has asked yet whether Immich has looked at them."""
        return self._work.drafts.leaves_open

    def close_open(self, *, stop: Stop = never) -> None:
        """Ask about the photos that drafts left open, so that the next drafts know.

        As with `read_library`, other operations do not wait. Raises Stopped and ServerError.
        """
        work = self._work
        for name, server in work.background(stop).items():
            while True:
                if stop():
                    raise Stopped
                with work.lock:
                    indexing = work.drafts.indexing.get(name)
                    question = None if indexing is None else indexing.left_open(AT_A_TIME)
                if indexing is None or question is None:
                    break
                embedded = server.embeddings.of(*question)  # nobody waits for that
                with work.lock:
                    indexing.learn(question[0], embedded)


def _ranks(answers: Mapping[str, AlbumSelections]) -> dict[str, int]:
    ranks: dict[str, int] = {}
    for answer in answers.values():
        for selection in answer.selections.values():
            for places in selection.rankings:
                for asset in selection.assets:
                    if asset.id in places:
                        ranks[asset.id] = min(places[asset.id], ranks.get(asset.id, places[asset.id]))
    return ranks
