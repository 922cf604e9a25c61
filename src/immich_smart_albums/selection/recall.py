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
from immich_smart_albums.model.instants import from_milliseconds
from immich_smart_albums.model.query import Condition, Kind, Query, Visibility
from immich_smart_albums.selection.found import Found, Intake
from immich_smart_albums.selection.kept import UNREADABLE, Kept, Stamp, ids_of, places
from immich_smart_albums.selection.packed import contains, exchanged, length, pack, unpacked
from immich_smart_albums.selection.signals import untold
from immich_smart_albums.selection.signature import signature

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_smart_albums.model.version import Version
    from immich_smart_albums.selection.plan import Reading
    from immich_smart_albums.selection.ports import Searches, StateStore

FORMAT = "1"
"""Changes whenever what is kept, or what words of checks and keys mean, changes."""

OVERLAP = 10 * 60 * 1000
"""Milliseconds. Clocks of server and database may differ, and changes show only once they are complete."""

DAY = 24 * 60 * 60 * 1000
"""Milliseconds. After that a search is read in full, whatever is known."""

MOST_CHANGED = 20_000
"""With more changed photos than this, reading in full is as cheap."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose photos it is about, and what their server said when the run began."""

    server: str
    """Its address."""
    user_id: str
    partners: tuple[str, ...]
    """The users whose photos searches find, too: one who comes brings photos that no `updatedAt` tells of."""
    version: Version
    now: int
    """What its clock showed, in ms since 1970: before any search of the run."""


class _DoubtError(Exception):
    """What is known from before cannot be relied on."""


class Recall:
    """Fits `selection.ports.Memory`, for the searches of one account in one run."""

    def __init__(self, whose: Whose, searches: Searches, store: StateStore, log: Callable[[str], None]) -> None:
        self._whose = whose
        self._searches = searches
        self._store = store
        self._log = log
        self._lock = threading.Lock()
        self._changed: dict[int, frozenset[str] | _DoubtError] = {}
        self._made: dict[str, tuple[Stamp, bytes | None]] = {}
        self._counted: dict[str, int] = {}
        """How many each search found before it was read in full."""
        self._recalled = 0
        self._doubts: Counter[str] = Counter()

    def wants_ids(self, reading: Reading) -> bool:
        """See `Memory.wants_ids`."""
        return untold(reading) is None

    def recall(self, reading: Reading) -> Found | None:
        """See `Memory.recall`. Raises nothing: what cannot be asked is read in full, and fails there if it must."""
        try:
            found = self._up_to_date(reading)
        except _DoubtError as doubt:
            self._doubt(reading, str(doubt), str(doubt))
            return None
        except (ServerError, ValueError) as error:
            self._doubt(reading, "what changed cannot be told", str(error))
            return None
        with self._lock:
            self._recalled += 1
        return found

    def keep(self, reading: Reading, found: Found) -> None:
        """See `Memory.keep`."""
        before = self._counted.get(self._key(reading))
        if before is None:
            return
        try:
            ids, total = ids_of(found), self._searches.count(reading.query)
        except (ValueError, ServerError):
            return
        if total == before >= length(ids):
            self._make(reading, self._stamp(self._whose.now), Kept.of(found, ids, total))
        else:
            self._log(f"{reading.query.describe()}: not kept: the library changed meanwhile")

    def save(self) -> None:
        """Write what is known now, for the next run; searches that were not read to their end stay as they were."""
        entries = {key: (stamp.encode(), value, stamp.read_at) for key, (stamp, value) in self._made.items()}
        self._store.save(entries, self._whose.now - 2 * DAY)

    def summary(self) -> str:
        """What was done, in a line: how many searches were known, and why others were read in full."""
        searches = self._recalled + self._doubts.total()
        changed = {asset_id for each in self._changed.values() if isinstance(each, frozenset) for asset_id in each}
        words = f"{self._recalled} of {searches} searches known from the last run, {len(changed):,} photos changed"
        reasons = ", ".join(f"{doubt} ({count})" for doubt, count in sorted(self._doubts.items()))
        return f"{words}; read in full: {reasons}" if reasons else words

    def _doubt(self, reading: Reading, reason: str, message: str) -> None:
        """Note why a search is read in full; and how many it finds, so that what changes meanwhile is noticed."""
        self._log(f"{reading.query.describe()}: read in full: {message}")
        with self._lock:
            self._doubts[reason] += 1
        if untold(reading) is None:
            try:
                total = self._searches.count(reading.query)
            except ServerError:
                return
            if total is None:
                self._log(f"{reading.query.describe()}: cannot be kept: the server does not count it for this key")
            else:
                self._counted[self._key(reading)] = total

    def _up_to_date(self, reading: Reading) -> Found:
        """What a search finds now. Raises _DoubtError and ServerError."""
        reason = untold(reading)
        if reason is not None:
            raise _DoubtError(f"Immich does not tell of changes of {reason}")
        stamp, kept = self._load(reading)
        changed = self._changed_since(stamp.watermark)
        new = self._among_changed(reading, stamp.watermark) if changed else Found()
        before = [each for each in map(pack, changed) if contains(kept.ids, each)]
        ids = exchanged(kept.ids, before, map(pack, new.places))
        total = length(ids) + kept.total - length(kept.ids)
        if self._searches.count(reading.query) != total:
            raise _DoubtError("the server counts other than what was known and what changed add up to")
        found = kept.found()
        found.drop(changed | new.places.keys())
        found.add(new)
        self._make(reading, self._stamp(stamp.read_at), Kept.of(found, ids, total) if before or new.places else None)
        self._log(
            f"{reading.query.describe()}: known from before; of {length(kept.ids)} changed or gone {len(before)},"
            f" found anew {len(new.places)}"
        )
        found.places = places(unpacked(ids) if reading.keeps_ids or not reading.trees else found.assets)
        found.count = length(ids)
        return found

    def _load(self, reading: Reading) -> tuple[Stamp, Kept]:
        loaded = self._store.load(self._key(reading))
        if loaded is None:
            raise _DoubtError("not read like this before")
        try:
            stamp, kept = Stamp.decode(loaded[0]), Kept.decode(loaded[1])
        except UNREADABLE:
            raise _DoubtError("what was kept cannot be read") from None
        if stamp.version != str(self._whose.version):
            raise _DoubtError(f"the server was Immich {stamp.version} then")
        if self._whose.now < stamp.now:
            raise _DoubtError("the server's clock went back")
        if self._whose.now - stamp.read_at >= DAY:
            raise _DoubtError("a day has gone by since the last time")
        return stamp, kept

    def _changed_since(self, watermark: int) -> frozenset[str]:
        """Every photo that changed, wherever it is shown now and in the trash too; asked once."""
        with self._lock:
            if watermark not in self._changed:
                try:
                    self._changed[watermark] = self._read_changed(watermark)
                except _DoubtError as doubt:
                    self._changed[watermark] = doubt
                except ServerError as error:
                    self._changed[watermark] = _DoubtError(error.message)
            known = self._changed[watermark]
        if isinstance(known, _DoubtError):
            raise known
        return known

    def _read_changed(self, watermark: int) -> frozenset[str]:
        filters = (("updatedAfter", from_milliseconds(watermark)), ("withDeleted", True))
        changed: set[str] = set()
        with closing(self._searches.find(Query(Kind.METADATA, filters, frozenset(Visibility)), frozenset())) as batches:
            for batch in batches:
                changed.update(str(record["id"]) for record in batch)
                if len(changed) > MOST_CHANGED:
                    raise _DoubtError(f"more than {MOST_CHANGED:,} photos changed")
        return frozenset(changed)

    def _among_changed(self, reading: Reading, watermark: int) -> Found:
        """What the search finds of what changed."""
        intake = Intake(replace(reading, keeps_ids=True))
        with closing(self._searches.find(since(reading.query, watermark), reading.fields)) as batches:
            for batch in batches:
                intake.take(batch)
        if intake.found.failures:
            raise _DoubtError("a check could not be made")
        return intake.found

    def _stamp(self, read_at: int) -> Stamp:
        return Stamp(str(self._whose.version), self._whose.now, self._whose.now - OVERLAP, read_at)

    def _make(self, reading: Reading, stamp: Stamp, kept: Kept | None) -> None:
        with self._lock:
            self._made[self._key(reading)] = stamp, None if kept is None else kept.encode()

    def _key(self, reading: Reading) -> str:
        return signature(reading, FORMAT, self._whose.server, self._whose.user_id, *self._whose.partners)


def since(query: Query, watermark: int) -> Query:
    """The same search, of what changed since an instant in ms."""
    bound = from_milliseconds(watermark)
    if query.is_structured:
        is_bound = [each.field == "updatedAt" and each.operator == "gte" for each in query.conditions]
        bounds = [str(each.value) for each, is_it in zip(query.conditions, is_bound, strict=True) if is_it]
        others = [each for each, is_it in zip(query.conditions, is_bound, strict=True) if not is_it]
        return replace(query, conditions=tuple(sorted([*others, Condition("updatedAt", "gte", max([bound, *bounds]))])))
    filters = dict(query.filters)
    filters["updatedAfter"] = max(bound, str(filters.get("updatedAfter", "")))
    return replace(query, filters=tuple(sorted(filters.items())))
