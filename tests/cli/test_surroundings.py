"""Machines on which something is missing: a home, a clock that is right, a disk with room, a folder to write to."""

from __future__ import annotations

import errno
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox, generate
from immich_smart_albums.cli import main
from immich_smart_albums.cli.exits import Exit

from .conftest import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RULES = """\
albums:
  - name: Emma
    match: {person: Emma}
"""

WITHOUT_POWERS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(generate(400, seed=3)) as running:
        yield running


@pytest.fixture
def shell(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "smart-albums.yaml").write_text(RULES, encoding="utf-8")
    yield Shell(sandbox, tmp_path)
    sandbox.faults.clear()
    for album in [album for album in sandbox.library.albums.values() if album.name == "Emma"]:
        sandbox.library.delete_album(album.id)


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: int) -> None:
        raise KeyError

    for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", nobody)


@pytest.mark.usefixtures("homeless")
def test_a_user_without_a_home_can_do_what_needs_none(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_STATE_HOME")
    assert shell.run("config", "check", "--offline").returncode == 0
    assert shell.run("config", "check").returncode == 0
    assert shell.run("--include-person-names-union", "Emma").returncode == 0
    assert shell.run("plan", "--ledger", "ledger.db").returncode == 0
    assert shell.run("--include-person-names-union", "Emma", "--state", "searches.db").returncode == 0
    monkeypatch.setenv("XDG_STATE_HOME", str(shell.folder / "state"))
    assert shell.run("plan").returncode == 0
    assert shell.run("sync").returncode == 0
    assert shell.run("history").returncode == 0
    (shell.folder / "smart-albums.yaml").unlink()
    result = shell.run("plan")
    assert result.returncode == 2
    assert "there is no rules file: smart-albums.yaml" in result.stderr


@pytest.mark.usefixtures("homeless")
@pytest.mark.parametrize(
    "line",
    [("plan",), ("sync",), ("history",), ("ledger", "list"), ("--include-person-names-union", "Emma", "--state")],
)
def test_a_user_without_a_home_is_told_where_one_is_needed(
    line: tuple[str, ...], shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_STATE_HOME")
    result = shell.run(*line)
    assert result.returncode == 2
    assert "this user has no home folder" in result.stderr
    assert "--ledger FILE" in result.stderr


READING = [
    ("plan",),
    ("preview",),
    ("status",),
    ("explain", "Emma", "ASSET"),
    ("history",),
    ("history", "1"),
    ("ledger", "list", "Emma"),
    ("undo", "--dry-run"),
]


@pytest.mark.skipif(os.getuid() == 0 and shutil.which("setpriv") is None, reason="root may write everywhere")
def test_a_state_folder_that_cannot_be_written_stops_only_what_writes(shell: Shell) -> None:
    assert shell.run("sync").returncode == 0
    asset = next(iter(shell.album("Emma")))
    state = shell.folder / "state" / "immich-smart-albums"
    for file in state.iterdir():
        file.chmod(0o444)
    state.chmod(0o555)
    try:
        reading = [[asset if word == "ASSET" else word for word in line] for line in READING]
        for line, result in zip(reading, _without_powers(shell, reading), strict=True):
            assert result.returncode == 0, (line, result.stderr)
            assert "Emma" in result.stdout + result.stderr or line == ["history"]
        writing = [["sync"], ["undo"], ["ledger", "forget", "Emma"], ["adopt", "Emma"]]
        for line, result in zip(writing, _without_powers(shell, writing), strict=True):
            assert result.returncode == 1, (line, result.stderr)
            assert "lock" in result.stderr
            assert "--ledger" in result.stderr
    finally:
        state.chmod(0o755)


EACH_LINE = """\
import contextlib, io, json, sys
from immich_smart_albums.cli import main
answers = []
for line in json.load(sys.stdin):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = int(main.run(line))
        except SystemExit as leaving:
            code = leaving.code
    answers.append((code, out.getvalue(), err.getvalue()))
json.dump(answers, sys.stdout)
"""


def _without_powers(shell: Shell, lines: list[list[str]]) -> list[subprocess.CompletedProcess[str]]:
    """Run command lines one after another in one process that is not allowed more than others are."""
    powers = WITHOUT_POWERS if os.getuid() == 0 else ()
    process = subprocess.run(
        [*powers, sys.executable, "-c", EACH_LINE],
        input=json.dumps(lines),
        cwd=shell.folder,
        env=shell.environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return [
        subprocess.CompletedProcess(line, *answer)
        for line, answer in zip(lines, json.loads(process.stdout), strict=True)
    ]


def test_what_a_killed_writer_left_is_read_from_a_folder_that_cannot_be_written(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill = "import os; from pathlib import Path; from immich_smart_albums.ledger.ledger import open_ledger as o\n"
    kill += (
        "with o(Path('ledger.db'), doing='sync') as l: l.begin('sync', 'http://photos', 'now'); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", kill], cwd=shell.folder, env=shell.environment, check=False)
    assert (shell.folder / "ledger.db-wal").stat().st_size
    monkeypatch.setattr("immich_smart_albums.ledger.database.os.access", lambda *_: False)
    before = sorted(path.name for path in shell.folder.iterdir())
    result = shell.run("history", "1", "--ledger", "ledger.db")
    assert result.returncode == 0, result.stderr
    assert "Run 1" in result.stdout
    assert sorted(path.name for path in shell.folder.iterdir()) == before


def test_no_room_anywhere_for_a_copy_is_told(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shell.run("sync", "--ledger", "ledger.db").returncode == 0

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("immich_smart_albums.ledger.database.os.access", lambda *_: False)
    monkeypatch.setattr(shutil, "copyfile", full)
    result = shell.run("history", "--ledger", "ledger.db")
    assert result.returncode == 1
    assert "No space left on device" in result.stderr
    monkeypatch.setattr(tempfile, "TemporaryDirectory", full)
    result = shell.run("history", "--ledger", "ledger.db")
    assert result.returncode == 1
    assert "No space left on device" in result.stderr


def test_a_full_disk_before_anything_was_written_is_told(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("immich_smart_albums.ledger.lock.os.pwrite", full)
    monkeypatch.setattr("immich_smart_albums.ledger.lock.os.ftruncate", full)
    assert shell.run("sync").returncode == 0  # who holds the lock is not needed to write
    monkeypatch.setattr("immich_smart_albums.ledger.lock.os.open", full)
    result = shell.run("sync")
    assert result.returncode == 1
    assert "No space left on device" in result.stderr


@pytest.mark.parametrize("place", ["loop/ledger.db", "loop", f"{'x' * 300}.db"])
def test_a_place_that_cannot_be_is_told(place: str, shell: Shell) -> None:
    (shell.folder / "loop").symlink_to("loop")
    for line in (("history",), ("sync",)):
        result = shell.run(*line, "--ledger", place)
        assert result.returncode == 1, result.stderr
        assert "error: the ledger" in result.stderr
        assert "→" in result.stderr


def broken(_: object) -> bool:
    message = "this cannot \x1b[2J happen"
    raise RuntimeError(message)


def test_a_bug_of_ours_is_told_where_no_report_can_be_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nowhere(*_: object, **__: object) -> None:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(main, "selects", broken)
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", nowhere)
    assert main.run(["--verbose"]) is Exit.OUR_BUG
    text = capsys.readouterr().err
    assert "RuntimeError: this cannot ?[2J happen" in text
    assert "broken:" in text
    assert "no file could be written" in text


def test_too_little_memory_is_no_bug_of_ours(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def huge(_: object) -> bool:
        raise MemoryError

    monkeypatch.setattr(main, "selects", huge)
    assert main.run(["--verbose"]) is Exit.FAILED
    assert "not enough memory" in capsys.readouterr().err


def test_a_clock_that_no_program_can_read_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def centuries_ahead() -> float:
        message = "timestamp too large to convert to C _PyTime_t"
        raise OverflowError(message)

    monkeypatch.setattr("time.time", centuries_ahead)
    assert main.run(["check"]) is Exit.FAILED
    assert "clock is wrong by centuries" in capsys.readouterr().err


def test_a_plan_is_written_to_a_pipe_and_never_in_its_place(shell: Shell) -> None:
    pipe = shell.folder / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert shell.run("plan", "--out", str(pipe)).returncode == 0
    assert pipe.is_fifo()
    assert b"immich-smart-albums plan" in os.read(reader, 1000)
    os.close(reader)
