"""The search cache: results of earlier runs, brought up to date by what has changed since.

There are two exact ways:

- `by_count`, for searches whose every change moves the `updatedAt` of a photo (`tracking`), such as those by city. The
  run asks once for all photos that changed, and each search is counted to confirm the result.
- `by_listing`, for searches whose results may change otherwise, such as those by person, or if there are so few that
  counting does not pay. The search returns its ids alone, and what the records show is known from before.

Everything else is read in full, and so is whatever is not certain. Once a day every search is read in full.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.errors import ServerError
from immich_smart_albums.selection.cache.by_count import update_by_count
from immich_smart_albums.selection.cache.by_listing import update_by_listing
from immich_smart_albums.selection.cache.changes import CacheMissError, ChangeFeed, UpdatedResult
from immich_smart_albums.selection.cache.entry import UNREADABLE, CacheEntry, Stamp, ids_of, length
from immich_smart_albums.selection.cache.key import cache_key
from immich_smart_albums.selection.cache.tracking import (
    untracked_members,
    untracked_reason,
    untracked_records,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from immich_smart_albums.model.version import Version
    from immich_smart_albums.selection.ports import CacheSearchApi, CacheStore
    from immich_smart_albums.selection.query_plan import Scan
    from immich_smart_albums.selection.result import SearchResult

FORMAT = "4"
"""Changes with the form of entries, and with what the keys of filters and splits mean."""

OVERLAP = 10 * 60 * 1000
"""Milliseconds. The clocks of server and database may differ, and a change shows only when it is complete."""

DAY = 24 * 60 * 60 * 1000
"""Milliseconds, after which a search is read in full."""

PAGE = 1000
"""Photos in one answer."""

FEED = 5
"""Requests of a `ChangeFeed`: one for each visibility, and two that test whether the server looks into the trash."""


@dataclass(frozen=True, slots=True)
class CacheContext:
    """The account whose photos are searched, and its server when the run began."""

    user_id: str
    """A UUID, which no other server gives to anybody, while a server's address may change."""
    partners: tuple[str, ...]
    """The users whose photos are found, too. The photos of a new one are old, so that no `updatedAt` shows them."""
    version: Version
    now: int
    """The server's clock before any search of the run, in ms since 1970."""


class RunCache:
    """A `selection.ports.SearchCache` for the searches of one account in one run."""

    def __init__(
        self, context: CacheContext, searches: CacheSearchApi, store: CacheStore, log: Callable[[str], None]
    ) -> None:
        self._context = context
        self._searches = searches
        self._store = store
        self._log = log
        self._lock = threading.Lock()
        self._feed = ChangeFeed(searches)
        self._loaded: dict[Scan, tuple[Stamp, CacheEntry] | CacheMissError] = {}
        self._is_counted = False
        """Whether it pays to ask for what changed."""
        self._staged: dict[str, tuple[Stamp, bytes | None]] = {}
        self._recalled = 0
        self._listed = 0
        self._changed: set[str] = set()
        self._misses: Counter[str] = Counter()
        """The searches that were read in full, by the reason."""

    def expect(self, scans: Iterable[Scan]) -> None:
        """See `SearchCache.expect`."""
        pages = []
        for scan in filter(self.wants_ids, scans):
            try:
                self._loaded[scan] = loaded = self._load(scan)
            except CacheMissError as miss:
                self._loaded[scan] = miss
            else:
                if untracked_members(scan.query) is None:
                    pages.append(1 + length(loaded[1].ids) // PAGE)
        # Counting takes a request for each search and the feed; listing takes all these pages.
        self._is_counted = sum(pages) > len(pages) + FEED

    def wants_ids(self, scan: Scan) -> bool:
        """See `SearchCache.wants_ids`."""
        if untracked_records(scan.fields) is not None:
            return False
        return self._is_large(scan) or untracked_members(scan.query) is None

    def recall(self, scan: Scan) -> SearchResult | None:
        """See `SearchCache.recall`. Raises nothing: after an error the search is read in full, and fails there."""
        try:
            result = self._up_to_date(scan)
        except CacheMissError as miss:
            self._miss(scan, str(miss), str(miss))
            return None
        except (ServerError, ValueError) as error:
            self._miss(scan, "what changed cannot be told", str(error))
            return None
        with self._lock:
            self._recalled += 1
        return result

    def keep(self, scan: Scan, result: SearchResult) -> None:
        """See `SearchCache.keep`."""
        if not self.wants_ids(scan):
            return
        try:
            ids = ids_of(result)
        except ValueError:
            return
        self._stage(scan, self._context.now, CacheEntry.of(result, ids))

    def save(self) -> None:
        """Write the results of this run for the next one; entries of searches that were not read to their end stay."""
        entries = {key: (stamp.encode(), value, stamp.read_at) for key, (stamp, value) in self._staged.items()}
        self._store.save(entries, self._context.now - 2 * DAY)

    def summary(self) -> str:
        """Returns a line about the run: how many searches were known, and why others were read in full."""
        searches = self._recalled + self._misses.total()
        changed = len(self._feed.seen | self._changed)
        listed_words = f", {self._listed} of them asked for their ids" if self._listed else ""
        words = (
            f"{self._recalled} of {searches} searches known from the last run{listed_words}, {changed:,} photos changed"
        )
        reasons = ", ".join(f"{reason} ({count})" for reason, count in sorted(self._misses.items()))
        return f"{words}; read in full: {reasons}" if reasons else words

    def _miss(self, scan: Scan, reason: str, message: str) -> None:
        self._log(f"{scan.query.describe()}: read in full: {message}")
        with self._lock:
            self._misses[reason] += 1

    def _up_to_date(self, scan: Scan) -> SearchResult:
        """Returns what a search finds now. Raises CacheMissError and ServerError."""
        if not self.wants_ids(scan):
            raise CacheMissError(f"Immich does not tell of changes of {untracked_reason(scan)}")
        loaded = self._loaded.pop(scan, None) or self._load(scan)
        if isinstance(loaded, CacheMissError):
            raise loaded
        stamp, entry = loaded
        result, ids, changed = self._update(scan, stamp, entry)
        is_as_before = ids == entry.ids and not changed
        self._stage(scan, stamp.read_at, None if is_as_before else CacheEntry.of(result, ids))
        self._log(f"{scan.query.describe()}: known from before; {length(entry.ids)} then, {length(ids)} now")
        return result

    def _update(self, scan: Scan, stamp: Stamp, entry: CacheEntry) -> UpdatedResult:
        """Returns what a search finds now, in the way that is cheaper. Raises CacheMissError and ServerError."""
        if untracked_members(scan.query) is None and self._is_counted:
            try:
                return update_by_count(scan, entry, stamp.watermark, self._searches, self._feed)
            except CacheMissError as miss:
                if not self._is_large(scan):
                    raise
                self._log(f"{scan.query.describe()}: asked for its ids: {miss}")
        elif not self._is_large(scan):
            raise CacheMissError("that is as quick")
        updated = update_by_listing(scan, entry, stamp.watermark, self._searches)
        with self._lock:
            self._listed += 1
            self._changed |= updated.changed
        return updated

    def _is_large(self, scan: Scan) -> bool:
        """Returns whether a search that is read in full asks for EXIF or people: then listing it is much less."""
        return bool(self._searches.asks_for(scan.query, scan.requested_fields))

    def _load(self, scan: Scan) -> tuple[Stamp, CacheEntry]:
        loaded = self._store.load(self._key(scan))
        if loaded is None:
            raise CacheMissError("not read like this before")
        try:
            stamp, entry = Stamp.decode(loaded[0]), CacheEntry.decode(loaded[1])
        except UNREADABLE:
            raise CacheMissError("what was kept cannot be read") from None
        if stamp.version != str(self._context.version):
            raise CacheMissError(f"the server was Immich {stamp.version} then")
        if self._context.now < stamp.now:
            raise CacheMissError("the server's clock went back")
        if self._context.now - stamp.read_at >= DAY:
            raise CacheMissError("a day has gone by since the last time")
        return stamp, entry

    def _stage(self, scan: Scan, read_at: int, entry: CacheEntry | None) -> None:
        stamp = Stamp(str(self._context.version), self._context.now, self._context.now - OVERLAP, read_at)
        with self._lock:
            self._staged[self._key(scan)] = stamp, None if entry is None else entry.encode()

    def _key(self, scan: Scan) -> str:
        return cache_key(scan, FORMAT, self._context.user_id, *self._context.partners)
