"""The body of an answer, read piece by piece: never more of it than there may be, and unpacked here.

What a server says about the length of its answer, and how far it unpacks, is not believed: either may be made to fill
the memory of who reads it.
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
"""Bytes that are taken from the connection, or out of a packed answer, at a time."""

LARGEST = 64 * 1024 * 1024
"""Bytes of an answer, unpacked: thirty times a page of a thousand photos with all that is known of them."""

LARGEST_LIST = 4 * LARGEST
"""Bytes of an answer that may list a whole library at once: its ids take 39 bytes each, its photos some 1,500."""

LARGEST_COMPLAINT = 1024 * 1024
"""Bytes of an answer that only says what is wrong; the rest of it is not read."""

_GZIP = 16 + zlib.MAX_WBITS


def read_body(response: urllib3.BaseHTTPResponse, request: str, largest: int, check_time: Callable[[], None]) -> bytes:
    """Returns the whole body, unpacked. `check_time` is called between the pieces, and raises when it took too long.

    Of a complaint (300 and above) the beginning is enough. Raises Untrustworthy for a body that is larger than
    `largest`, or packed in a way that was not asked for, and urllib3's errors for one that breaks off.
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
            response.close()  # with its connection: what is left would be taken for the next answer
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
    """The content of one packed stream or of several in a row, a piece at a time."""
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
            # Then there may be more to come out, even where nothing more is to go in.
            is_full = len(unpacked) == PIECE and not stream.eof
    if not stream.eof and size:
        raise IncompleteRead(size, 1)


def _too_large(request: str, largest: int) -> Untrustworthy:
    hint = "Immich sends no such answers: look at what answers at that address, and at the proxies on the way."
    return Untrustworthy(f"{request}: the answer is larger than {largest >> 20} MB, so it is not read", hint=hint)
