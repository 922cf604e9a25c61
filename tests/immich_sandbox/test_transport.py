"""HTTP/1.1 itself, byte by byte: what clients other than ours, and proxies, may send."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox, generate

if TYPE_CHECKING:
    from collections.abc import Iterator

PING = b"GET /api/server/ping HTTP/1.1\r\nhost: here\r\n\r\n"
PONG = b'{"res":"pong"}'


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(generate(20)) as running:
        yield running


@contextmanager
def connected(sandbox: Sandbox) -> Iterator[socket.socket]:
    port = int(sandbox.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        yield connection


def answers_to(sandbox: Sandbox, *parts: bytes) -> bytes:
    """All that comes back until the connection is closed, which the last of what is sent asks for."""
    with connected(sandbox) as connection:
        for part in parts:
            connection.sendall(part)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def closing(request: bytes) -> bytes:
    return request.replace(b"host: here", b"host: here\r\nconnection: close")


def posted(sandbox: Sandbox, headers: bytes, body: bytes) -> bytes:
    key = sandbox.keys["alice"].encode()
    head = b"POST /api/search/metadata HTTP/1.1\r\nx-api-key: " + key + b"\r\ncontent-type: application/json\r\n"
    return answers_to(sandbox, head + headers + b"connection: close\r\n\r\n", body)


def test_requests_of_one_connection_are_answered_in_their_order(sandbox: Sandbox) -> None:
    answers = answers_to(sandbox, PING + PING.replace(b"ping", b"version") + closing(PING))
    assert answers.count(b"HTTP/1.1 200 OK\r\n") == 3
    assert answers.index(PONG) < answers.index(b'"major"') < answers.rindex(PONG)


def test_a_request_may_come_in_pieces(sandbox: Sandbox) -> None:
    request = closing(PING)
    assert answers_to(sandbox, *(bytes((byte,)) for byte in request)).endswith(PONG)


def test_http_1_0_closes_unless_it_asks_for_more(sandbox: Sandbox) -> None:
    old = PING.replace(b"1.1", b"1.0")
    answer = answers_to(sandbox, old)
    assert b"connection: close\r\n" in answer
    keeping = old.replace(b"host: here", b"connection: keep-alive")
    assert answers_to(sandbox, keeping + old).count(PONG) == 2


def test_a_body_may_come_in_chunks(sandbox: Sandbox) -> None:
    chunks = b'8;note=x\r\n{"size":\r\n2\r\n3}\r\n0\r\ntrailer: x\r\n\r\n'
    assert b'"count":3,' in posted(sandbox, b"transfer-encoding: chunked\r\n", chunks)
    assert sandbox.requests[-1].body == {"size": 3}


def test_a_client_that_waits_before_a_body_is_told_to_go_on(sandbox: Sandbox) -> None:
    answer = posted(sandbox, b"expect: 100-continue\r\ncontent-length: 10\r\n", b'{"size":3}')
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


def test_a_body_that_is_too_large_is_read_and_thrown_away(sandbox: Sandbox) -> None:
    size = 10 * 1024 * 1024 + 1
    answer = posted(sandbox, b"content-length: %d\r\n" % size, b" " * size)
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert sandbox.requests[-1].body is None


def test_an_answer_to_head_has_no_body(sandbox: Sandbox) -> None:
    answer = answers_to(sandbox, closing(PING).replace(b"GET", b"HEAD"))
    assert answer.startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\x16\x03\x01\x02",
        b"GET /\r\n\r\n",
        b"GET / HTTP/2.0\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nx\r\n",
        b"GET / HTTP/1.1\r\nlong: " + b"x" * 140_000,
    ],
)
def test_what_is_no_http_is_refused_at_once(sandbox: Sandbox, nonsense: bytes) -> None:
    before = len(sandbox.requests)
    with connected(sandbox) as connection:
        connection.sendall(nonsense)
        assert connection.recv(65536).startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert len(sandbox.requests) == before


def test_a_request_that_breaks_off_is_none(sandbox: Sandbox) -> None:
    before = len(sandbox.requests)
    with connected(sandbox) as connection:
        connection.sendall(PING[:-2])
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(65536) == b""
    assert len(sandbox.requests) == before


def test_a_sandbox_that_stops_leaves_no_connection_and_no_wait() -> None:
    before = set(threading.enumerate())
    with Sandbox(generate(20)) as sandbox, connected(sandbox) as idle, connected(sandbox) as waiting:
        sandbox.settings.latency = 600.0
        waiting.sendall(PING)
        while not sandbox.requests:
            pass
        sandbox.__exit__()
        assert waiting.recv(65536) == b""
        assert idle.recv(65536) == b""
    assert set(threading.enumerate()) <= before  # others may have ended meanwhile
