"""Searches as checks on records that are read anyway, where the record surely tells the same as the search.

What records do not tell exactly stays a search: texts in a longer one (the server ignores accents in its own way),
`takenBefore` (the database has microseconds, records milliseconds), missing values, favourites (a partner's show as
false), people, tags and albums.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from immich_smart_albums.model.instants import to_milliseconds
from immich_smart_albums.rules.leaves import Check, Record, Search
from immich_smart_albums.selection.queries import domain, is_plain
from immich_smart_albums.selection.structured import IN_EXIF

if TYPE_CHECKING:
    from immich_smart_albums.model.query import Query, Value
    from immich_smart_albums.selection.ports import Server

_PLAIN = frozenset({"type", "libraryId", "id"})
_SINCE = {"takenAfter": "fileCreatedAt", "createdAfter": "createdAt", "updatedAfter": "updatedAt"}

_Test = tuple[str, Callable[[Record], bool]]
"""A field of a record, dotted below exifInfo, and what must hold of the record."""


def as_check(search: Search, frame: Query, server: Server) -> Check | None:
    """A check that tells of what a frame finds whether a search would find it; None where there is none for certain."""
    query, around = search.query, domain(search.query)
    if not is_plain(query) or query.is_structured or around is None or around != domain(frame):
        return None
    # What the frame has in common with the search need not be looked at; withDeleted is of that kind.
    asked = [each for each in query.filters if each not in around.filters]
    tests = [_test(name, value) for name, value in asked]
    known = [test for test in tests if test is not None]
    fields = frozenset(field for field, _ in known)
    if len(known) < len(tests) or server.lacks_asset_fields(fields):
        return None
    holds = [test for _, test in known]
    return Check(
        f"{query.describe()}, checked here",
        lambda record: all(test(record) for test in holds),
        fields,
        lambda _record: None,
        within=query,
        exact=True,
        label=search.label,
    )


def _test(name: str, value: Value) -> _Test | None:
    if name in IN_EXIF and value not in {None, ""}:
        return f"exifInfo.{name}", lambda record: _exif(record, name) == value
    if name in _PLAIN and value is not None:
        return name, lambda record: record.get(name) == value
    if name == "isMotion":
        return "livePhotoVideoId", lambda record: (record.get("livePhotoVideoId") is not None) == value
    if name in _SINCE and isinstance(value, str):
        field, bound = _SINCE[name], to_milliseconds(value)
        return field, lambda record: to_milliseconds(str(record[field])) >= bound
    return None


def _exif(record: Record, name: str) -> object:
    found = record.get("exifInfo")
    return found.get(name) if isinstance(found, dict) else None
