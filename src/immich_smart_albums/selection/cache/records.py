"""The records that searches found, kept in memory while somebody works on rules: no search is sent twice.

It stands between the selection and the server's searches. Who changes a rule and selects again has most of it read
already: the compiler is told what is here (`shared`), and takes it for the driver where it may; the same evaluation
then reads the same records, as if they came from the server. What is read is read with more fields than are asked for,
so that the next filter finds them.

All of it is of the moment when it was first read. So it is for what is looked at, never for what is written, and
whoever keeps one throws it away to see the library as it is now. Records are packed: a whole one takes less than a
kilobyte.
"""

from __future__ import annotations

import functools
import threading
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Optional, TypedDict

import msgspec

from immich_smart_albums.model.asset import ASSET_FIELDS
from immich_smart_albums.rules.local_filters.asset_shape import EXIF
from immich_smart_albums.rules.tree import roots

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

    from immich_smart_albums.model.query import Query
    from immich_smart_albums.selection.ports import SearchApi

    Records = Iterable[Mapping[str, object]]

MOST_BYTES = 256 * 1024 * 1024
"""Of packed records: some 300,000. What is read beyond that is passed on and not kept."""

WIDE = frozenset(
    {
        *(f"exifInfo.{name}" for name in EXIF),
        *("people", "ownerId", "libraryId", "type", "originalPath", "originalFileName", "localDateTime", "createdAt"),
        *("updatedAt", "isFavorite", "isArchived", "isTrashed", "visibility", "duration", "livePhotoVideoId"),
        *("width", "height", "thumbhash"),
    }
)
"""What is read of each asset in any case, as far as the server's version returns it."""


@dataclass(frozen=True, slots=True)
class _CachedSearch:
    """What one search found."""

    batches: tuple[bytes, ...]
    """Packed records, in the order in which they came."""
    fields: frozenset[str]
    count: int


class RecordCache:
    """Fits `selection.ports.SearchApi`, for the searches of one account. Safe for threads."""

    def __init__(self, searches: SearchApi, *, most_bytes: int = MOST_BYTES) -> None:
        """Nothing is kept yet."""
        self._searches = searches
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._cached: dict[Query, _CachedSearch] = {}
        self._details: dict[str, bytes] = {}
        self._counts: dict[Query, int | None] = {}
        self._bytes = 0

    def shared(self) -> dict[Query, frozenset[str]]:
        """The searches that cost nothing any more, with the top-level fields of what they found."""
        with self._lock:
            return {query: roots(cached.fields) for query, cached in self._cached.items()}

    def sizes(self) -> dict[Query, int]:
        """How many assets these searches found."""
        with self._lock:
            return {query: cached.count for query, cached in self._cached.items()}

    def find(self, query: Query, fields: frozenset[str]) -> Generator[Records, None, None]:
        """See `SearchApi.find`."""
        cached = self._cached.get(query)
        if cached is not None and fields <= cached.fields:
            decoder = _decoder_of(fields)
            yield from (decoder.decode(batch) for batch in cached.batches)
            return
        fields |= WIDE if cached is None else cached.fields
        packed: list[bytes] | None = []
        size = 0
        ids: set[object] = set()
        with closing(self._searches.find(query, fields)) as batches:
            for batch in batches:
                records = list(batch)
                if packed is not None:
                    packed.append(msgspec.msgpack.encode(records))
                    ids.update(record["id"] for record in records)
                    size += len(packed[-1])
                    if self._bytes + size > self._most_bytes:
                        packed = None
                yield records
        if packed is not None:
            with self._lock:
                before = self._cached.get(query)
                self._bytes += size - (sum(map(len, before.batches)) if before else 0)
                self._cached[query] = _CachedSearch(tuple(packed), fields, len(ids))

    def count(self, query: Query) -> int | None:
        """See `SearchApi.count`."""
        return self._searches.count(query)

    def estimate(self, query: Query) -> int | None:
        """See `SearchApi.estimate`; each search is asked about once."""
        cached = self._cached.get(query)
        if cached is not None:
            return cached.count
        if query not in self._counts:
            self._counts[query] = self._searches.estimate(query)
        return self._counts[query]

    def details(self, ids: Iterable[str]) -> Iterator[Mapping[str, object]]:
        """See `SearchApi.details`; each asset is asked for once, but for those that were gone."""
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


@functools.lru_cache(maxsize=64)
def _decoder_of(fields: frozenset[str]) -> msgspec.msgpack.Decoder[Any]:
    """What reads these fields of packed records, and no others: making objects of the rest takes most of the time."""
    exif = {name.removeprefix(_EXIF): Any for name in fields if name.startswith(_EXIF) and name.count(".") == 1}
    shape: dict[str, Any] = dict.fromkeys(roots(fields) | ASSET_FIELDS, Any)
    if exif and len(exif) == sum(name.startswith("exifInfo") for name in fields):
        shape["exifInfo"] = Optional[TypedDict("Exif", exif, total=False)]  # type: ignore[operator]  # noqa: UP045 - made here
    return msgspec.msgpack.Decoder(list[TypedDict("Record", shape, total=False)])  # type: ignore[misc, operator]


_EXIF = "exifInfo."
