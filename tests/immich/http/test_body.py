"""How much of an answer is read, and how it is unpacked."""

from __future__ import annotations

import gzip
import itertools
import tracemalloc
from typing import TYPE_CHECKING

import msgspec
import pytest

from immich_smart_albums.errors import NotImmich, Refused, Unreachable, Untrustworthy
from immich_smart_albums.immich.http.body import LARGEST, LARGEST_COMPLAINT, LARGEST_LIST, PIECE, read_body
from immich_smart_albums.immich.http.retries import TimeOuts
from tests.support.bare_server import BareServer, answer, json
from tests.support.immich_clients import http_to, server_at

if TYPE_CHECKING:
    from collections.abc import Callable

    import urllib3

    from tests.immich.conftest import Start

MEGABYTE = 1024 * 1024
BOMB = gzip.compress(b" " * (30 * MEGABYTE), 1)
TOO_LARGE = r"GET /tags: the answer is larger than 1 MB, so it is not read"
NO_END = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n"


def chunked(chunk: bytes) -> bytes:
    head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    return head.encode() + chunk


HUGE = {
    "a length that no memory has": NO_END[:-2] + b"content-length: 1000000000000000\r\n\r\n[",
    "a length of hundreds of digits": NO_END[:-2] + b"content-length: 1" + b"0" * 300 + b"\r\n\r\n[",
    "a chunk that no memory has": chunked(b"ffffffffffff\r\n" + b" " * (2 * MEGABYTE)),
    "no length, and no end": NO_END + b" " * (2 * MEGABYTE),
    "packed": json(BOMB, content_encoding="gzip"),
    "packed by the other name": json(BOMB, content_encoding="X-GZIP"),
    "packed in many streams": json(gzip.compress(b" " * MEGABYTE) * 50, content_encoding="gzip"),
}


@pytest.mark.parametrize("how", HUGE)
def test_an_answer_that_is_too_large_is_given_up_before_it_fills_the_memory(how: str) -> None:
    with BareServer(HUGE[how]) as bare:
        http = http_to(bare.url, concurrency=1)
        tracemalloc.start()
        try:
            with pytest.raises(Untrustworthy, match=TOO_LARGE) as caught:
                http.get("/tags", largest=MEGABYTE)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 8 * MEGABYTE
    assert caught.value.hint
    assert "what answers at that address" in caught.value.hint
    assert bare.connections == 1  # the same again would be as large


@pytest.mark.untraced
def test_without_saying_so_there_is_a_limit_too() -> None:
    with BareServer(json(gzip.compress(b" " * (LARGEST + 1), 1), content_encoding="gzip")) as bare:
        with pytest.raises(Untrustworthy, match="larger than 64 MB"):
            http_to(bare.url).get("/tags")
        with pytest.raises(Untrustworthy, match="larger than 64 MB"):
            http_to(bare.url).post("/search/metadata", {})


def test_a_whole_library_may_be_listed_in_one_answer() -> None:
    """A million ids, and an album of Immich 2 with a hundred thousand photos in it."""
    assert LARGEST > 39 * 1_000_000
    assert LARGEST_LIST > 1500 * 100_000
    body = msgspec.json.encode(["8fbe472e-7463-4d97-ae2d-3efb3270e153"] * 1_000_000)
    packed = json(gzip.compress(body, 1), content_encoding="gzip")
    with BareServer(packed) as bare:
        assert http_to(bare.url).post("/download/info", {}) == body


@pytest.mark.parametrize("level", ["2.7", "3.1"])
def test_what_an_album_holds_may_be_a_long_list(level: str, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("immich_smart_albums.immich.albums.members.FEW", 0)
    sandbox = start(level=level)
    album = next(album for album in sandbox.library.albums.values() if len(album.asset_ids) > 3)
    limits: list[int] = []

    def remembered(response: urllib3.BaseHTTPResponse, request: str, largest: int, check: Callable[[], None]) -> bytes:
        limits.append(largest)
        return read_body(response, request, largest, check)

    monkeypatch.setattr("immich_smart_albums.immich.http.client.read_body", remembered)
    server_at(sandbox).albums.members(album.id)
    assert LARGEST_LIST in limits


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 5 * PIECE + 7])
def test_what_was_packed_comes_out_whole(size: int) -> None:
    content = b'"' + bytes(itertools.islice(itertools.cycle(b"photos "), size)) + b'"'
    streams = gzip.compress(content[:-1]) + gzip.compress(content[-1:])
    for packed in (gzip.compress(content), streams, gzip.compress(b" " * size + content)):
        with BareServer(json(packed, content_encoding="gzip")) as bare:
            assert http_to(bare.url).get("/tags").strip() == content


def test_a_body_that_is_not_packed_as_it_says_is_told() -> None:
    with (
        BareServer(json(b"{}", content_encoding="gzip")) as bare,
        pytest.raises(Unreachable, match="GET /tags: talking"),
    ):
        http_to(bare.url, time_outs=TimeOuts(tries=0.001)).get("/tags")


def test_a_packed_body_that_breaks_off_is_told() -> None:
    broken = NO_END[:-2] + b"content-encoding: gzip\r\n\r\n" + gzip.compress(b"[" + b" " * MEGABYTE)[:-10]
    with BareServer(broken) as bare, pytest.raises(Unreachable, match="was cut short"):
        http_to(bare.url, time_outs=TimeOuts(tries=0.001)).get("/tags")


def test_an_empty_body_needs_no_unpacking() -> None:
    with BareServer(json(b"", content_encoding="gzip")) as bare:
        assert http_to(bare.url).get("/tags") == b""


@pytest.mark.parametrize("coding", ["br", "gzip, gzip", "zstd", "deflate"])
def test_an_answer_packed_in_a_way_that_was_not_asked_for_is_refused(coding: str) -> None:
    with BareServer(json(b"[]", content_encoding=coding)) as bare, pytest.raises(Untrustworthy) as caught:
        http_to(bare.url).get("/tags")
    assert caught.value.message == f"GET /tags: the answer is packed as {coding!r}"
    assert caught.value.hint


def test_a_complaint_is_read_only_in_part() -> None:
    message = b'{"message": "no"' + b" " * (LARGEST_COMPLAINT * 3) + b"}"
    packed = answer("400 Bad Request", gzip.compress(message), content_type="application/json", content_encoding="gzip")
    plain = answer("418 I'm a teapot", b"<title>Nobody home</title>" + b" " * (5 * MEGABYTE), content_type="text/html")
    with BareServer(packed, plain) as bare:
        http = http_to(bare.url, concurrency=1)
        with pytest.raises(Refused, match="was answered 400"):
            http.get("/tags")
        with pytest.raises(NotImmich, match="Nobody home"):
            http.get("/tags")


def test_unpacking_has_to_be_done_in_time() -> None:
    clock = itertools.count(0, 10).__next__
    with BareServer(json(BOMB, content_encoding="gzip")) as bare, pytest.raises(Unreachable, match="longer than 180 s"):
        http_to(bare.url, clock=clock, time_outs=TimeOuts(answer=180)).get("/tags")


def test_a_pause_or_a_time_beyond_every_calendar_is_no_failure_of_ours() -> None:
    never = "Fri, 31 Dec 99999999999 00:00:00 GMT"
    busy = answer("503 Busy", b"{}", content_type="application/json", retry_after=never, date=never)
    good = json(b'{"res":"pong"}', date=never)
    version = json(b'{"major":3,"minor":1,"patch":0}')
    with BareServer(version, busy, good) as bare:
        assert server_at(bare.url).hints.now() is None
