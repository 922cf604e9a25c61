"""Keeps the records of searches in memory while somebody works on rules: no search is sent twice.

It stands between a selection and the server's searches. The compiler gets the searches that are here as `shared`, at no
cost, so that a rule which was changed a little is mostly answered from memory. Searches are read with more fields than
they are asked for, so that the next filter finds its own.

Records are as old as their first reading. So they are for previews, never for what is written; to see the library as it
is now, make a new `RecordCache`. Packed, a record takes less than a kilobyte.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from immich_smart_albums.errors import FilterError, Stopped
from immich_smart_albums.model.asset import ASSET_FIELDS, Asset
from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind
from immich_smart_albums.model.search_fields import LOOKS_INTO_TRASH
from immich_smart_albums.model.stopping import never
from immich_smart_albums.rules.local_filters.asset_shape import EXIF
from immich_smart_albums.rules.tree import Filter, roots
from immich_smart_albums.selection.cache.columns import RecordBatch
from immich_smart_albums.selection.result import Judged
from immich_smart_albums.selection.stages import METADATA_FIELDS, shows_metadata

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence

    from immich_smart_albums.model.query import Query
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.selection.ports import SearchApi
    from immich_smart_albums.selection.query_plan import Scan

    Records = Iterable[Mapping[str, object]]

MOST_BYTES = 256 * 1024 * 1024
"""Of packed records, some 300,000. What is read beyond that is passed on and not kept."""

WIDE = frozenset(
    {
        *(f"exifInfo.{name}" for name in EXIF),
        *("people", "ownerId", "libraryId", "type", "originalPath", "originalFileName", "localDateTime", "createdAt"),
        *("updatedAt", "isFavorite", "isArchived", "isTrashed", "visibility", "duration", "livePhotoVideoId"),
        *("width", "height"),
    }
)
"""The fields that are read anyway, if the server's version returns them."""

_WITHOUT_EXIF = frozenset(name for name in WIDE if not name.startswith("exifInfo")) - {"people"}
"""Those that cost nothing, since every answer has them."""


MOST_VERDICTS = 50
"""Filters of one search whose verdicts are kept: a byte for each record."""

_IS_READ = Filter("whether Immich has read the file", shows_metadata, METADATA_FIELDS, shows_metadata)


@dataclass(frozen=True, slots=True)
class _CachedSearch:
    """The records that one search found."""

    batches: tuple[RecordBatch, ...]
    fields: frozenset[str]
    """The fields with which they were read."""
    count: int
    verdicts: OrderedDict[str, tuple[bytes, ...]] = field(default_factory=OrderedDict)
    """By the key of a filter: for each batch a byte for each record, 1 if it passes."""

    def verdict(self, filter_: Filter) -> tuple[bytes, ...]:
        """Returns the verdict of a filter on each record, worked out once. Raises FilterError."""
        verdict = self.verdicts.get(filter_.key)
        if verdict is None:
            reads = filter_.reads or frozenset()
            verdict = tuple(batch.verdict(filter_.holds, reads) for batch in self.batches)
        self.verdicts[filter_.key] = verdict
        self.verdicts.move_to_end(filter_.key)
        if len(self.verdicts) > MOST_VERDICTS:
            self.verdicts.popitem(last=False)
        return verdict

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(batch.size for batch in self.batches)


class RecordCache:
    """A `selection.ports.SearchApi` and `KnownRecords` for the searches of one account. Safe for threads."""

    def __init__(self, searches: SearchApi, *, most_bytes: int = MOST_BYTES, stop: Stop = never) -> None:
        """Begin with nothing in memory. `stop` is called between two batches; if it returns True, Stopped is raised."""
        self._searches = searches
        self._most_bytes = most_bytes
        self._stop = stop
        self._lock = threading.Lock()
        self._cached: dict[Query, _CachedSearch] = {}
        self._details: dict[str, bytes] = {}
        self._counts: dict[Query, int | None] = {}
        self._own_counts: dict[Query, int | None] = {}
        self._bytes = 0
        self.assets: dict[str, Asset] = {}
        """The assets that any search found, by id."""

    def shared(self) -> dict[Query, frozenset[str]]:
        """Returns the searches that are in memory, with the top-level fields of their records."""
        with self._lock:
            return {query: roots(cached.fields) for query, cached in self._cached.items()}

    def sizes(self) -> dict[Query, int]:
        """Returns how many assets the searches found that are in memory."""
        with self._lock:
            return {query: cached.count for query, cached in self._cached.items()}

    def find(self, query: Query, fields: frozenset[str]) -> Generator[Records, None, None]:
        """See `SearchApi.find`."""
        return self.read(query, fields, self._searches)

    def read(self, query: Query, fields: frozenset[str], searches: SearchApi) -> Generator[Records, None, None]:
        """Yields what `find` does, from memory or else through another connection. Raises Stopped."""
        cached = self._cached.get(query)
        if cached is not None and fields <= cached.fields:
            with self._lock:
                self._cached[query] = self._cached.pop(query, cached)  # the last to be removed
            for batch in cached.batches:
                if self._stop():
                    raise Stopped
                yield batch.records(fields | ASSET_FIELDS)
            return
        if cached is not None:
            fields |= cached.fields
        elif WHOLE_LIBRARY not in self._cached or not _is_in_library(query):
            fields |= WIDE
        elif query.kind is Kind.SMART:
            fields |= _WITHOUT_EXIF  # with EXIF, a ranking would be sent twice
        packed: list[RecordBatch] = []
        ids: set[str] = set()
        names = roots(fields | ASSET_FIELDS)  # without those that were read to verify the answer
        with closing(searches.find(query, fields)) as batches:
            for batch_read in batches:
                records = [record for record in batch_read if record["id"] not in ids]
                assets = tuple(map(Asset.of, records))
                self.assets.update((asset.id, asset) for asset in assets)
                ids.update(asset.id for asset in assets)
                packed.append(RecordBatch(records, assets, names))
                yield records
        if query.kind is Kind.METADATA and query.limit is None:
            # Parts of it came side by side. Once they are in order, sorting what is selected from them is quick.
            packed.sort(key=lambda batch: max((asset.taken for asset in batch.assets), default=0), reverse=True)
        searched = _CachedSearch(tuple(packed), fields, len(ids))
        if fields >= METADATA_FIELDS:
            searched.verdicts[_IS_READ.key] = tuple(batch.are_read for batch in packed)
        self._keep(query, searched)

    def judged(self, scan: Scan) -> list[Judged] | None:
        """See `KnownRecords.judged`."""
        cached = self._cached.get(scan.query)
        if cached is None or scan.keys or not scan.requested_fields <= cached.fields:
            return None
        filters = (*scan.filters, *([_IS_READ] if scan.shows_metadata else ()))
        try:
            verdicts = []
            for filter_ in filters:
                if self._stop():
                    raise Stopped
                verdicts.append(cached.verdict(filter_))
        except FilterError:
            return None
        return [
            Judged(batch.ids, batch.assets, _masks([verdict[place] for verdict in verdicts], batch.count))
            for place, batch in enumerate(cached.batches)
        ]

    def _keep(self, query: Query, searched: _CachedSearch) -> None:
        """Keep what a search found; to make room, the searches that were not used for longest are removed."""
        with self._lock:
            self._forget(query)
            for other in [other for other in self._cached if other != WHOLE_LIBRARY]:
                if self._bytes + searched.size > self._most_bytes:
                    self._forget(other)
            if self._bytes + searched.size <= self._most_bytes:
                self._bytes += searched.size
                self._cached[query] = searched

    def _forget(self, query: Query) -> None:
        if query in self._cached:
            self._bytes -= self._cached.pop(query).size

    def count(self, query: Query) -> int | None:
        """See `SearchApi.count`."""
        return self._searches.count(query)

    def estimate(self, query: Query) -> int | None:
        """See `SearchApi.estimate`; each search is counted once."""
        cached = self._cached.get(query)
        if cached is not None:
            return cached.count
        if query not in self._counts:
            self._counts[query] = self._searches.estimate(query)
        return self._counts[query]

    def estimate_own(self, query: Query) -> int | None:
        """See `SearchApi.estimate_own`; each search is counted once."""
        if query not in self._own_counts:
            self._own_counts[query] = self._searches.estimate_own(query)
        return self._own_counts[query]

    def details(self, ids: Iterable[str]) -> Iterator[Mapping[str, object]]:
        """See `SearchApi.details`; each asset is asked for once, and again if it was gone."""
        missing = []
        for asset_id in ids:
            if asset_id in self._details:
                yield msgspec.msgpack.decode(self._details[asset_id])
            else:
                missing.append(asset_id)
        for record in self._searches.details(missing):
            packed = msgspec.msgpack.encode(record)
            with self._lock:
                if self._bytes + len(packed) <= self._most_bytes:
                    self._bytes += len(packed)
                    self._details[str(record["id"])] = packed
            yield record


def _is_in_library(query: Query) -> bool:
    """Returns whether all that a search finds is on the timeline, so that `WHOLE_LIBRARY` has its records."""
    return query.visibility == WHOLE_LIBRARY.visibility and not _in_trash(query)


def _in_trash(query: Query) -> bool:
    return any(condition.field in LOOKS_INTO_TRASH for condition in query.where)


def _masks(verdicts: list[bytes], count: int) -> Sequence[int]:
    """Returns a number for each record, with a bit for each verdict: `1, 0` and `1, 1` become `3, 2`."""
    if len(verdicts) > 8:
        return [sum(bit << number for number, bit in enumerate(bits)) for bits in zip(*verdicts, strict=True)]
    # Up to eight fit into one byte for each record, so that all records are shifted at once.
    masks = 0
    for number, verdict in enumerate(verdicts):
        masks |= int.from_bytes(verdict) << number
    return masks.to_bytes(count)
