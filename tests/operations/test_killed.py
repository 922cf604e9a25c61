"""A sync that is killed while it writes, for real: the process, not a stand-in for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from immich_sandbox import Sandbox
from immich_smart_albums.changes.memory import MembershipState
from immich_smart_albums.ledger.ledger import open_ledger
from tests.support.household import two_people

if TYPE_CHECKING:
    from pathlib import Path

RULES = """\
albums:
  - name: Best
    match: {rating: 5}
    keep: in-step
    order: asc
    guard: {remove: unlimited, empty: allow}
"""


def test_a_sync_that_is_killed_while_it_writes_is_completed_by_the_next(tmp_path: Path) -> None:
    rules, ledger = tmp_path / "rules.yaml", tmp_path / "ledger.db"
    rules.write_text(RULES)
    with Sandbox(two_people()) as sandbox:
        library = sandbox.library
        first, second, by_hand, *_ = (asset.id for asset in library.assets.values())
        library.update(first, rating=5)

        def sync() -> subprocess.Popen[str]:
            return subprocess.Popen(
                [sys.executable, "-m", "immich_smart_albums", "sync", "--ledger", str(ledger), str(rules)],
                env={**os.environ, "IMMICH_URL": sandbox.url, "IMMICH_API_KEY": sandbox.keys["alice"]},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )

        running: list[subprocess.Popen[str]] = []

        def kill_latest() -> None:
            running[-1].kill()

        for method in ("POST", "PUT", "PATCH"):
            # The server carries it out all the same: so it is with requests that are under way.
            sandbox.faults.hook(kill_latest, method=method, path="/api/albums*")
            running.append(sync())
            running[-1].communicate(timeout=600)
            assert running[-1].returncode == -signal.SIGKILL, method
        running.append(sync())
        _, said = running[-1].communicate(timeout=600)
        assert running[-1].returncode == 0, said
        (album,) = library.albums.values()
        assert (set(album.asset_ids), album.order) == ({first}, "asc")

        # It matches no more, and nobody can prove that the tool added it: the answer came after the kill.
        library.update(first, rating=1)
        library.update(second, rating=5)
        library.add_to_album(album.id, [by_hand])
        running += [sync()]
        _, said = running[-1].communicate(timeout=600)
        assert running[-1].returncode == 0, said
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
            """The answer comes once the signal was heard: that may take a moment."""
            running[-1].send_signal(signal.SIGINT)
            while running[-1].poll() is None and "ending after the request under way" not in stderr.read_text():
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
