"""The search cache: what earlier runs found, brought up to date by what has changed since.

There are two exact ways. Where every change is told, what changed is asked for once for the whole run, and then each
search is only counted (`counted`). Where it is not told who comes and goes, or where counting would not pay, a search
lists its ids, and what its photos show is known from before (`listed`). Everything else is sent as in a first run, and
so is whatever is in doubt. Once a day everything is read in full.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.errors import ServerError
from immich_smart_albums.selection.cache.changes import CacheMissError, ChangeFeed
from immich_smart_albums.selection.cache.counted import counted
from immich_smart_albums.selection.cache.entry import UNREADABLE, CacheEntry, Stamp, ids_of, length
from immich_smart_albums.selection.cache.key import cache_key
from immich_smart_albums.selection.cache.listed import listed
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
"""Grows when the entries change, or what the keys of filters and splits mean."""

OVERLAP = 10 * 60 * 1000
"""Milliseconds. Clocks of server and database may differ, and changes show only once they are complete."""

DAY = 24 * 60 * 60 * 1000
"""Milliseconds. After that a search is read in full, whatever is known."""

PAGE = 1000
"""Photos that one answer has."""

FEED = 5
"""Requests for what changed: in the timeline, the archive and hidden, and two that see that the trash is heard."""


@dataclass(frozen=True, slots=True)
class CacheContext:
    """Whose photos it is about, and what their server said when the run began."""

    user_id: str
    """A UUID, which no other server gives to anybody: the server's address may change."""
    partners: tuple[str, ...]
    """The users whose photos searches find, too: one who comes brings photos that no `updatedAt` tells of."""
    version: Version
    now: int
    """What its clock showed, in ms since 1970: before any search of the run."""


class RunCache:
    """A `selection.ports.SearchCache` for the searches of one account in one run."""

    def __init__(
        self, whose: CacheContext, searches: CacheSearchApi, store: CacheStore, log: Callable[[str], None]
    ) -> None:
        self._whose = whose
        self._searches = searches
        self._store = store
        self._log = log
        self._lock = threading.Lock()
        self._feed = ChangeFeed(searches)
        self._loaded: dict[Scan, tuple[Stamp, CacheEntry] | CacheMissError] = {}
        self._is_counted = False
        """Whether it pays to ask what changed."""
        self._made: dict[str, tuple[Stamp, bytes | None]] = {}
        self._recalled = 0
        self._listed = 0
        self._changed: set[str] = set()
        self._doubts: Counter[str] = Counter()

    def expect(self, scans: Iterable[Scan]) -> None:
        """See `SearchCache.expect`."""
        pages = []
        for scan in filter(self.wants_ids, scans):
            try:
                self._loaded[scan] = loaded = self._load(scan)
            except CacheMissError as doubt:
                self._loaded[scan] = doubt
            else:
                if untracked_members(scan.query) is None:
                    pages.append(1 + length(loaded[1].ids) // PAGE)
        # One question for each search, and what changed for all of them, or so many pages.
        self._is_counted = sum(pages) > len(pages) + FEED

    def wants_ids(self, scan: Scan) -> bool:
        """See `SearchCache.wants_ids`."""
        if untracked_records(scan.fields) is not None:
            return False
        return self._is_large(scan) or untracked_members(scan.query) is None

    def recall(self, scan: Scan) -> SearchResult | None:
        """See `SearchCache.recall`. Raises nothing: what cannot be asked is read in full and fails there."""
        try:
            result = self._up_to_date(scan)
        except CacheMissError as doubt:
            self._doubt(scan, str(doubt), str(doubt))
            return None
        except (ServerError, ValueError) as error:
            self._doubt(scan, "what changed cannot be told", str(error))
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
        self._make(scan, self._whose.now, CacheEntry.of(result, ids))

    def save(self) -> None:
        """Write what is known now, for the next run; searches that were not read to their end stay as they were."""
        entries = {key: (stamp.encode(), value, stamp.read_at) for key, (stamp, value) in self._made.items()}
        self._store.save(entries, self._whose.now - 2 * DAY)

    def summary(self) -> str:
        """Returns what was done, in a line: how many searches were known, and why others were read in full."""
        searches = self._recalled + self._doubts.total()
        changed = len(self._feed.seen | self._changed)
        listed_words = f", {self._listed} of them asked for their ids" if self._listed else ""
        words = (
            f"{self._recalled} of {searches} searches known from the last run{listed_words}, {changed:,} photos changed"
        )
        reasons = ", ".join(f"{doubt} ({count})" for doubt, count in sorted(self._doubts.items()))
        return f"{words}; read in full: {reasons}" if reasons else words

    def _doubt(self, scan: Scan, reason: str, message: str) -> None:
        self._log(f"{scan.query.describe()}: read in full: {message}")
        with self._lock:
            self._doubts[reason] += 1

    def _up_to_date(self, scan: Scan) -> SearchResult:
        """Returns what a search finds now. Raises CacheMissError and ServerError."""
        if not self.wants_ids(scan):
            raise CacheMissError(f"Immich does not tell of changes of {untracked_reason(scan)}")
        loaded = self._loaded.pop(scan, None) or self._load(scan)
        if isinstance(loaded, CacheMissError):
            raise loaded
        stamp, entry = loaded
        result, ids, changed = self._by_count_or_list(scan, stamp, entry)
        is_as_before = ids == entry.ids and not changed
        self._make(scan, stamp.read_at, None if is_as_before else CacheEntry.of(result, ids))
        self._log(f"{scan.query.describe()}: known from before; {length(entry.ids)} then, {length(ids)} now")
        return result

    def _by_count_or_list(
        self, scan: Scan, stamp: Stamp, entry: CacheEntry
    ) -> tuple[SearchResult, bytes, frozenset[str]]:
        """What a search finds now, its ids, and what changed."""
        if untracked_members(scan.query) is None and self._is_counted:
            try:
                return counted(scan, entry, stamp.watermark, self._searches, self._feed)
            except CacheMissError as doubt:
                if not self._is_large(scan):
                    raise
                self._log(f"{scan.query.describe()}: asked for its ids: {doubt}")
        elif not self._is_large(scan):
            raise CacheMissError("that is as quick")
        result, ids, changed = listed(scan, entry, stamp.watermark, self._searches)
        with self._lock:
            self._listed += 1
            self._changed |= changed
        return result, ids, changed

    def _is_large(self, scan: Scan) -> bool:
        """Whether a search that is sent in full asks for EXIF or people, to look at or to hold the answer against."""
        return bool(self._searches.asks_for(scan.query, scan.requested_fields))

    def _load(self, scan: Scan) -> tuple[Stamp, CacheEntry]:
        loaded = self._store.load(self._key(scan))
        if loaded is None:
            raise CacheMissError("not read like this before")
        try:
            stamp, entry = Stamp.decode(loaded[0]), CacheEntry.decode(loaded[1])
        except UNREADABLE:
            raise CacheMissError("what was kept cannot be read") from None
        if stamp.version != str(self._whose.version):
            raise CacheMissError(f"the server was Immich {stamp.version} then")
        if self._whose.now < stamp.now:
            raise CacheMissError("the server's clock went back")
        if self._whose.now - stamp.read_at >= DAY:
            raise CacheMissError("a day has gone by since the last time")
        return stamp, entry

    def _make(self, scan: Scan, read_at: int, entry: CacheEntry | None) -> None:
        stamp = Stamp(str(self._whose.version), self._whose.now, self._whose.now - OVERLAP, read_at)
        with self._lock:
            self._made[self._key(scan)] = stamp, None if entry is None else entry.encode()

    def _key(self, scan: Scan) -> str:
        return cache_key(scan, FORMAT, self._whose.user_id, *self._whose.partners)
