"""What the daemon knows of itself: kept in a file that may be missing, damaged, or impossible to write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from immich_smart_albums.daemon.health import LATE, LONGEST_RUN, SILENT, health_of
from immich_smart_albums.daemon.state import DaemonState, DaemonStateFile, read_state

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_795_700_000.0
WELL = DaemonState(started="2026-11-26T12:00:00+00:00", pulse=NOW, next_run="2026-12-01T00:00:00+00:00")


def test_it_is_there_again_after_a_restart_and_nobody_else_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "daemon.json"
    DaemonStateFile(path, print).change(runs=3, albums={"Emma": "2026-11-26T12:00:00+00:00"})
    assert DaemonStateFile(path, print).now.runs == 3
    assert path.stat().st_mode & 0o077 == 0
    assert [file.name for file in path.parent.iterdir()] == ["daemon.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 99}', '{"runs": "many"}'])
def test_a_damaged_file_counts_as_none_and_is_told_of(tmp_path: Path, text: str) -> None:
    path = tmp_path / "daemon.json"
    path.write_text(text)
    messages: list[str] = []
    assert DaemonStateFile(path, messages.append).now == DaemonState()
    assert "everything runs once" in messages[0]
    with pytest.raises(ValueError, match=r".+"):
        read_state(path)


def test_where_it_cannot_be_written_that_is_told_once_until_it_can(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    messages: list[str] = []
    state = DaemonStateFile(tmp_path / "daemon.json", messages.append)
    state._path = blocked / "daemon.json"
    state.change(runs=1)
    state.change(runs=2)
    assert len(messages) == 1
    state._path = tmp_path / "daemon.json"
    state.change(runs=3)
    state._path = blocked / "daemon.json"
    assert state.change(runs=4).runs == 4
    assert len(messages) == 2


def test_a_folder_in_its_place_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "daemon.json").mkdir()
    messages: list[str] = []
    assert DaemonStateFile(tmp_path / "daemon.json", messages.append).change(runs=1).runs == 1
    assert len(messages) == 2
    assert [file.name for file in tmp_path.iterdir()] == ["daemon.json"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"started": ""}, "never ran"),
        ({"ended": True}, "told to end"),
        ({"pulse": NOW - SILENT - 1}, "last seen"),
        ({"running_since": NOW - LONGEST_RUN - 1}, "has been going on"),
        ({"next_run": "2026-11-26T00:00:00+00:00"}, "was due"),
        ({"is_reachable": False}, "does not answer"),
        ({"rules_problem": "x"}, "rules file"),
        ({"failing": {"Emma": "x", "Noah": "y"}}, "2 albums"),
    ],
)
def test_what_is_wrong_is_said(changes: dict[str, object], words: str) -> None:
    assert health_of(WELL, NOW).is_good
    (problem,) = health_of(structs.replace(WELL, **changes), NOW).problems
    assert words in problem


def test_a_run_that_is_on_is_not_late() -> None:
    late = structs.replace(WELL, next_run="2026-11-26T00:00:00+00:00", running_since=NOW - LATE)
    assert health_of(late, NOW).is_good


def test_refusals_are_worth_knowing_and_no_illness() -> None:
    health = health_of(structs.replace(WELL, refused={"Emma": "too much"}), NOW)
    assert health.is_good
    assert health.warnings == ("a guard refuses changes to 1 album",)
