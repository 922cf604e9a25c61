"""Selections of a session: which photos rules match in each account, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from immich_smart_albums.model.span import with_lines
from immich_smart_albums.operations.explain.photo import Namer
from immich_smart_albums.operations.plan.selections import new_indexing, preview, select_for_albums
from immich_smart_albums.rules.album import RuleSet
from immich_smart_albums.selection.explain.selection import explain_selection as explain_from_evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.operations.accounts import ConnectedAccounts
    from immich_smart_albums.operations.indexing.indexing import Indexing
    from immich_smart_albums.operations.plan.selections import AlbumSelections
    from immich_smart_albums.operations.select import SelectOptions
    from immich_smart_albums.rules.album import AlbumRule
    from immich_smart_albums.selection.explain.selection import SelectionExplanation
    from immich_smart_albums.session.context import SessionContext


@dataclass(frozen=True, slots=True)
class ExplainedAlbum:
    """The selections for an album, with the reasons."""

    answer: AlbumSelections
    accounts: Mapping[str, SelectionExplanation]
    """By account. Those that failed are missing, and among the problems of the answer."""


def select(
    context: SessionContext, rules: Iterable[AlbumRule] | None, *, certain: bool, stop: Stop
) -> dict[str, AlbumSelections]:
    """Returns by album name which photos rules select in each account; see `Session.select`."""
    return _select(context, rules, stop, keeps_rejected=False, certain=certain)[0]


def explain_selection(
    context: SessionContext, rules: Iterable[AlbumRule] | None, *, stop: Stop
) -> dict[str, ExplainedAlbum]:
    """Returns by album name which photos rules select, and why; see `Session.explain_selection`."""
    answers, accounts = _select(context, rules, stop, keeps_rejected=True, certain=True)
    return {
        name: ExplainedAlbum(
            answer,
            {
                account: explain_from_evidence(selection, name_of=Namer(accounts.present[account].names))
                for account, selection in answer.selections.items()
            },
        )
        for name, answer in answers.items()
    }


def _select(
    context: SessionContext, rules: Iterable[AlbumRule] | None, stop: Stop, *, keeps_rejected: bool, certain: bool
) -> tuple[dict[str, AlbumSelections], ConnectedAccounts]:
    """The selections by album name, and the accounts that they are of."""
    albums = context.rules.albums if rules is None else tuple(rules)
    with context.reading(stop):
        accounts = context.accounts_for(albums)
        options = replace(context.selecting(), keeps_rejected=keeps_rejected, records=context.records)
        if certain:
            answers, notices = preview(albums, accounts, options, _indexing(context, accounts, options))
        else:
            answers, notices = select_for_albums(albums, accounts, options)
    context.tell_notes(notices)
    documents = RuleSet(albums).documents
    return {
        name: replace(answer, problems=with_lines(answer.problems, documents)) for name, answer in answers.items()
    }, accounts


def _indexing(context: SessionContext, accounts: ConnectedAccounts, options: SelectOptions) -> Mapping[str, Indexing]:
    """The `Indexing` of each account: that of the drafts if records are kept, else a new one."""
    if not context.options.keeps_records:
        return new_indexing(accounts, options)
    context.drafts.prepare(accounts, options)
    return context.drafts.indexing
