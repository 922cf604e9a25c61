"""Running sandboxes for the tests, and a client that asks them over their socket."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
import urllib3

from immich_sandbox import Library, Sandbox, generate
from tests.support.recorded_library import IMMICH, real_library


@dataclass
class Reply:
    """What came back: status, headers, and the body as JSON where it is JSON."""

    status: int
    headers: Any
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


class Client:
    """Asks one sandbox, as a user with a key."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.pool = urllib3.PoolManager(retries=False)

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str | None = "alice",
        query: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Reply:
        sent = dict(headers or {})
        if key is not None:
            sent.setdefault("x-api-key", self.sandbox.keys.get(key, key))
        data = raw
        if body is not None:
            data = json.dumps(body).encode()
            sent.setdefault("content-type", "application/json")
        url = self.sandbox.url + path
        if query:
            url += "?" + urlencode(query)
        answer = self.pool.request(method, url, body=data, headers=sent, redirect=False)
        return Reply(answer.status, answer.headers, answer.data)

    def search(self, body: dict[str, Any], *, key: str = "alice", kind: str = "metadata") -> Reply:
        return self.ask("POST", f"/api/search/{kind}", body, key=key)

    def ids(self, body: dict[str, Any], *, key: str = "alice", kind: str = "metadata") -> list[str]:
        """The ids of one page."""
        reply = self.search(body, key=key, kind=kind)
        assert reply.status == 200, reply.raw
        return [item["id"] for item in reply.body["assets"]["items"]]


Start = Callable[..., Client]

UNKNOWN = "11111111-1111-4111-8111-111111111111"
"""An id that nothing has."""


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts sandboxes that stop with the test: `start(library, level)`."""
    with ExitStack() as running:

        def begin(library: Library | None = None, level: str = "3.1") -> Client:
            made = library if library is not None else generate(300)
            client = Client(running.enter_context(Sandbox(made, level)))
            running.callback(client.pool.clear)
            return client

        yield begin


@pytest.fixture
def real() -> Library:
    """The library of a real server."""
    if not IMMICH.exists():
        pytest.skip("the library recorded from a real server is not here")
    return real_library()


@pytest.fixture
def library() -> Library:
    return generate(300)


@pytest.fixture
def client(library: Library, start: Start) -> Client:
    return start(library)
