"""The daemon as a process, its health check, the workflow verbs, and runs that say nothing but problems."""

from __future__ import annotations

import json
import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import urllib3

from immich_sandbox import Sandbox, generate
from tests.support.free_port import free_port

from .conftest import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.forked import Forked

RULES = (
    "albums:\n  - {name: Stars, match: {favorite: true}}\n  - {name: Emma, match: {person: Emma}, schedule: hourly}\n"
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Shell]:
    with Sandbox(generate(200)) as sandbox:
        (tmp_path / "smart-albums.yaml").write_text(RULES)
        yield Shell(sandbox, tmp_path)


LEDGER = ("--ledger", "ledger.db")


def ask(port: int, path: str) -> urllib3.BaseHTTPResponse:
    """Ask the daemon, once it answers."""
    for _ in range(4000):
        try:
            answer = urllib3.request("GET", f"http://127.0.0.1:{port}{path}", retries=False)
        except urllib3.exceptions.HTTPError:
            time.sleep(0.05)
            continue
        if path != "/healthz" or answer.status == 200:
            return answer
        time.sleep(0.05)
    raise AssertionError("the daemon does not answer")


def until_it_ran(port: int) -> None:
    """Wait for the first run."""
    for _ in range(4000):
        if json.loads(ask(port, "/api/status").data)["totals"]["runs"]:
            return
        time.sleep(0.05)
    raise AssertionError("the daemon does not run")


@contextmanager
def running(house: Shell, *arguments: str) -> Iterator[Forked]:
    """A daemon that does not outlive its test."""
    process = house.start("daemon", *LEDGER, *arguments)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def ended(process: Forked) -> tuple[int | None, str]:
    _, err = process.communicate(timeout=300)
    assert "Traceback" not in err
    return process.returncode, err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_daemon_runs_answers_and_ends(house: Shell, number: signal.Signals) -> None:
    port = free_port()
    with running(house, "--listen", f"127.0.0.1:{port}", "--log-format", "json") as process:
        assert ask(port, "/healthz").data == b"ok\n"
        until_it_ran(port)
        assert house.run("healthcheck", *LEDGER).returncode == 0
        assert house.album("Emma")
        process.send_signal(number)
        code, err = ended(process)
    assert code == 0
    lines = [json.loads(line) for line in err.splitlines()]
    events = [line["event"] for line in lines]
    # The status knows of the run a moment before its line is written; meanwhile the signal may come.
    assert sorted(events[2:4]) == ["ending", "run.ended"]
    assert (events[:2], events[4:]) == (["listening", "run.started"], ["ended"])
    assert house.sandbox.keys["alice"] not in err
    result = house.run("healthcheck", *LEDGER)
    assert (result.returncode, "told to end" in result.stderr) == (1, True)


def test_a_daemon_that_is_killed_goes_on_where_it_was(house: Shell) -> None:
    port = free_port()
    with running(house, "--listen", f"127.0.0.1:{port}") as process:
        until_it_ran(port)
        process.kill()
        process.communicate(timeout=300)
    port = free_port()
    with running(house, "--listen", f"127.0.0.1:{port}") as process:
        assert json.loads(ask(port, "/api/status").data)["totals"]["runs"] == 1
        process.terminate()
        assert ended(process)[0] == 0


def test_the_studio_may_be_on_the_same_address(house: Shell) -> None:
    port = free_port()
    with running(house, "--listen", f"127.0.0.1:{port}", "--studio", "--quiet") as process:
        ask(port, "/healthz")
        page = ask(port, "/")
        assert page.status == 200
        assert b"<!doctype html>" in page.data
        process.terminate()
        assert ended(process) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--listen", "nowhere"), "'nowhere' is no address"),
        (("--listen", "127.0.0.1:99999"), "is no address"),
        (("--connect",), "nothing says how Immich reaches the daemon"),
        (("--listen", "0.0.0.0:0", "--studio"), "the studio would be open"),
        (("--jitter", "-1"), "less than 1"),
        (("missing.yaml",), "missing.yaml"),
        (("-",), "name a file"),
    ],
)
def test_what_is_wrong_is_told_before_anything_starts(house: Shell, arguments: tuple[str, ...], words: str) -> None:
    result = house.run("daemon", *LEDGER, *arguments)
    assert result.returncode == 2
    assert words in result.stderr


@pytest.mark.parametrize("secret", ["short", "with a space in between"])
def test_a_secret_that_is_none_is_told(house: Shell, monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    monkeypatch.setenv("SMART_ALBUMS_HOOK_SECRET", secret)
    result = house.run("daemon", *LEDGER)
    assert result.returncode == 2
    assert "fewer than 16 characters" in result.stderr
    assert secret not in result.stderr
    monkeypatch.delenv("SMART_ALBUMS_HOOK_SECRET")
    monkeypatch.setenv("SMART_ALBUMS_HOOK_SECRET_FILE", "nothing")
    assert "cannot be read" in house.run("daemon", *LEDGER).stderr


def test_a_daemon_without_state_is_not_well(house: Shell) -> None:
    result = house.run("healthcheck", *LEDGER)
    assert (result.returncode, "never ran" in result.stderr) == (1, True)
    (house.folder / "daemon.json").write_text("{")
    result = house.run("healthcheck", *LEDGER)
    assert (result.returncode, "cannot be read" in result.stderr) == (1, True)


def test_a_workflow_is_shown_made_and_removed(house: Shell) -> None:
    url = ("--url", "http://nas:8765")
    result = house.run("workflow", "install", *LEDGER, *url, "--dry-run")
    assert (result.returncode, house.sandbox.library.workflows) == (0, {})
    assert "after the file of a photo was read, POST to http://nas:8765/hook" in result.stdout
    assert house.run("workflow", "status", *LEDGER, *url).returncode == 1
    result = house.run("workflow", "install", *LEDGER, *url, "--verbose")
    assert "done, and Immich shows it so" in result.stdout
    secret = (house.folder / "hook-secret").read_text().strip()
    assert len(secret) == 64
    assert (house.folder / "hook-secret").stat().st_mode & 0o077 == 0
    assert secret not in result.stdout + result.stderr
    assert house.run("workflow", "status", *LEDGER, *url).stdout == "default: there is one, and it is right\n"
    assert "there is one, and it is right" in house.run("workflow", "install", *LEDGER, *url).stdout
    assert house.run("workflow", "remove", *LEDGER).stdout == "default: removed\n"
    assert house.run("workflow", "remove", *LEDGER).stdout == "default: there was none\n"


def test_a_key_that_may_not_make_workflows_is_told_what_it_needs(house: Shell) -> None:
    house.key = "alice-minimal"
    result = house.run("workflow", "install", *LEDGER, "--url", "http://nas:8765")
    assert result.returncode == 1
    assert "plugin.read, workflow.read, workflow.create, workflow.delete" in result.stderr
    assert house.run("workflow", "install", *LEDGER).returncode == 2


def test_an_old_immich_is_told_the_alternative(tmp_path: Path) -> None:
    with Sandbox(generate(10), "2.7") as sandbox:
        (tmp_path / "smart-albums.yaml").write_text(RULES)
        house = Shell(sandbox, tmp_path)
        for action in ("install", "status"):
            result = house.run("workflow", action, *LEDGER, "--url", "http://nas:8765")
            assert result.returncode == 1
            assert "every 10 minutes" in result.stdout + result.stderr


def test_quiet_says_nothing_but_problems(house: Shell) -> None:
    for verb in ("sync", "plan", "status"):
        result = house.run(verb, *LEDGER, "--quiet")
        assert (result.returncode, result.stdout, result.stderr) == (0, "", ""), verb
    assert house.run("check", "--quiet").stdout == ""
    assert house.run("undo", *LEDGER, "--quiet").stdout == ""
    assert house.run("status", *LEDGER, "--quiet").returncode == 5
    (house.folder / "smart-albums.yaml").write_text("albums: [{name: X, match: {person: Nobody}}]")
    result = house.run("sync", *LEDGER, "--quiet")
    assert (result.returncode, result.stdout) == (1, "")
    assert "nobody is named 'Nobody'" in result.stderr
    assert "→" in result.stderr


def test_the_next_run_is_shown(house: Shell) -> None:
    result = house.run("config", "check")
    assert "Stars: next at 20" in result.stdout
    assert "(daily 04:00)" in result.stdout
    assert "Emma: next at 20" in result.stdout
    house.run("sync", *LEDGER)
    assert "Emma: next at" in house.run("status", *LEDGER).stderr
    (house.folder / "smart-albums.yaml").write_text(RULES.replace("hourly", "never"))
    assert "Emma: never by itself" in house.run("config", "check", "--offline").stdout


def test_check_tells_of_the_daemon(house: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(house.folder))
    state = house.folder / "immich-smart-albums" / "daemon.json"
    state.parent.mkdir()
    assert "daemon" not in house.run("check").stdout
    state.write_text("{")
    assert "daemon: its state cannot be read" in house.run("check").stdout
    state.unlink()
    port = free_port()
    ledger = str(state.with_name("ledger.db"))
    with running(house, "--ledger", ledger, "--listen", f"127.0.0.1:{port}") as process:
        until_it_ran(port)
        assert "daemon: all is well\n" in house.run("check").stdout
        assert "daemon: last run at 20" in house.run("check").stdout
        process.terminate()
        ended(process)
