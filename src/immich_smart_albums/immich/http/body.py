"""Reads the body of an answer piece by piece, and decompresses it, up to a limit.

Neither the length that a server announces nor the decompressed size is trusted: an answer could be made to fill our
memory.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from urllib3.exceptions import DecodeError, IncompleteRead

from immich_smart_albums.errors import Untrustworthy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import urllib3

PIECE = 64 * 1024
"""Bytes to read, or to decompress, at a time."""

LARGEST = 64 * 1024 * 1024
"""Bytes of an answer, decompressed: thirty times a page of a thousand photos with all their fields."""

LARGEST_LIST = 4 * LARGEST
"""Bytes of an answer that may list a whole library: an id takes 39 bytes, a photo some 1,500."""

LARGEST_COMPLAINT = 1024 * 1024
"""Bytes of an error answer that are read."""

_GZIP = 16 + zlib.MAX_WBITS


def read_body(response: urllib3.BaseHTTPResponse, request: str, largest: int, check_time: Callable[[], None]) -> bytes:
    """Returns the whole body, decompressed. `check_time` is called between the pieces, and raises at the deadline.

    Of an error answer (300 and above) only the beginning is read. Raises Untrustworthy for a body that is larger than
    `largest`, or has an encoding that was not asked for, and urllib3's errors for one that breaks off.
    """
    if response.status >= 300:
        return _beginning(response, request, check_time)
    length = response.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > largest:
        raise _too_large(request, largest)
    pieces: list[bytes] = []
    size = 0
    for piece in _unpacked(response, request, check_time):
        size += len(piece)
        if size > largest:
            raise _too_large(request, largest)
        pieces.append(piece)
    return b"".join(pieces)


def _beginning(response: urllib3.BaseHTTPResponse, request: str, check_time: Callable[[], None]) -> bytes:
    pieces: list[bytes] = []
    size = 0
    for piece in _unpacked(response, request, check_time):
        pieces.append(piece)
        size += len(piece)
        if size >= LARGEST_COMPLAINT:
            response.close()  # with its connection: the rest would be taken for the next answer
            break
    return b"".join(pieces)[:LARGEST_COMPLAINT]


def _unpacked(response: urllib3.BaseHTTPResponse, request: str, check_time: Callable[[], None]) -> Iterator[bytes]:
    coding = response.headers.get("content-encoding", "").strip().lower()
    match coding:
        case "" | "identity":
            yield from _raw(response, check_time)
        case "gzip" | "x-gzip":
            yield from _gunzipped(_raw(response, check_time), check_time)
        case _:
            hint = "Something on the way packs answers in a way that it was not asked for; switch that off for Immich."
            raise Untrustworthy(f"{request}: the answer is packed as {coding[:40]!r}", hint=hint)


def _raw(response: urllib3.BaseHTTPResponse, check_time: Callable[[], None]) -> Iterator[bytes]:
    # With a size, urllib3 itself notices an end that comes too early.
    while piece := response.read1(PIECE, decode_content=False):
        check_time()
        yield piece


def _gunzipped(packed: Iterator[bytes], check_time: Callable[[], None]) -> Iterator[bytes]:
    """The content of one gzip stream or of several in a row, a piece at a time."""
    stream = zlib.decompressobj(_GZIP)
    size = 0
    for piece in packed:
        rest, is_full = piece, False
        while rest or is_full:
            if stream.eof:
                stream = zlib.decompressobj(_GZIP)
            try:
                unpacked = stream.decompress(rest, PIECE)
            except zlib.error as error:
                raise DecodeError("the answer is no gzip", error) from None
            check_time()
            size += len(unpacked)
            yield unpacked
            rest = stream.unused_data if stream.eof else stream.unconsumed_tail
            # Then more may come out, even if nothing more goes in.
            is_full = len(unpacked) == PIECE and not stream.eof
    if not stream.eof and size:
        raise IncompleteRead(size, 1)


def _too_large(request: str, largest: int) -> Untrustworthy:
    hint = "Immich sends no such answers: look at what answers at that address, and at the proxies on the way."
    return Untrustworthy(f"{request}: the answer is larger than {largest >> 20} MB, so it is not read", hint=hint)
