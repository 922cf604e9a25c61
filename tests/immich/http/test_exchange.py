"""What can happen to a request on its way and to an answer on its way back."""

from __future__ import annotations

import gzip
import itertools
import socket
import threading
from typing import TYPE_CHECKING

import pytest
from urllib3.exceptions import ConnectTimeoutError, DecodeError

from immich_sandbox import Sandbox, generate
from immich_smart_albums.errors import NotImmich, ServerError, Unreachable, Untrustworthy
from immich_smart_albums.immich.http.connection import Address, translate_error
from immich_smart_albums.immich.http.retries import TimeOuts
from tests.support.bare_server import BareServer, json
from tests.support.immich_clients import NOTHING, http_to, ids_found_by, metadata, server_at, shown_ids, smart

if TYPE_CHECKING:
    from immich_smart_albums.immich.http.exchange import Exchange
    from tests.immich.conftest import Start

GOOD = json(b'{"major":3,"minor":1,"patch":0}')
BODY = b'{"assets": {"items": [], "count": 0, "nextPage": null}}' + b" " * 2000


def unused_port() -> int:
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_server_that_is_not_there_is_told_at_once() -> None:
    exchanges: list[Exchange] = []
    url = f"http://127.0.0.1:{unused_port()}"
    with pytest.raises(Unreachable) as caught:
        http_to(url, on_exchange=exchanges.append).get("/server/version")
    assert caught.value.message == f"GET /server/version: nothing listens at {url}: Connection refused"
    assert caught.value.hint == "Is Immich running, and is the port right? Immich's own port is 2283."
    (exchange,) = exchanges
    assert (exchange.status, exchange.trouble) == (None, caught.value.message)


def test_a_server_that_went_away_is_looked_for_a_while() -> None:
    exchanges: list[Exchange] = []
    with Sandbox(generate(20)) as sandbox:
        http = http_to(sandbox, on_exchange=exchanges.append)
        http.get("/tags")
    with pytest.raises(Unreachable, match="nothing listens"):
        http.get("/tags")
    assert len(exchanges) == 1 + 4


def test_an_unknown_host_is_told_at_once() -> None:
    exchanges: list[Exchange] = []
    with pytest.raises(Unreachable) as caught:
        http_to("http://no-such-host.invalid:2283", on_exchange=exchanges.append).get("/server/version")
    assert caught.value.message == "GET /server/version: no such host: http://no-such-host.invalid:2283"
    assert caught.value.hint
    assert "typo" in caught.value.hint
    assert len(exchanges) == 1


def test_a_machine_that_does_not_answer_is_told_from_one_that_refuses() -> None:
    error = translate_error(ConnectTimeoutError("late"), "GET /tags", Address.parse("http://10.0.0.1:2283"))
    assert error.message == "GET /tags: http://10.0.0.1:2283 does not answer"
    assert error.hint == "Is the server switched on, and reachable from this machine?"
    assert error.retry == "yes"


def test_a_failure_of_another_kind_is_told_with_its_reason() -> None:
    error = translate_error(DecodeError("not gzip", ValueError("bad magic")), "GET /tags", Address.parse("http://x"))
    assert error.message == "GET /tags: talking to http://x failed: bad magic"
    reason = "<urllib3.connection.HTTPConnection object at 0x7f>: it rains"
    error = translate_error(DecodeError(reason), "GET /tags", Address.parse("http://x"))
    assert error.message == "GET /tags: talking to http://x failed: it rains"


def test_a_reset_connection_is_survived(start: Start) -> None:
    sandbox = start()
    sandbox.faults.reset(path="/api/search/*", times=3)
    assert ids_found_by(server_at(sandbox), metadata()) == shown_ids(sandbox.library)


def test_a_connection_that_is_always_reset_is_told(start: Start) -> None:
    sandbox = start()
    sandbox.faults.reset(path="/api/search/*", times=None)
    with pytest.raises(Unreachable) as caught:
        ids_found_by(server_at(sandbox), metadata())
    url = sandbox.url
    assert caught.value.message == f"POST /search/metadata: the connection to {url} broke: Connection reset by peer"
    assert caught.value.hint
    assert "server's log" in caught.value.hint


def test_a_connection_that_the_server_closes_without_a_word_is_told() -> None:
    with BareServer(b"") as bare, pytest.raises(Unreachable, match="broke: Remote end closed connection"):
        http_to(bare.url).get("/tags")
    assert bare.connections == 4


@pytest.mark.parametrize("after", [0, 1, 500])
def test_a_cut_answer_is_asked_for_again(start: Start, after: int) -> None:
    sandbox = start()
    sandbox.faults.cut(after, path="/api/search/*", times=2)
    assert ids_found_by(server_at(sandbox), metadata()) == shown_ids(sandbox.library)
    assert len(sandbox.requests) == 4


def chunked(body: bytes, *, ends: bool, **headers: str) -> bytes:
    """An answer in chunks, which may lack its end."""
    lines = ["HTTP/1.1 200 OK", "content-type: application/json", "transfer-encoding: chunked", "connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join(lines) + "\r\n\r\n"
    half = len(body) // 2
    parts = [b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:half], body[half:])]
    return head.encode() + (b"".join(parts) + b"0\r\n\r\n" if ends else parts[0])


COMPRESSED = gzip.compress(BODY)
CUT = {
    "content-length": json(BODY)[:-10],
    "content-length and gzip": json(COMPRESSED, content_encoding="gzip")[:-10],
    "chunked": chunked(BODY, ends=False),
    "chunked in the middle of a chunk": chunked(BODY, ends=False)[:-700],
    "chunked and gzip": chunked(COMPRESSED, ends=False, content_encoding="gzip"),
}
WHOLE = {
    "content-length and gzip": json(COMPRESSED, content_encoding="gzip"),
    "chunked": chunked(BODY, ends=True),
    "chunked and gzip": chunked(COMPRESSED, ends=True, content_encoding="gzip"),
}


@pytest.mark.parametrize("how", CUT)
def test_a_half_answer_is_asked_for_again_and_is_an_error_if_it_stays_half(how: str) -> None:
    with BareServer(CUT[how], CUT[how], json(BODY)) as bare:
        assert http_to(bare.url, concurrency=1).post("/search/metadata", {}) == BODY
    assert bare.connections == 3
    with BareServer(CUT[how]) as bare, pytest.raises(Unreachable) as caught:
        http_to(bare.url, concurrency=1).post("/search/metadata", {})
    assert caught.value.message == f"POST /search/metadata: the answer of {bare.url} was cut short"
    assert caught.value.hint
    assert "Nothing of a half answer is used" in caught.value.hint
    assert bare.connections == 4


@pytest.mark.parametrize("how", WHOLE)
def test_a_whole_answer_is_read_however_it_is_packed(how: str) -> None:
    with BareServer(WHOLE[how]) as bare:
        assert http_to(bare.url).post("/search/metadata", {}) == BODY


def test_an_answer_without_any_length_ends_with_its_connection() -> None:
    with BareServer(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n" + BODY) as bare:
        assert http_to(bare.url).get("/tags") == BODY


def test_a_server_that_stays_silent_is_asked_again_and_then_told(start: Start) -> None:
    sandbox = start()
    sandbox.faults.slow(60.0, path="/api/tags", times=None)
    http = http_to(sandbox, concurrency=1, time_outs=TimeOuts(read=0.1))
    with pytest.raises(Unreachable) as caught:
        http.get("/tags")
    assert caught.value.message == f"GET /tags: {sandbox.url} stopped answering"
    assert caught.value.hint
    assert "--timeout" in caught.value.hint
    assert len(sandbox.requests) == 4
    sandbox.faults.clear()
    assert http.get("/tags")


def test_an_answer_that_takes_too_long_in_all_is_given_up(start: Start) -> None:
    sandbox = start()
    sandbox.faults.slow(drip=0.001, path="/api/users/me", times=None)
    clock = itertools.count(0, 100).__next__  # every look at the clock is 100 seconds later
    http = http_to(sandbox, concurrency=1, clock=clock, time_outs=TimeOuts(answer=180))
    for _ in range(3):  # a connection given up is no place lost
        with pytest.raises(Unreachable) as caught:
            http.get("/users/me")
        assert caught.value.message == "GET /users/me: the answer took longer than 180 s"
        assert caught.value.hint
        assert "--timeout" in caught.value.hint
    assert len(sandbox.requests) == 3  # the same again would take as long
    sandbox.faults.clear()
    assert http_to(sandbox, concurrency=1).get("/users/me")


def test_an_answer_whose_beginning_takes_too_long_is_given_up(start: Start) -> None:
    sandbox = start()
    sandbox.faults.slow(60.0, path="/api/tags")
    exchanges: list[Exchange] = []
    http = http_to(sandbox, time_outs=TimeOuts(connect=0.1, answer=0.1), on_exchange=exchanges.append)
    with pytest.raises(Unreachable, match="GET /tags: the answer took longer than 0 s") as caught:
        http.get("/tags")
    assert caught.value.may_be_running
    assert len(exchanges) == 1
    assert http_to(sandbox).get("/tags")


def test_a_slow_answer_within_the_limit_is_read_to_its_end(start: Start) -> None:
    sandbox = start()
    sandbox.faults.slow(drip=0.0001, path="/api/server/version")
    assert http_to(sandbox).get("/server/version").startswith(b'{"major":3')


@pytest.mark.parametrize("body", [b'{"assets": {"items": [', b"[" * 100_000])
def test_json_that_was_cut_without_a_length_is_asked_for_again(start: Start, body: bytes) -> None:
    sandbox = start()
    sandbox.faults.invalid_json(body, path="/api/search/*")
    assert ids_found_by(server_at(sandbox), metadata())
    sandbox.faults.invalid_json(body, path="/api/search/*", times=None)
    with pytest.raises(Unreachable, match="POST /search/metadata: the answer was cut short"):
        ids_found_by(server_at(sandbox), metadata())


@pytest.mark.parametrize("body", [b'{"assets": {"items": ]}', b"", b"null", b"\xff", b"[" * 100_000 + b"]" * 100_000])
def test_invalid_json_is_never_used_and_not_asked_for_again(start: Start, body: bytes) -> None:
    sandbox = start()
    sandbox.faults.invalid_json(body, path="/api/search/*", times=None)
    with pytest.raises(Untrustworthy) as caught:
        ids_found_by(server_at(sandbox), metadata())
    assert caught.value.message.startswith("POST /search/metadata: the answer cannot be read: ")
    assert caught.value.hint
    assert "changed the answer" in caught.value.hint
    assert len(sandbox.requests) == 2


ASSET = b'"id":"7d1be37b-e20f-4da1-b1e0-95facc285fc2","visibility":"timeline"'


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b'{"assets":[]}',
        b'{"assets":{"items":[{"id":"x"}]}}',
        b'{"assets":{"items":[{"fileCreatedAt":"2024-01-01T00:00:00.000Z"}]}}',
        b'{"assets":{"items":[{%s,"fileCreatedAt":"yesterday"}]}}' % ASSET,
        b'{"assets":{"items":[{%s,"fileCreatedAt":1700000000}]}}' % ASSET,
        b'{"assets":{"items":[],"count":3,"nextPage":null}}',
        b'{"assets":{"items":[],"count":0,"nextPage":2}}',
        b'{"assets":{"items":[],"count":0,"nextPage":"2"}}',
        b'{"albums":{"items":[]}}',
    ],
)
@pytest.mark.parametrize("query", [metadata(), metadata(limit=3), smart(3, query="dog")])
def test_a_page_of_another_shape_is_never_taken_for_an_empty_one(start: Start, body: bytes, query: object) -> None:
    sandbox = start()
    sandbox.faults.invalid_json(body, path="/api/search/*")
    with pytest.raises(Untrustworthy, match="the answer cannot be read"):
        list(server_at(sandbox).searches.find(query, NOTHING))  # type: ignore[arg-type]  # queries, as parameters


def ask_everything(sandbox: Sandbox) -> None:
    """Every question that needs no search."""
    server = server_at(sandbox)
    directory = server.directory
    for ask in (directory.me, directory.people, directory.tags, directory.albums, directory.permissions):
        ask()
    directory.months()
    list(server.searches.details(["x"]))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/server/version", b'{"major":"three"}'),
        ("/api/users/me", b'{"name":"Alice"}'),
        ("/api/people", b'{"people":[{"name":"Anna"}]}'),
        ("/api/people", b"[]"),
        ("/api/tags", b'[{"name":"print"}]'),
        ("/api/albums", b'{"albums":[]}'),
        ("/api/api-keys/me", b'{"name":"key"}'),
        ("/api/timeline/buckets", b'[{"timeBucket":"last month","count":3}]'),
        ("/api/timeline/buckets", b'[{"count":3}]'),
        ("/api/assets/x", b"[]"),
        ("/api/assets/x", b'{"id":"y"}'),
    ],
)
def test_other_answers_of_another_shape_are_refused_too(start: Start, path: str, body: bytes) -> None:
    sandbox = start()
    sandbox.faults.invalid_json(body, path=path)
    with pytest.raises(Untrustworthy) as caught:
        ask_everything(sandbox)
    assert f"GET {path.removeprefix('/api')}: " in caught.value.message


def test_every_try_is_logged_with_its_sizes_and_without_the_key(start: Start) -> None:
    exchanges: list[Exchange] = []
    sandbox = start()
    sandbox.faults.status(503, path="/api/search/*")
    http = http_to(sandbox, on_exchange=exchanges.append, clock=itertools.count(0, 2).__next__)
    http.post("/search/metadata", {"size": 1, "page": 1})
    first, second = exchanges
    assert (first.method, first.path, first.status) == ("POST", "/search/metadata", 503)
    assert first.trouble
    assert "503" in first.trouble
    assert (second.status, second.trouble, second.body) == (200, None, b'{"size":1,"page":1}')
    assert second.received > 500
    assert second.seconds > 0
    assert sandbox.keys["alice"] not in repr(exchanges)


def test_no_more_requests_are_under_way_than_the_connection_may_have(start: Start) -> None:
    sandbox = start()
    under_way, most = set[int](), [0]
    lock, everybody = threading.Lock(), threading.Barrier(2, timeout=120)

    def meet() -> None:
        with lock:
            under_way.add(threading.get_ident())
            most[0] = max(most[0], len(under_way))
        everybody.wait()  # two at once must come, or this breaks
        with lock:
            under_way.discard(threading.get_ident())

    sandbox.faults.hook(meet, path="/api/tags", times=None)
    http = http_to(sandbox, concurrency=2)
    threads = [threading.Thread(target=http.get, args=("/tags",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [2]
    assert len(sandbox.requests) == 8


def test_an_error_tree_has_one_root() -> None:
    for kind in (NotImmich, Unreachable, Untrustworthy):
        assert issubclass(kind, ServerError)
