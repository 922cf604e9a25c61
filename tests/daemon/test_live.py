"""The whole daemon on real sockets: a photo comes in, Immich calls, and the albums follow."""

from __future__ import annotations

import io
import json
import threading
import time
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
import urllib3

from immich_sandbox import Sandbox, generate
from immich_smart_albums.daemon.http.hook import HEADER
from immich_smart_albums.daemon.log import Log
from immich_smart_albums.daemon.service import Service, ServiceOptions
from immich_smart_albums.daemon.state import DaemonState, read_state
from immich_smart_albums.model.text.secret import Secret
from immich_smart_albums.session.options import SessionOptions
from tests.support.examples import IS_DEEP
from tests.support.free_port import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SECRET = "0123456789abcdef0123456789abcdef"
RULES = """
settle: 0
albums:
  - {name: Stars, match: {filename: "star*"}}
  - {name: Emma, match: {person: Emma}}
"""


PATIENCE = 180.0
"""Seconds after which what has to come is missed, on however busy a machine."""


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    started = time.monotonic()
    while not holds():
        assert time.monotonic() - started < PATIENCE, "it does not come to hold"
        time.sleep(0.02)


class Living:
    """A sandbox and a daemon that runs in a thread."""

    def __init__(self, folder: Path, sandbox: Sandbox, rules: str = RULES) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.log = io.StringIO()
        self.rules = folder / "smart-albums.yaml"
        self.rules.write_text(rules)

    @contextmanager
    def daemon(self, *, connects: bool = False) -> Iterator[Service]:
        environment = {"IMMICH_URL": self.sandbox.url, "IMMICH_API_KEY": self.sandbox.keys["alice"], "TZ": "UTC"}
        options = SessionOptions(environment, date(2026, 11, 26), self.folder / "ledger.db", rules=[self.rules])
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        service = Service(
            ServiceOptions(options, ("127.0.0.1", port), url, Secret(SECRET), jitter=0, is_connecting=connects),
            Log(self.log, lambda: datetime.now(UTC), lowest="debug"),
        )
        thread = threading.Thread(target=service.run)
        thread.start()
        try:
            yield service
        finally:
            service.stop()
            thread.join(PATIENCE)
            assert not thread.is_alive()

    @property
    def state(self) -> DaemonState:
        return read_state(self.folder / "daemon.json") or DaemonState()

    def album(self, name: str) -> set[str]:
        """The ids in an album."""
        with self.sandbox.library.lock:
            albums = self.sandbox.library.albums.values()
            return {id_ for album in albums if album.name == name for id_ in album.asset_ids}


@pytest.fixture
def living(tmp_path: Path) -> Iterator[Living]:
    with Sandbox(generate(60, seed=3)) as sandbox:
        yield Living(tmp_path, sandbox)


def test_a_photo_is_in_its_albums_soon_after_it_came(living: Living, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("immich_smart_albums.daemon.uploads.QUIET", 0.2)
    monkeypatch.setattr("immich_smart_albums.daemon.photo_watch.FIRST", 1.0)
    uploads, emma = living.sandbox.uploads, living.sandbox.library.people_named("Emma")[0]
    with living.daemon(connects=True):
        until(lambda: "connected" in living.log.getvalue() and living.state.runs >= 1)
        photo = uploads.upload(name="star.jpg", person_ids=(emma.id,))
        uploads.read(photo)
        until(lambda: photo.id in living.album("Stars"))
        assert photo.id not in living.album("Emma")
        uploads.look_at(photo)
        until(lambda: photo.id in living.album("Emma"))
    assert uploads.failed == 0
    assert SECRET not in living.log.getvalue()
    assert living.state.ended


def test_a_daemon_that_starts_before_immich_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("service", "loop"):
        monkeypatch.setattr(f"immich_smart_albums.daemon.{place}.BACK_OFF", (0.2,))
    monkeypatch.setattr("immich_smart_albums.daemon.service.PULSE", 0.05)
    sandbox = Sandbox(generate(20), port=free_port())
    living = Living(tmp_path, sandbox)
    with living.daemon(connects=True):
        until(lambda: living.state.is_reachable is False)
        assert "waiting, and trying again" in living.log.getvalue()
        with sandbox:
            until(lambda: living.state.runs == 1 and "connected" in living.log.getvalue())
    assert living.log.getvalue().count("server.waiting") == 1


def test_an_immich_that_cannot_tell_of_photos_is_told_once_and_runs_go_on(tmp_path: Path) -> None:
    with Sandbox(generate(20), "2.7") as sandbox:
        living = Living(tmp_path, sandbox)
        with living.daemon(connects=True):
            until(lambda: living.state.runs == 1 and "not.connected" in living.log.getvalue())
    assert "every 10 minutes" in living.log.getvalue()
    assert living.log.getvalue().count("not.connected") == 1


def test_rules_that_change_are_read_and_a_broken_file_is_told(living: Living, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("immich_smart_albums.daemon.loop.LONGEST_WAIT", 0.05)
    with living.daemon():
        until(lambda: living.state.runs == 1)
        living.rules.write_text("albums: [")
        until(lambda: living.state.rules_problem is not None)
        living.rules.write_text(RULES.replace("Stars", "Stars of today"))
        until(lambda: "rules.read" in living.log.getvalue())
        assert living.state.rules_problem is None


@pytest.mark.untraced
def test_with_many_calls_there_are_three_runs_at_most(living: Living, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("immich_smart_albums.daemon.uploads.LONGEST", 1.0)
    ids = list(living.sandbox.library.assets)
    with living.daemon() as service:
        until(lambda: living.state.runs == 1)
        pool = urllib3.PoolManager(retries=False, maxsize=4)
        for number in range(1000 if IS_DEEP else 300):
            body = json.dumps({"data": {"asset": {"id": ids[number % len(ids)]}}})
            answer = pool.request("POST", f"http://127.0.0.1:{service.port}/hook", body=body, headers={HEADER: SECRET})
            assert answer.status == 202
        until(lambda: living.state.runs >= 2)
        assert living.state.runs <= 4
