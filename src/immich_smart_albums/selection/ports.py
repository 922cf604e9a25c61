"""Ports of a selection: what it needs of the server's searches, of its version, and of a cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.model.query import Query
    from immich_smart_albums.selection.query_plan import Scan
    from immich_smart_albums.selection.result import Judged, SearchResult


class SearchApi(Protocol):
    """The server's searches. An answer is complete, or it is an error."""

    def find(self, query: Query, fields: frozenset[str]) -> Generator[Iterable[Mapping[str, object]], None, None]:
        """Yields the records of a search, in batches as they arrive, each asset at least once.

        Records have what `Asset.of` reads and the named fields, dotted below exifInfo. Assets without EXIF are among
        them on every version. Ranked and capped searches come in the server's order. Raises ServerError for anything
        but a complete answer.
        """
        ...

    def count(self, query: Query) -> int | None:
        """Returns how many assets a search finds by the server's count (`POST /search/statistics`).

        None if this version does not count (before 1.135), or the key may not ask (`asset.statistics`). Assets without
        EXIF count, though a search that filters by EXIF may leave them out. Raises ServerError.
        """
        ...

    def estimate(self, query: Query) -> int | None:
        """Returns the same as `count`, without a test of whether the server heeds the whole query.

        So it is for what only makes a run cheaper. None as there. Raises ServerError.
        """
        ...

    def estimate_own(self, query: Query) -> int | None:
        """Returns how many assets of a search with an album are the account's, or of partners on its timeline.

        These are the ones that the same search without the album may find. None if the server does not count. Raises
        ServerError.
        """
        ...

    def details(self, ids: Iterable[str]) -> Iterator[Mapping[str, object]]:
        """Yields whole assets with people, tags, stack and owner (`GET /assets/{id}`), in any order.

        Deleted ones are left out. Raises ServerError.
        """
        ...


class CacheSearchApi(SearchApi, Protocol):
    """The server's searches, with what a cache asks to bring earlier results up to date."""

    def listing(self, query: Query, verified: Query) -> Generator[Iterable[Mapping[str, object]], None, None]:
        """Yields the same records as `SearchApi.find` in the same order, with `updatedAt`, without EXIF and people.

        They are verified against `verified`, a search that finds no less. Raises ServerError.
        """
        ...

    def asks_for(self, query: Query, fields: frozenset[str]) -> frozenset[str]:
        """Returns which of `exifInfo` and `people` a search for these fields asks Immich to show of each asset."""
        ...


class KnownRecords(Protocol):
    """The records of earlier searches that are in memory."""

    @property
    def assets(self) -> Mapping[str, Asset]:
        """The assets that any search found, by id."""
        ...

    def judged(self, scan: Scan) -> Iterable[Judged] | None:
        """Returns what a scan's search found, with which of its filters each asset passes.

        None if that is not in memory, the records themselves are needed, or a filter cannot be evaluated on one.
        """
        ...


class Capabilities(Protocol):
    """What a server of this version can be asked."""

    def unsupported(self, query: Query) -> list[tuple[str, str]]:
        """Returns the fields of a query that this version would silently ignore, each with a sentence about it."""
        ...

    def leaves_out_unread(self, query: Query) -> bool:
        """Returns whether a search that asks for EXIF leaves out assets without EXIF, which it finds otherwise."""
        ...

    def unsupported_asset_fields(self, names: Iterable[str]) -> list[str]:
        """Returns a sentence about each of these fields of assets that this version does not return."""
        ...


class SearchCache(Protocol):
    """The results of searches of earlier runs."""

    def expect(self, scans: Iterable[Scan]) -> None:
        """Prepare for the searches of a run, before the first of them is recalled."""
        ...

    def wants_ids(self, scan: Scan) -> bool:
        """Returns whether the cache can keep a search, and so needs the ids of everything that it finds."""
        ...

    def recall(self, scan: Scan) -> SearchResult | None:
        """Returns what a search finds now, without reading all of it. None if it must be read."""
        ...

    def keep(self, scan: Scan, result: SearchResult) -> None:
        """Keep what a search found, read to its end."""
        ...


class CacheStore(Protocol):
    """Keeps entries of a cache between runs. It never fails: an entry that cannot be read is not there."""

    def load(self, key: str) -> tuple[bytes, bytes] | None:
        """Returns the stamp and the value of a key. None if there is no such key, or it cannot be read."""
        ...

    def save(self, entries: Mapping[str, tuple[bytes, bytes | None, int]], expired: int) -> None:
        """Write entries by key, all or none: stamp, value (None leaves the one that is there), and when it was read.

        Entries that were read before `expired`, in ms since 1970, are removed.
        """
        ...
