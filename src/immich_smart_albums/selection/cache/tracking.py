"""Which changes of the library Immich tells: those that move the `updatedAt` of the photos that they change.

Seen on 3.1.0: edits of description, rating, favourite, visibility and tags move it at once; places, dates, the trash
and new files are changes of the asset's own row, too. Faces, names of people, albums, recognised text and the
embeddings that rank smart searches are kept elsewhere: they change what is found, and `updatedAt` stays.

A search is *told* where all that it looks at moves `updatedAt`. Everything else is asked anew in every run.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind
from immich_smart_albums.model.search_field import Proof, Signal
from immich_smart_albums.model.search_fields import BY_NAME, ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immich_smart_albums.model.query import Query
    from immich_smart_albums.selection.query_plan import Scan

_APART_FROM_SEARCHES = frozenset(
    {
        *("ownerId", "originalMimeType", "isArchived", "isEdited", "visibility", "fileModifiedAt", "localDateTime"),
        *("duration", "width", "height"),
    }
)
"""Fields of records that are tracked and that no search is about."""

_TRACKED = _APART_FROM_SEARCHES | {
    row.record_path.partition(".")[0]
    for row in ROWS
    if row.signal is Signal.UPDATED_AT and row.record_path is not None and row.proof is not Proof.NOTHING
    # Answers of searches show no tags; what a tag is called may change without a word.
}
"""Fields of records that are tracked, with all that is in them."""


def untracked_reason(scan: Scan) -> str | None:
    """What may change what a search finds, or what is read of it, without being told. None if nothing may."""
    query = scan.query
    if query.kind is Kind.SMART:
        return "rankings"
    if query.limit is not None:
        return "the first of a search"
    words = {*_untold_of(query), *_untold_of_fields(scan.fields)}
    return " and ".join(sorted(words)) or None


def _untold_of(query: Query) -> Iterable[str]:
    names = [name for name, _ in query.filters]
    names += [condition.field for condition in (*query.conditions, *chain.from_iterable(query.either))]
    for name in names:
        signal = BY_NAME[name].signal
        if signal is not Signal.UPDATED_AT:
            yield name if signal is Signal.UNKNOWN else signal.value


def _untold_of_fields(fields: Iterable[str]) -> Iterable[str]:
    for name in fields:
        root = name.partition(".")[0]
        if root not in _TRACKED:
            yield root
