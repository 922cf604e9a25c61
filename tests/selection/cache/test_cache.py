"""What is kept of a search, and what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.model.dialects import as_condition
from immich_smart_albums.model.instants import to_milliseconds
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.model.version import Version
from immich_smart_albums.selection.cache.by_listing import update_by_listing
from immich_smart_albums.selection.cache.cache import CacheContext, RunCache
from immich_smart_albums.selection.cache.changes import CacheMissError
from immich_smart_albums.selection.cache.entry import CacheEntry, ids_of
from immich_smart_albums.selection.query_plan import Scan
from immich_smart_albums.selection.result import SearchResult
from tests.support.in_memory_searches import Answers

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

    from immich_smart_albums.model.query import Value

ID = "7d1be37b-e20f-4da1-b1e0-95facc285fc2"


class Unasked(Answers):
    """A server that nobody asks."""

    def listing(self, query: Query, verified: Query) -> Generator[Iterable[Mapping[str, object]], None, None]:
        raise AssertionError((query, verified))

    def asks_for(self, query: Query, fields: frozenset[str]) -> frozenset[str]:
        del query
        return frozenset(name.partition(".")[0] for name in fields)


class Shelf:
    """A store that has nothing, and notes what it is given."""

    def __init__(self) -> None:
        self.entries: dict[str, tuple[bytes, bytes | None, int]] = {}

    def load(self, key: str) -> tuple[bytes, bytes] | None:
        del key
        return None

    def save(self, entries: Mapping[str, tuple[bytes, bytes | None, int]], expired: int) -> None:
        assert expired < 0
        self.entries.update(entries)


@pytest.mark.parametrize(
    ("name", "value", "fields", "asset_id", "is_kept"),
    [
        ("city", "Nice", (), ID, True),
        ("city", "Nice", (), "a photo", False),
        ("city", "Nice", ("people",), ID, False),
        ("personIds", ("x",), (), ID, False),
        ("personIds", ("x",), ("exifInfo.make",), ID, True),
    ],
)
def test_what_can_be_brought_up_to_date_is_kept(
    name: str, value: Value, fields: tuple[str, ...], asset_id: str, is_kept: bool
) -> None:
    shelf = Shelf()
    cache = RunCache(CacheContext("me", (), Version(3, 1), 0), Unasked({}), shelf, print)
    scan = Scan(Query(Kind.METADATA, (as_condition(name, value),)), frozenset(fields), (), (), (None,), keeps_ids=True)
    assert cache.recall(scan) is None
    cache.keep(scan, SearchResult({asset_id: 0}, count=1))
    cache.save()
    assert bool(shelf.entries) is is_kept


class Listing(Answers):
    """A search of which one photo has changed."""

    def listing(self, query: Query, verified: Query) -> Generator[Iterable[Mapping[str, object]], None, None]:
        del query, verified
        yield [{"id": ID, "updatedAt": "2024-06-01T00:00:00.000Z"}]

    def asks_for(self, query: Query, fields: frozenset[str]) -> frozenset[str]:
        del query, fields
        return frozenset()


@pytest.mark.parametrize(("kind", "limit"), [(Kind.SMART, 5), (Kind.METADATA, 5)])
def test_where_photos_among_the_first_changed_they_are_searched_for_anew(kind: Kind, limit: int) -> None:
    """What comes after them may have come up."""
    query = Query(kind, (as_condition("query" if kind is Kind.SMART else "city", "dog"),), limit=limit)
    scan = Scan(query, frozenset(), (), (), (), keeps_ids=True)
    before = SearchResult(places={ID: 0}, count=1)
    entry = CacheEntry.of(before, ids_of(before))
    changed_at = to_milliseconds("2024-06-01T00:00:00.000Z")
    with pytest.raises(CacheMissError, match="among the first of a search changed"):
        update_by_listing(scan, entry, changed_at, Listing({}))
    assert update_by_listing(scan, entry, changed_at + 1, Listing({})).result.places == {ID: 0}
