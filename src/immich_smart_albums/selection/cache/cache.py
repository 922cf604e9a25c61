"""What searches of earlier runs found, brought up to date by what has changed since.

A search is known from before if everything that may change it is told (`signals`). Then three things are asked: which
photos changed since (once for the whole run), what the search finds among these, and how many it finds in all. What was
kept, without the changed ones and with what was found anew, must be just as many: photos that were deleted or locked,
and whatever else moved no `updatedAt`, show in that number. Where anything is doubtful the search is read in full.
"""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from immich_smart_albums.errors import ServerError
from immich_smart_albums.selection.cache.changes import CacheMissError, ChangeFeed, changed_since
from immich_smart_albums.selection.cache.entry import (
    UNREADABLE,
    CacheEntry,
    Stamp,
    contains,
    exchanged,
    ids_of,
    length,
    pack,
    places,
    unpacked,
)
from immich_smart_albums.selection.cache.key import cache_key
from immich_smart_albums.selection.cache.tracking import untracked_reason
from immich_smart_albums.selection.result import ResultBuilder, SearchResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_smart_albums.model.version import Version
    from immich_smart_albums.selection.ports import CacheStore, SearchApi
    from immich_smart_albums.selection.query_plan import Scan

FORMAT = "2"
"""Grows when the entries change, or what the keys of filters and splits mean."""

OVERLAP = 10 * 60 * 1000
"""Milliseconds. Clocks of server and database may differ, and changes show only once they are complete."""

DAY = 24 * 60 * 60 * 1000
"""Milliseconds. After that a search is read in full, whatever is known."""


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

    def __init__(self, whose: CacheContext, searches: SearchApi, store: CacheStore, log: Callable[[str], None]) -> None:
        self._whose = whose
        self._searches = searches
        self._store = store
        self._log = log
        self._lock = threading.Lock()
        self._edits = ChangeFeed(searches)
        self._made: dict[str, tuple[Stamp, bytes | None]] = {}
        self._counted: dict[str, int] = {}
        """How many each search found before it was read in full."""
        self._recalled = 0
        self._doubts: Counter[str] = Counter()

    def wants_ids(self, scan: Scan) -> bool:
        """See `SearchCache.wants_ids`."""
        return untracked_reason(scan) is None

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
        before = self._counted.get(self._key(scan))
        if before is None:
            return
        try:
            ids, total = ids_of(result), self._searches.count(scan.query)
        except (ValueError, ServerError):
            return
        if total == before >= length(ids):
            self._make(scan, self._stamp(self._whose.now), CacheEntry.of(result, ids, total))
        else:
            self._log(f"{scan.query.describe()}: not kept: the library changed meanwhile")

    def save(self) -> None:
        """Write what is known now, for the next run; searches that were not read to their end stay as they were."""
        entries = {key: (stamp.encode(), value, stamp.read_at) for key, (stamp, value) in self._made.items()}
        self._store.save(entries, self._whose.now - 2 * DAY)

    def summary(self) -> str:
        """What was done, in a line: how many searches were known, and why others were read in full."""
        searches = self._recalled + self._doubts.total()
        changed = len(self._edits.seen)
        words = f"{self._recalled} of {searches} searches known from the last run, {changed:,} photos changed"
        reasons = ", ".join(f"{doubt} ({count})" for doubt, count in sorted(self._doubts.items()))
        return f"{words}; read in full: {reasons}" if reasons else words

    def _doubt(self, scan: Scan, reason: str, message: str) -> None:
        """Note why a search is read in full; and how many it finds, so that what changes meanwhile is noticed."""
        self._log(f"{scan.query.describe()}: read in full: {message}")
        with self._lock:
            self._doubts[reason] += 1
        if untracked_reason(scan) is None:
            try:
                total = self._searches.count(scan.query)
            except ServerError:
                return
            if total is None:
                self._log(f"{scan.query.describe()}: cannot be kept: the server does not count it for this key")
            else:
                self._counted[self._key(scan)] = total

    def _up_to_date(self, scan: Scan) -> SearchResult:
        """Returns what a search finds now. Raises CacheMissError and ServerError."""
        reason = untracked_reason(scan)
        if reason is not None:
            raise CacheMissError(f"Immich does not tell of changes of {reason}")
        stamp, entry = self._load(scan)
        changed = self._edits.since(stamp.watermark)
        new = self._among_changed(scan, stamp.watermark) if changed else SearchResult()
        before = [packed_id for packed_id in map(pack, changed) if contains(entry.ids, packed_id)]
        ids = exchanged(entry.ids, before, map(pack, new.places))
        total = length(ids) + entry.total - length(entry.ids)
        if self._searches.count(scan.query) != total:
            raise CacheMissError("the server counts other than what was known and what changed add up to")
        result = entry.as_result()
        result.drop(changed | new.places.keys())
        result.add(new)
        self._make(
            scan, self._stamp(stamp.read_at), CacheEntry.of(result, ids, total) if before or new.places else None
        )
        self._log(
            f"{scan.query.describe()}: known from before; of {length(entry.ids)} changed or gone {len(before)},"
            f" found anew {len(new.places)}"
        )
        result.places = places(unpacked(ids) if scan.keeps_ids or not scan.trees else result.assets)
        result.count = length(ids)
        return result

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

    def _among_changed(self, scan: Scan, watermark: int) -> SearchResult:
        """Returns what the search finds among the photos that changed."""
        intake = ResultBuilder(replace(scan, keeps_ids=True))
        with closing(self._searches.find(changed_since(scan.query, watermark), scan.requested_fields)) as batches:
            for batch in batches:
                intake.take(batch)
        if intake.result.failures:
            raise CacheMissError("a check could not be made")
        return intake.result

    def _stamp(self, read_at: int) -> Stamp:
        return Stamp(str(self._whose.version), self._whose.now, self._whose.now - OVERLAP, read_at)

    def _make(self, scan: Scan, stamp: Stamp, entry: CacheEntry | None) -> None:
        with self._lock:
            self._made[self._key(scan)] = stamp, None if entry is None else entry.encode()

    def _key(self, scan: Scan) -> str:
        return cache_key(scan, FORMAT, self._whose.user_id, *self._whose.partners)
