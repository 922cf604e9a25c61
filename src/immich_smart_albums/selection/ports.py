"""Ports of a selection: searches, the server's abilities, and the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.model.query import Query
    from immich_smart_albums.selection.query_plan import Scan
    from immich_smart_albums.selection.result import Judged, SearchResult


class SearchApi(Protocol):
    """The server's searches, read to their end or failed."""

    def find(self, query: Query, fields: frozenset[str]) -> Generator[Iterable[Mapping[str, object]], None, None]:
        """Yields the records of a search, in batches as they arrive, each asset at least once.

        Records hold what `Asset.of` reads and the named fields, dotted below exifInfo; those of assets without EXIF
        come without it, on every version. Ranked and capped searches come in the server's order. Raises ServerError for
        anything but a complete answer.
        """
        ...

    def count(self, query: Query) -> int | None:
        """Returns how many assets the server says that a search finds (`POST /search/statistics`).

        None if it cannot tell (before 1.135), or the key may not ask (`asset.statistics`). Assets without EXIF count,
        though a search that filters by EXIF may leave them out. Raises ServerError.
        """
        ...

    def estimate(self, query: Query) -> int | None:
        """Returns the same as `count`, for what only makes a run cheaper. None as there. Raises ServerError.

        It is not tested whether the server heard the whole query.
        """
        ...

    def estimate_own(self, query: Query) -> int | None:
        """Returns how many of a search for an album are the account's, or of partners on its timeline.

        Other members' photos are found by no search without an album. None if the server does not tell. Raises
        ServerError.
        """
        ...

    def details(self, ids: Iterable[str]) -> Iterator[Mapping[str, object]]:
        """Yields whole assets with people, tags, stack and owner (`GET /assets/{id}`), in any order.

        Deleted ones are left out. Raises ServerError.
        """
        ...


class CacheSearchApi(SearchApi, Protocol):
    """The server's searches, for what is known of them from earlier runs."""

    def listing(self, query: Query, verified: Query) -> Generator[Iterable[Mapping[str, object]], None, None]:
        """Yields the same records as `SearchApi.find` in the same order, with `updatedAt`, without EXIF and people.

        They are held against `verified` only, a search that finds no less. Raises ServerError.
        """
        ...

    def asks_for(self, query: Query, fields: frozenset[str]) -> frozenset[str]:
        """Returns which of `exifInfo` and `people` a search for these fields asks Immich to show of each asset."""
        ...


class KnownRecords(Protocol):
    """What is in memory of what searches found."""

    @property
    def assets(self) -> Mapping[str, Asset]:
        """The assets that some search found, by id."""
        ...

    def judged(self, scan: Scan) -> Iterable[Judged] | None:
        """Returns what a scan's search found, and what its filters say of that.

        None if it is not in memory, its records are needed themselves, or some filter fails on some of them.
        """
        ...


class Capabilities(Protocol):
    """What a server can be asked, for the compiler."""

    def unsupported(self, query: Query) -> list[tuple[str, str]]:
        """Returns the parts of a query that this version would silently ignore, each with what to know about it."""
        ...

    def leaves_out_unread(self, query: Query) -> bool:
        """Returns whether a search that asks for EXIF leaves out assets without, which it would find otherwise."""
        ...

    def unsupported_asset_fields(self, names: Iterable[str]) -> list[str]:
        """Returns what to know about those of these fields of assets that this version does not return."""
        ...


class SearchCache(Protocol):
    """What searches of earlier runs found."""

    def expect(self, scans: Iterable[Scan]) -> None:
        """Learn which searches the run will ask for, before the first of them."""
        ...

    def wants_ids(self, scan: Scan) -> bool:
        """Returns whether it can keep a search, and needs the ids of everything that is found for that."""
        ...

    def recall(self, scan: Scan) -> SearchResult | None:
        """Returns what a search would find now, if that is known without reading it all. None if it has to be read."""
        ...

    def keep(self, scan: Scan, result: SearchResult) -> None:
        """Remember what a search found, read to its end."""
        ...


class CacheStore(Protocol):
    """Where what searches found is kept between runs. It never fails: what cannot be read is not known."""

    def load(self, key: str) -> tuple[bytes, bytes] | None:
        """Returns stamp and value under a key. None if there is no such key, or it cannot be read."""
        ...

    def save(self, entries: Mapping[str, tuple[bytes, bytes | None, int]], expired: int) -> None:
        """Write entries, all or none: stamp, value (None: the one that is there stays), and when it was read.

        Entries that were read before `expired`, in ms since 1970, are thrown away.
        """
        ...
