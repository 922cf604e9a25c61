"""Tracking: which changes of the library move the `updatedAt` of the photos that they change.

Seen on 3.1.0: edits of description, rating, favourite, visibility and tags move it at once; places, dates, the trash
and new files are changes of the asset's own row, too. Faces, names of people, albums, recognised text and the
embeddings that rank smart searches are stored elsewhere: they change what is found, and `updatedAt` stays.

So there are two questions about a search: can photos come and go untracked (`untracked_members`), and can what is read
of their records change untracked (`untracked_records`)?
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind
from immich_smart_albums.model.search_field import Proof, Signal
from immich_smart_albums.model.search_fields import BY_NAME, ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immich_smart_albums.model.query import Branch, Query
    from immich_smart_albums.selection.query_plan import Scan

_APART_FROM_SEARCHES = frozenset(
    {
        *("ownerId", "originalMimeType", "isArchived", "isEdited", "visibility", "fileModifiedAt", "localDateTime"),
        *("duration", "width", "height"),
    }
)
"""Fields of records that are tracked, and that no search has a condition on."""

_TRACKED = _APART_FROM_SEARCHES | {
    row.record_path.partition(".")[0]
    for row in ROWS
    if row.signal is Signal.UPDATED_AT and row.record_path is not None and row.proof is not Proof.NOTHING
    # Tags are left out (Proof.NOTHING): the name of one may change while no `updatedAt` moves.
}
"""Top-level fields of records that are tracked, with all that is in them."""


def untracked_reason(scan: Scan) -> str | None:
    """Returns what may change a search's result untracked: `people and recognised text`. None if nothing may."""
    if scan.query.kind is Kind.SMART or scan.query.limit is not None:
        return untracked_members(scan.query)
    words = {*_untracked_signals(scan.query), *_untracked_fields(scan.fields)}
    return " and ".join(sorted(words)) or None


def untracked_members(query: Query) -> str | None:
    """Returns what may change which photos a search finds, untracked. None if nothing may."""
    if query.kind is Kind.SMART:
        return "rankings"
    if query.limit is not None:
        return "the first of a search"
    return " and ".join(sorted(set(_untracked_signals(query)))) or None


def untracked_records(fields: Iterable[str]) -> str | None:
    """Returns what may change these fields of records, untracked. None if nothing may."""
    return " and ".join(sorted(set(_untracked_fields(fields)))) or None


def untracked_part(query: Query) -> Query:
    """Returns the search without its conditions on EXIF, which are tracked; it finds no less."""
    return replace(
        query,
        where=tuple(condition for condition in query.where if not _is_shown_by_exif(condition.field)),
        any_of=() if all(map(_is_tracked, query.any_of)) else query.any_of,
    )


def _is_shown_by_exif(name: str) -> bool:
    return BY_NAME[name].is_in_exif and BY_NAME[name].signal is Signal.UPDATED_AT


def _is_tracked(branch: Branch) -> bool:
    return all(BY_NAME[condition.field].signal is Signal.UPDATED_AT for condition in branch)


def _untracked_signals(query: Query) -> Iterable[str]:
    for condition in query.conditions:
        signal = BY_NAME[condition.field].signal
        if signal is not Signal.UPDATED_AT:
            yield condition.field if signal is Signal.UNKNOWN else signal.value


def _untracked_fields(fields: Iterable[str]) -> Iterable[str]:
    for name in fields:
        root = name.partition(".")[0]
        if root not in _TRACKED:
            yield root
