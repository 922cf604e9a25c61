"""Entries of the search cache, as bytes."""

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
    """Returns packed ids without some, and with others, whether or not these were there.

    The time that it takes grows with the number of ids that are exchanged.
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
    """Where in the data an id stands, or would."""
    place = bisect_left(range(length(data)), wanted, key=lambda index: data[index * _SIZE : (index + 1) * _SIZE])
    return place * _SIZE


UNREADABLE = (msgspec.DecodeError, ValueError, TypeError)
"""What reading raises for bytes that were not written here."""


class Stamp(msgspec.Struct, frozen=True):
    """When a search was read, and on what. Instants are the server's, in ms since 1970."""

    version: str
    """The server's."""
    now: int
    """When the run began."""
    watermark: int
    """Changes from here on are not in it for sure."""
    read_at: int
    """When it was last read in full."""

    def encode(self) -> bytes:
        """Returns the stamp as JSON."""
        return msgspec.json.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Returns the stamp in JSON. Raises one of UNREADABLE."""
        return msgspec.json.decode(data, type=cls)


class CacheEntry(msgspec.Struct, frozen=True, array_like=True):
    """What a search found: the ids of everything, and all that may match."""

    ids: bytes
    assets: list[Asset]
    passed: list[int]
    groups: list[tuple[tuple[str, ...], ...]]
    """Empty where nothing is split."""

    @classmethod
    def of(cls, result: SearchResult, ids: bytes) -> Self:
        """Returns what is kept of a search that found these ids."""
        assets = list(result.assets.values())
        groups = [result.groups[asset.id] for asset in assets] if result.groups else []
        return cls(ids, assets, [result.passed[asset.id] for asset in assets], groups)

    def as_result(self) -> SearchResult:
        """Returns what may match of it again, without places."""
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
    """Returns the ids of everything that was found. Raises ValueError if they are not all known, or no UUIDs."""
    if len(result.places) != result.count:
        raise ValueError("not every id was kept")
    return packed(result.places)


def places(ids: Iterable[str]) -> dict[str, int]:
    """Returns ids with their places in a ranking. Empty where their order says nothing."""
    return {asset_id: place for place, asset_id in enumerate(ids)}
