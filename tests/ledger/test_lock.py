"""A ledger has one writer."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from immich_smart_albums.changes.memory import Binding
from immich_smart_albums.ledger.ledger import open_ledger

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
from tests.support.ledger_files import ALBUM, KEY, refusal, written


def test_a_lock_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "ledger.db.lock").mkdir()
    assert "lock" in refusal(tmp_path / "ledger.db").message


def test_a_second_writer_is_told_who_writes_and_readers_are_not_held_up(path: Path) -> None:
    with open_ledger(path, doing="sync") as ledger:
        ledger.bind(KEY, ALBUM)
        assert refusal(path).message == f"the ledger {path} is being written by process {os.getpid()} (sync)"
        with open_ledger(path) as reader:
            assert reader.binding(KEY) == Binding("a1", "Friends")
    written(path)


def test_a_lock_goes_away_with_the_process_that_was_killed(path: Path) -> None:
    script = (
        "import os, signal\n"
        "from pathlib import Path\n"
        "from immich_smart_albums.ledger.ledger import open_ledger\n"
        f"with open_ledger(Path({str(path)!r}), doing='sync') as ledger:\n"
        "    print(ledger.begin('sync', 'http://photos', 'now'), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout == "1\n", done.stderr
    with open_ledger(path, doing="a test") as ledger:
        (run,) = ledger.runs()
        assert (run.verb, run.ended, run.ending) == ("sync", None, None)


def test_a_file_system_without_locks_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    assert refusal(path).message == f"the ledger {path} cannot be locked: No locks available"
