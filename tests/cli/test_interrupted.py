"""Killed, cut off and refused at every request: nothing is half-known, and a second run completes it."""

from __future__ import annotations

import os
import signal
import tempfile
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox, generate
from tests.support.examples import IS_DEEP, crossed

from .conftest import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


pytestmark = pytest.mark.untraced

RULE = (
    *("--include-metadata-union", "{}"),
    *("--exclude-smart-union", "dog@10"),
    *("--exclude-person-names-union", "John Smith"),
)
TO_ALBUM = (*RULE, "--album", "Kept", "--create-album")


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Shell]:
    """A sandbox of its own, whose library a test may change: 1,300 photos go to the album in two chunks."""
    with Sandbox(generate(1700)) as running:
        yield Shell(running, tmp_path)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> tuple[set[str], int]:
    """What an undisturbed run puts in the album, and with how many requests."""
    with Sandbox(generate(1700)) as running:
        shell = Shell(running, tmp_path_factory.mktemp("expected"))
        assert shell.run(*TO_ALBUM).returncode == 0
        return shell.album("Kept"), len(running.requests)


def killed_at(requests: int) -> list[int]:
    """At which requests runs are killed: all that write, and some of those that read, which leave nothing behind."""
    writes = range(requests - 3, requests + 1)
    return [*range(1, writes.start, 1 if IS_DEEP else 9), *writes]


def without_album(shell: Shell) -> None:
    """Take away what an earlier run made."""
    for album in [album for album in shell.sandbox.library.albums.values() if album.name == "Kept"]:
        del shell.sandbox.library.albums[album.id]


def test_a_run_killed_at_any_request_is_completed_by_the_next(fresh: Shell, expected: tuple[set[str], int]) -> None:
    wanted, requests = expected
    assert len(wanted) > 1000
    assert requests > 8
    for number in killed_at(requests):
        without_album(fresh)
        fresh.sandbox.faults.hook(lambda: fresh.send_signal(signal.SIGKILL), request=number)
        process = fresh.start(*TO_ALBUM)
        process.communicate(timeout=300)
        assert process.returncode == -signal.SIGKILL
        fresh.sandbox.faults.clear()
        result = fresh.run(*TO_ALBUM)
        assert result.returncode == 0, result.stderr
        assert fresh.album("Kept") == wanted, f"after a kill at request {number}"


def test_a_connection_lost_for_good_at_any_request_fails_without_writing_what_was_not_selected(
    fresh: Shell, expected: tuple[set[str], int]
) -> None:
    wanted, requests = expected
    for number in range(1, requests + 1):
        without_album(fresh)  # whatever an earlier run wrote would save this one a request
        fresh.sandbox.faults.status(400, message="Sandbox says no", request=number, times=None)
        result = fresh.run(*TO_ALBUM)
        assert result.returncode == 1, result.stderr
        assert "Sandbox says no" in result.stderr
        fresh.sandbox.faults.clear()
        written = [album for album in fresh.sandbox.library.albums.values() if album.name == "Kept"]
        assert all(set(album.asset_ids) <= wanted for album in written)
    result = fresh.run(*TO_ALBUM)
    assert result.returncode == 0
    assert fresh.album("Kept") == wanted


def test_ctrl_c_in_the_middle_of_writing_says_what_was_written(fresh: Shell, expected: tuple[set[str], int]) -> None:
    wanted, _ = expected
    fresh.sandbox.faults.hook(
        lambda: fresh.send_signal(signal.SIGINT), method="PUT", path="/api/albums/*/assets", nth=2
    )
    # The answer to the second chunk comes late, so that the signal finds the run in the middle of it.
    fresh.sandbox.faults.slow(3, method="PUT", path="/api/albums/*/assets", nth=2)
    process = fresh.start_interpreter(*TO_ALBUM)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "1,000 added" in err
    assert "not tried" in err
    assert "interrupted" in err
    assert "Traceback" not in err
    fresh.sandbox.faults.clear()
    assert fresh.run(*TO_ALBUM).returncode == 0
    assert fresh.album("Kept") == wanted


def test_a_failed_exclude_ends_in_an_error_with_nothing_written(fresh: Shell) -> None:
    fresh.sandbox.settings.machine_learning = False
    result = fresh.run(*TO_ALBUM)
    assert result.returncode == 1
    assert "machine learning" in result.stderr
    assert not [album for album in fresh.sandbox.library.albums.values() if album.name == "Kept"]
    assert not [record for record in fresh.sandbox.requests if record.method in {"PUT", "DELETE", "PATCH"}]


def test_a_server_that_restarts_in_the_middle_of_a_scan_is_waited_for(fresh: Shell) -> None:
    fresh.sandbox.faults.status(503, path="/api/search/metadata", retry_after=0, times=2)
    fresh.sandbox.faults.reset(path="/api/search/metadata", nth=3)
    result = fresh.run("--include-metadata-union", "{}", "--format", "ids")
    assert result.returncode == 0, result.stderr
    shown = {asset.id for asset in fresh.sandbox.library.assets.values() if asset.id in result.stdout}
    assert len(result.stdout.splitlines()) == len(shown) > 1000


def test_a_page_that_is_cut_for_good_gives_no_selection(fresh: Shell) -> None:
    fresh.sandbox.faults.invalid_json(path="/api/search/metadata", nth=2, times=None)
    result = fresh.run("--include-metadata-union", "{}")
    assert result.returncode == 1
    assert result.stdout == ""
    assert "cut short" in result.stderr


@pytest.mark.parametrize(("number", "verb"), crossed([signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ["sync", "flags"]))
def test_every_signal_that_asks_to_end_ends_a_reading_run_as_documented(
    number: signal.Signals, verb: str, fresh: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(fresh.folder / "state"))
    (fresh.folder / "smart-albums.yaml").write_text("albums: [{name: Kept, match: {media: photo}}]")
    fresh.sandbox.faults.hook(lambda: fresh.send_signal(number), path="/api/search/metadata")
    fresh.sandbox.faults.slow(3, path="/api/search/metadata")
    process = fresh.start(*(("sync",) if verb == "sync" else TO_ALBUM))
    _, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_signal_that_asks_to_end_lets_the_request_under_way_be_remembered(
    number: signal.Signals, fresh: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(fresh.folder / "state"))
    rules = "albums: [{name: Kept, match: {media: photo}, keep: in-step, guard: {remove: 100 %}}]"
    (fresh.folder / "smart-albums.yaml").write_text(rules)
    fresh.sandbox.faults.hook(lambda: fresh.send_signal(number), method="PUT", path="/api/albums/*/assets")
    fresh.sandbox.faults.slow(0.5, method="PUT", path="/api/albums/*/assets")
    process = fresh.start("sync")
    _, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "1,000 added" in err
    listed = fresh.run("ledger", "list", "Kept")
    assert "1,000" in listed.stdout  # ours, not hand-made


def test_a_signal_that_was_ignored_when_we_were_started_stays_ignored(fresh: Shell) -> None:
    fresh.sandbox.faults.hook(lambda: fresh.send_signal(signal.SIGHUP), times=None)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does; it is passed on
    try:
        process = fresh.start_interpreter(*TO_ALBUM)
    finally:
        signal.signal(signal.SIGHUP, before)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err


def test_runs_of_flags_at_the_same_time_make_one_album(fresh: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(fresh.folder))
    fresh.sandbox.faults.slow(1.0, method="POST", path="/api/albums")  # the others come while it is being made
    flags = ("--include-person-names-union", "Emma", "--album", "Emma's", "--create-album")
    processes = [fresh.start(*flags) for _ in range(3)]
    messages = [process.communicate(timeout=300)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], messages
    assert fresh.album("Emma's")  # there is one
    assert sum("album created" in text for text in messages) == 1


@pytest.mark.parametrize("place", ["nowhere", "taken"])
def test_without_a_place_for_a_lock_an_album_is_made_all_the_same(
    place: str, fresh: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    if place == "taken":
        (fresh.folder / f"immich-smart-albums-{os.getuid()}.lock").symlink_to("/dev/null")
        monkeypatch.setattr(tempfile, "tempdir", str(fresh.folder))
    else:
        monkeypatch.setattr(tempfile, "tempdir", str(fresh.folder / "gone"))
    assert fresh.run(*TO_ALBUM).returncode == 0
    assert fresh.album("Kept")


def test_a_reader_of_the_plan_who_goes_away_does_not_stop_the_writing(
    fresh: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(fresh.folder / "state"))
    (fresh.folder / "smart-albums.yaml").write_text("albums: [{name: Kept, match: {media: photo}}]")
    process = fresh.start("sync")
    process.stdout.close()
    text = process.stderr.read()
    assert process.wait(timeout=300) == 0, text
    process.stderr.close()
    assert fresh.album("Kept")
