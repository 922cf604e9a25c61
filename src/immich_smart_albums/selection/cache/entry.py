"""Entries of the search cache as bytes: ids packed and sorted, 16 bytes each, and the photos that may match."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Self

import msgspec

from immich_smart_albums.model.asset import Asset
from immich_smart_albums.selection.result import SearchResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_SIZE = 16


def pack(asset_id: str) -> bytes:
    """Returns an id in binary. Raises ValueError for one that is no UUID."""
    data = bytes.fromhex(asset_id.replace("-", ""))
    if len(data) != _SIZE:
        raise ValueError(f"no UUID: {asset_id!r}")
    return data


def packed(ids: Iterable[str]) -> bytes:
    """Returns ids in binary, sorted. Raises ValueError for one that is no UUID."""
    return b"".join(sorted(map(pack, ids)))


def unpacked(data: bytes) -> Iterator[str]:
    """Yields the ids, as Immich writes them."""
    for start in range(0, len(data), _SIZE):
        text = data[start : start + _SIZE].hex()
        yield f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def length(data: bytes) -> int:
    """Returns how many ids there are."""
    return len(data) // _SIZE


def contains(data: bytes, wanted: bytes) -> bool:
    """Returns whether an id is among the packed ones."""
    start = _start(data, wanted)
    return data[start : start + _SIZE] == wanted


def exchanged(data: bytes, gone: Iterable[bytes], come: Iterable[bytes]) -> bytes:
    """Returns packed ids without those that are gone and with those that have come, each at most once.

    It takes time for the ids that are exchanged, and not for all.
    """
    arrivals = set(come)
    view, position = memoryview(data), 0
    pieces: list[bytes | memoryview] = []
    for packed_id in sorted({*gone, *arrivals}):
        start = _start(data, packed_id)
        pieces.append(view[position:start])
        position = start + _SIZE if view[start : start + _SIZE] == packed_id else start
        if packed_id in arrivals:
            pieces.append(packed_id)
    pieces.append(view[position:])
    return b"".join(pieces)


def _start(data: bytes, wanted: bytes) -> int:
    """Returns the offset at which an id is, or would be inserted."""
    place = bisect_left(range(length(data)), wanted, key=lambda index: data[index * _SIZE : (index + 1) * _SIZE])
    return place * _SIZE


UNREADABLE = (msgspec.DecodeError, ValueError, TypeError)
"""The errors of `decode` for bytes that were not written here."""


class Stamp(msgspec.Struct, frozen=True):
    """When a result was true, and of which version of the server. Instants are the server's, in ms since 1970."""

    version: str
    now: int
    """When the run began."""
    watermark: int
    """Changes from this instant on may be missing in the result."""
    read_at: int
    """When the search was last read in full."""

    def encode(self) -> bytes:
        """Returns the stamp as JSON."""
        return msgspec.json.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Returns the stamp in JSON. Raises one of UNREADABLE."""
        return msgspec.json.decode(data, type=cls)


class CacheEntry(msgspec.Struct, frozen=True, array_like=True):
    """A result: the ids of everything that was found, and the photos that may match. See `SearchResult`."""

    ids: bytes
    assets: list[Asset]
    passed: list[int]
    groups: list[tuple[tuple[str, ...], ...]]
    """Empty if no rule splits what the search finds."""

    @classmethod
    def of(cls, result: SearchResult, ids: bytes) -> Self:
        """Returns the entry for a result with these packed ids."""
        assets = list(result.assets.values())
        groups = [result.groups[asset.id] for asset in assets] if result.groups else []
        return cls(ids, assets, [result.passed[asset.id] for asset in assets], groups)

    def as_result(self) -> SearchResult:
        """Returns the result with the photos that may match, without places and count."""
        names = [asset.id for asset in self.assets]
        return SearchResult(
            assets=dict(zip(names, self.assets, strict=True)),
            passed=dict(zip(names, self.passed, strict=True)),
            groups=dict(zip(names, self.groups, strict=True)) if self.groups else {},
        )

    def encode(self) -> bytes:
        """Returns the entry as MessagePack."""
        return msgspec.msgpack.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Returns the entry in MessagePack. Raises one of UNREADABLE."""
        return msgspec.msgpack.decode(data, type=cls)


def ids_of(result: SearchResult) -> bytes:
    """Returns the packed ids of everything that was found. Raises ValueError if one is missing, or no UUID."""
    if len(result.places) != result.count:
        raise ValueError("not every id was kept")
    return packed(result.places)


def places(ids: Iterable[str]) -> dict[str, int]:
    """Returns the place of each id in a sequence, from 0."""
    return {asset_id: place for place, asset_id in enumerate(ids)}
