"""The daemon's address, over real sockets: calls of Immich, health, figures, and leave given once."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

import pytest
import urllib3

from immich_smart_albums.daemon.approvals import offer
from immich_smart_albums.daemon.http.app import AppContext, application
from immich_smart_albums.daemon.http.hook import HEADER, LARGEST_BODY, MOST_CALLS, MOST_REFUSALS, WebhookEndpoint
from immich_smart_albums.daemon.http.server import HttpServer
from immich_smart_albums.daemon.outcome import AlbumOutcome
from immich_smart_albums.daemon.state import DaemonStateFile, LastRun
from immich_smart_albums.daemon.uploads import UploadQueue
from immich_smart_albums.errors import ConfigurationError
from immich_smart_albums.model.text.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PHOTO = "bb8ee34a-a22d-4bb9-aa67-d394353a06c0"
SECRET = "a secret of some length"
BODY = {"type": "AssetV1", "trigger": "AssetMetadataExtraction", "data": {"asset": {"id": PHOTO, "exifInfo": None}}}
NOW = 1_795_700_000.0


class Front:
    """The address, and what is behind it."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.woken = 0
        self.state = DaemonStateFile(folder / "daemon.json", print)
        self.uploads = UploadQueue()
        hook = WebhookEndpoint(Secret(SECRET), self.uploads, self.clock, self.wake)
        self.server = HttpServer(
            application(AppContext(self.state, self.uploads, self.clock, self.wake, hook)), "127.0.0.1", 0
        )
        self.http = urllib3.PoolManager(retries=False)

    def clock(self) -> float:
        return self.now

    def wake(self) -> None:
        self.woken += 1

    def ask(self, method: str, path: str, **more: Any) -> urllib3.BaseHTTPResponse:
        return self.http.request(method, f"http://127.0.0.1:{self.server.port}{path}", **more)

    def call(self, body: object = BODY, secret: str = SECRET, method: str = "POST") -> int:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask(method, "/hook", body=data, headers={HEADER: secret}).status


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    made = Front(tmp_path)
    with made.server:
        yield made


def test_a_call_is_taken_at_once_and_only_the_id_counts(front: Front) -> None:
    front.call()
    assert [front.call(), front.call(method="PUT")] == [202, 202]
    assert front.woken == 3
    assert front.uploads.take(NOW) == (PHOTO,)


@pytest.mark.parametrize("secret", ["", "another secret", SECRET[:-1], f"{SECRET}x", "geheim\u00fc"])
def test_who_does_not_know_the_secret_is_refused(front: Front, secret: str) -> None:
    assert front.call(secret=secret) == 401
    assert front.uploads.calls == 0


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"data": {"asset": {}}}', {"data": {"asset": {"id": 5}}}, b"\xff\xfe",
     {"data": {"asset": {"id": "../../etc"}}}],
)  # fmt: skip
def test_a_body_without_a_photo_is_told_so(front: Front, body: object) -> None:
    assert front.call(body) == 400
    assert front.uploads.calls == 0


def test_a_body_that_is_too_large_is_not_read(front: Front) -> None:
    assert front.call(b"x" * (LARGEST_BODY + 1)) == 413
    parts = (b"x" * 65536 for _ in range(8))
    assert front.ask("POST", "/hook", body=parts, headers={HEADER: SECRET}, chunked=True).status == 413
    assert front.call() == 202


def test_strangers_are_soon_told_no_more_and_keep_nobody_out(front: Front) -> None:
    assert [front.call(secret="x") for _ in range(MOST_REFUSALS + 1)] == [401] * MOST_REFUSALS + [429]
    assert front.call() == 202
    front.now += 61
    assert front.call(secret="x") == 401


def test_calls_are_bounded(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_CALLS >= 2000
    monkeypatch.setattr("immich_smart_albums.daemon.http.hook.RateLimit.is_full", lambda rate: rate._count >= 3)
    assert [front.call() for _ in range(5)] == [202, 202, 202, 429, 429]


def test_other_paths_and_methods_are_not_there(front: Front) -> None:
    assert front.ask("GET", "/").status == 404
    assert front.ask("GET", "/hook").status == 405
    assert front.ask("POST", "/healthz").status == 405


def test_without_a_secret_there_is_no_hook(tmp_path: Path) -> None:
    state, uploads = DaemonStateFile(tmp_path / "daemon.json", print), UploadQueue()
    app = application(AppContext(state, uploads, time.time, lambda: None))
    with HttpServer(app, "127.0.0.1", 0) as server:
        answer = urllib3.request("POST", f"http://127.0.0.1:{server.port}/hook", body=b"{}", retries=False)
    assert answer.status == 404


def test_health_says_what_is_wrong(front: Front) -> None:
    assert (front.ask("GET", "/healthz").status, front.ask("GET", "/healthz").data) == (
        503,
        b"problem: the daemon never ran\n",
    )
    front.state.change(started="2026-11-26T12:00:00+00:00", pulse=NOW)
    assert (front.ask("GET", "/healthz").status, front.ask("GET", "/healthz").data) == (200, b"ok\n")
    front.state.change(failing={"Emma": "nobody"}, message_failures={"ntfy": "401"})
    answer = front.ask("GET", "/healthz")
    assert answer.status == 503
    assert answer.data.decode().splitlines() == [
        "problem: 1 album could not be brought up to date",
        "warning: messages to ntfy are not sent: 401",
    ]


def test_the_status_is_json_with_a_version(front: Front) -> None:
    run = LastRun("2026-11-26T12:00:00+00:00", "2026-11-26T12:00:05+00:00", "upload", 0, 2, added=3)
    front.state.change(started="2026-11-26T12:00:00+00:00", pulse=NOW, last_run=run, albums={"Emma": run.started})
    status = json.loads(front.ask("GET", "/api/status").data)
    assert status["version"] == 1
    assert status["healthy"]
    assert status["last_run"]["added"] == 3
    assert status["albums"] == {"Emma": {"last_run": run.started, "problem": None, "refused": None}}


def test_figures_are_what_prometheus_reads(front: Front) -> None:
    run = LastRun("2026-11-26T12:00:00+00:00", "2026-11-26T12:00:05+00:00", "upload", 0, 2, waiting=4)
    front.state.change(started="2026-11-26T12:00:00+00:00", pulse=NOW, last_run=run, is_reachable=True)
    front.call()
    answer = front.ask("GET", "/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.data.decode().splitlines()
    pattern = re.compile(r"# (HELP|TYPE) immich_smart_albums_\w+ .+|immich_smart_albums_\w+ -?[0-9.e+]+")
    assert all(pattern.fullmatch(line) for line in lines)
    figures = dict(line.split() for line in lines if not line.startswith("#"))
    assert figures["immich_smart_albums_hook_calls_total"] == "1"
    assert figures["immich_smart_albums_last_run_seconds"] == "5"
    assert figures["immich_smart_albums_photos_waiting"] == "4"
    assert figures["immich_smart_albums_server_reachable"] == "1"
    assert "immich_smart_albums_next_run_timestamp_seconds" not in figures


def offered(front: Front) -> str:
    album = AlbumOutcome("Cats & <dogs>", "Cats", refusals=("too much",), plan_name="Cats & <dogs>", fingerprint="f")
    approvals, token = offer((), album, lambda: "T" * 43, NOW)
    front.state.change(approvals=approvals, refused={"Cats": "it would remove 600 of <b>700</b>"})
    assert token is not None
    return token


def test_a_link_asks_before_it_allows_and_allows_once(front: Front) -> None:
    token = offered(front)
    page = front.ask("GET", f"/allow/{token}")
    assert page.status == 200
    assert "Cats &amp; &lt;dogs&gt;" in page.data.decode()
    assert "&lt;b&gt;700" in page.data.decode()
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert not any(approval.is_granted for approval in front.state.now.approvals)
    assert front.ask("POST", f"/allow/{token}").status == 202
    assert front.woken == 1
    assert [approval.is_granted for approval in front.state.now.approvals] == [True]
    assert front.ask("POST", f"/allow/{token}").status == 404
    assert front.ask("GET", f"/allow/{token}").status == 404


def test_a_link_expires_and_another_is_nothing(front: Front) -> None:
    token = offered(front)
    assert front.ask("POST", "/allow/guessed").status == 404
    front.now += 24 * 60 * 60
    assert front.ask("POST", f"/allow/{token}").status == 404
    assert token not in (front.state._path).read_text()


def test_what_is_behind_other_paths_may_be_mounted(tmp_path: Path) -> None:
    async def studio(scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    state = DaemonStateFile(tmp_path / "daemon.json", print)
    app = application(AppContext(state, UploadQueue(), time.time, lambda: None, studio=studio))
    with HttpServer(app, "127.0.0.1", 0) as server:
        assert urllib3.request("GET", f"http://127.0.0.1:{server.port}/rules/1").data == b"/rules/1"
        assert urllib3.request("GET", f"http://127.0.0.1:{server.port}/healthz").status == 503


def test_an_address_that_is_taken_is_told(tmp_path: Path) -> None:
    app = application(
        AppContext(DaemonStateFile(tmp_path / "daemon.json", print), UploadQueue(), time.time, lambda: None)
    )
    with HttpServer(app, "127.0.0.1", 0) as server:
        with pytest.raises(ConfigurationError, match="cannot be had"):
            HttpServer(app, "127.0.0.1", server.port)
        with pytest.raises(ConfigurationError, match="cannot be had"):
            HttpServer(app, "::1", 99999)
