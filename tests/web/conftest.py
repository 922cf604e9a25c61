"""A studio on a port of its own, beside a sandbox."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
import uvicorn

from immich_sandbox import Sandbox, generate
from immich_smart_albums.session.options import SessionOptions
from immich_smart_albums.session.session import Session
from immich_smart_albums.web.application import application
from immich_smart_albums.web.background.progress import Progress
from immich_smart_albums.web.safety import Policy
from immich_smart_albums.web.server import server_config
from immich_smart_albums.web.studio import Studio
from tests.support.browser import browser

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from playwright.sync_api import Browser
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

RULES = """\
# Ours. This comment stays.
albums:
  # The kids, as grandma likes them
  - name: Kids in Finland
    match:
      person: [Emma, Noah]   # both of them
      place: {country: Finland}
    keep: in-step

  # A search
  - name: Dogs
    match:
      smart: {query: a dog on a beach, top: 30}
"""


SHORTEST_SECRET = 20
"""Characters of a key; what is shorter is the name of one."""


class SentBodies:
    """In front of a studio: all that it sends to browsers, header by header and byte by byte."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._sent: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._sent += [b"%s: %s" % (name, value) for name, value in message["headers"]]
            elif not message.get("body", b"").startswith((b"RIFF", b"\x89PNG", b"\xff\xd8")):
                self._sent.append(message.get("body", b""))
            await send(message)

        await self._app(scope, receive, keep)

    def has_sent(self, secret: bytes) -> bool:
        return any(secret in part for part in self._sent)


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Opened:
    """A running studio."""

    port: int
    studio: Studio
    sandbox: Sandbox
    folder: Path
    answers: list[Answer] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def file(self) -> Path:
        return self.folder / "smart-albums.yaml"

    def request(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Send it as it stands, with no header that is not named."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        sent = {"host": f"127.0.0.1:{self.port}"} | ({} if data is None else {"content-length": str(len(data))})
        for name, value in {**sent, **(headers or {})}.items():
            connection.putheader(name, value)
        connection.endheaders(data)
        response = connection.getresponse()
        answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        connection.close()
        self.answers.append(answer)
        return answer

    def get(self, path: str, /, **parameters: str) -> Answer:
        return self.request("GET", f"/{path}" + (f"?{urlencode(parameters)}" if parameters else ""))

    def post(self, path: str, /, **texts: str) -> Answer:
        """As a page of the studio sends it."""
        headers = {"content-type": "application/json", "sec-fetch-site": "same-origin"}
        return self.request("POST", f"/{path}", texts, headers)

    def applied(self, fingerprint: str) -> Any:
        """Apply a plan that was shown, and wait for the end."""
        assert self.post("apply", fingerprint=fingerprint).status == 200
        assert self.studio.job is not None
        self.studio.job.wait(180)
        return self.get("job").json


@pytest.fixture(scope="session")
def library() -> Sandbox:
    """A sandbox that nobody writes to."""
    return Sandbox(generate(600))


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(generate(600)) as running:
        yield running


class _Server(uvicorn.Server):
    """Looks often whether it is to stop."""

    async def main_loop(self) -> None:
        await self.on_tick(0)
        while not self.should_exit:  # noqa: ASYNC110 - it is told so by another thread
            await asyncio.sleep(0.005)


@contextmanager
def opened(
    sandbox: Sandbox,
    folder: Path,
    policy: Policy | None = None,
    *,
    rules: str | None = RULES,
    paths: Sequence[Path] = (),
    key: str = "alice",
    port: int = 0,
    knows_server: bool = True,
) -> Iterator[Opened]:
    """A studio that answers; with its rules in a file, if there are any."""
    if rules is not None:
        (folder / "smart-albums.yaml").write_text(rules, encoding="utf-8")
    address = {"IMMICH_SERVER_URL": sandbox.url, "IMMICH_API_KEY": sandbox.keys.get(key, key)}
    environment = {
        **(address if knows_server else {}),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "HOME": str(folder),
    }
    policy = policy or Policy()
    progress = Progress()
    options = SessionOptions(
        rules=paths,
        environment=environment,
        today=date(2026, 11, 2),
        ledger=folder / "ledger.db",
        folder=folder,
        keeps_records=True,
    )
    studio = Studio(Session(options, progress.show), progress, read_only=policy.read_only)
    sent = SentBodies(application(studio, policy))
    server = _Server(server_config(sent))
    with socket.create_server(("127.0.0.1", port)) as listener:
        running = threading.Thread(target=server.run, args=([listener],), name="studio")
        running.start()
        page = Opened(listener.getsockname()[1], studio, sandbox, folder)
        try:
            while not server.started:
                time.sleep(0.01)
            yield page
        finally:
            server.should_exit = True
            server.force_exit = True
            running.join()
    for secret in (*sandbox.keys.values(), key):
        assert len(secret) < SHORTEST_SECRET or not sent.has_sent(secret.encode()), "a key left the studio"


@pytest.fixture
def page(sandbox: Sandbox, tmp_path: Path) -> Iterator[Opened]:
    with opened(sandbox, tmp_path) as running:
        yield running


@pytest.fixture
def studio(page: Opened) -> Opened:
    """The same, where a page is one of a browser."""
    return page


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser."""
    with browser() as running:
        yield running
