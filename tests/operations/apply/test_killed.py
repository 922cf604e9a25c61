"""A sync that is killed while it writes, for real: the process, not a stand-in for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox
from immich_smart_albums.changes.memory import MembershipState
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.main import run
from immich_smart_albums.ledger.ledger import open_ledger
from tests.support.household import two_people

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.untraced  # others go the same ways

RULES = """\
albums:
  - name: Best
    match: {rating: 5}
    keep: in-step
    order: asc
    guard: {remove: unlimited, empty: allow}
"""


def test_a_sync_that_is_killed_while_it_writes_is_completed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules, ledger = tmp_path / "rules.yaml", tmp_path / "ledger.db"
    rules.write_text(RULES)
    with Sandbox(two_people()) as sandbox:
        library = sandbox.library
        first, second, by_hand, *_ = (asset.id for asset in library.assets.values())
        library.update(first, rating=5)
        monkeypatch.setenv("IMMICH_URL", sandbox.url)
        monkeypatch.setenv("IMMICH_API_KEY", sandbox.keys["alice"])
        sync = ["sync", "--ledger", str(ledger), str(rules)]
        running: list[subprocess.Popen[bytes]] = []

        def kill_latest() -> None:
            running[-1].kill()

        for method in ("POST", "PUT", "PATCH"):
            # The server carries it out all the same: so it is with requests that are under way.
            sandbox.faults.hook(kill_latest, method=method, path="/api/albums*")
            command = [sys.executable, "-m", "immich_smart_albums", *sync]
            running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))
            assert running[-1].wait(600) == -signal.SIGKILL, method
        assert run(sync) is Exit.DONE
        (album,) = library.albums.values()
        assert (set(album.asset_ids), album.order) == ({first}, "asc")

        # It matches no more, and nobody can prove that the tool added it: the answer came after the kill.
        library.update(first, rating=1)
        library.update(second, rating=5)
        library.add_to_album(album.id, [by_hand])
        assert run(sync) is Exit.DONE
        assert set(album.asset_ids) == {first, second, by_hand}
    with open_ledger(ledger) as opened:
        known = opened.memory(opened.albums()[0].key).memberships
    assert {id_: membership.standing for id_, membership in known.items()} == {
        first: MembershipState.HAND_MADE,
        second: MembershipState.OURS,
        by_hand: MembershipState.HAND_MADE,
    }


def test_a_sync_that_is_interrupted_awaits_the_request_under_way(tmp_path: Path) -> None:
    rules, ledger, stderr = tmp_path / "rules.yaml", tmp_path / "ledger.db", tmp_path / "stderr.txt"
    rules.write_text(RULES)
    with Sandbox(two_people()) as sandbox, stderr.open("w") as said:
        library = sandbox.library
        first, *_ = (asset.id for asset in library.assets.values())
        library.update(first, rating=5)
        running: list[subprocess.Popen[bytes]] = []

        def interrupt() -> None:
            """The answer comes once the signal was heard.

            Where it arrives just before the process begins to wait for the answer, only the answer lets it be heard.
            """
            running[-1].send_signal(signal.SIGINT)
            for _ in range(200):
                if running[-1].poll() is not None or "ending after the request under way" in stderr.read_text():
                    break
                time.sleep(0.01)

        sandbox.faults.hook(interrupt, method="PUT", path="/api/albums*")
        running.append(
            subprocess.Popen(
                [sys.executable, "-m", "immich_smart_albums", "sync", "--ledger", str(ledger), str(rules)],
                env={**os.environ, "IMMICH_URL": sandbox.url, "IMMICH_API_KEY": sandbox.keys["alice"]},
                stdout=subprocess.DEVNULL,
                stderr=said,
            )
        )
        assert running[-1].wait(600) == 130, stderr.read_text()
        assert "ending after the request under way" in stderr.read_text()
        (album,) = library.albums.values()
        assert (set(album.asset_ids), album.order) == ({first}, "desc")
    with open_ledger(ledger) as opened:
        (known,) = opened.memory(opened.albums()[0].key).memberships.values()
        assert known.standing is MembershipState.OURS


def test_processes_hear_signals_also_where_the_tests_run_in_the_background() -> None:
    child = f"{sys.executable} -c 'import signal; print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)'"
    parent = (
        f"import os; from tests.support.signals import let_processes_hear; let_processes_hear(); os.system({child!r})"
    )
    command = ["sh", "-c", 'trap "" INT; exec "$0" -c "$1"', sys.executable, parent]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "False\n"
