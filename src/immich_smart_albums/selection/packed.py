"""Many ids in little memory: sorted, sixteen bytes each. A million photos are sixteen megabytes."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SIZE = 16


def pack(asset_id: str) -> bytes:
    """An id in binary. Raises ValueError for one that is no UUID."""
    data = bytes.fromhex(asset_id.replace("-", ""))
    if len(data) != _SIZE:
        raise ValueError(f"no UUID: {asset_id!r}")
    return data


def packed(ids: Iterable[str]) -> bytes:
    """Ids, sorted. Raises ValueError for one that is no UUID."""
    return b"".join(sorted(map(pack, ids)))


def unpacked(data: bytes) -> Iterator[str]:
    """The ids, as Immich writes them."""
    for start in range(0, len(data), _SIZE):
        text = data[start : start + _SIZE].hex()
        yield f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def length(data: bytes) -> int:
    """How many ids there are."""
    return len(data) // _SIZE


def contains(data: bytes, wanted: bytes) -> bool:
    """Whether an id is among the packed ones."""
    start = _start(data, wanted)
    return data[start : start + _SIZE] == wanted


def exchanged(data: bytes, gone: Iterable[bytes], come: Iterable[bytes]) -> bytes:
    """The ids without some, and with others, whether or not these were there; time follows how many these are."""
    arrivals = set(come)
    view, at = memoryview(data), 0
    pieces: list[bytes | memoryview] = []
    for each in sorted({*gone, *arrivals}):
        start = _start(data, each)
        pieces.append(view[at:start])
        at = start + _SIZE if view[start : start + _SIZE] == each else start
        if each in arrivals:
            pieces.append(each)
    pieces.append(view[at:])
    return b"".join(pieces)


def _start(data: bytes, wanted: bytes) -> int:
    """Where in the data an id stands, or would."""
    place = bisect_left(range(length(data)), wanted, key=lambda at: data[at * _SIZE : (at + 1) * _SIZE])
    return place * _SIZE
