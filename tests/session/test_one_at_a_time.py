"""Runs that keep no ledger wait for each other, and for nobody where there is no place for a lock."""

from __future__ import annotations

import errno
import fcntl
import tempfile
import threading
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.session.one_at_a_time import one_at_a_time

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this machine keeps locks."""
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    return tmp_path


def waiting(act: Callable[[], None]) -> list[str]:
    """What a run says that comes while another one is in; `act` happens once it says something."""
    messages: list[str] = []

    def say(text: str) -> None:
        messages.append(text)
        act()

    with one_at_a_time(say):
        messages.append("in")
    return messages


def test_who_comes_second_says_so_and_waits() -> None:
    leave, is_in = threading.Event(), threading.Event()

    def first() -> None:
        with one_at_a_time(lambda _: None):
            is_in.set()
            leave.wait(60)

    thread = threading.Thread(target=first)
    thread.start()
    assert is_in.wait(60)
    assert waiting(leave.set) == ["waiting for another run that creates an album", "in"]
    thread.join()


def test_who_is_alone_says_nothing(folder: Path) -> None:
    for _ in range(2):
        assert waiting(lambda: None) == ["in"]
    (lock,) = folder.iterdir()
    assert lock.stat().st_mode & 0o777 == 0o600


def test_where_there_is_no_place_for_a_lock_nobody_is_waited_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(folder / "gone"))
    assert waiting(lambda: None) == ["in"]


def test_nor_is_anybody_on_a_file_system_without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    def lock(_handle: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", lock)
    assert waiting(lambda: None) == ["in"]


def test_a_failure_inside_leaves_the_lock() -> None:
    with pytest.raises(ZeroDivisionError), one_at_a_time(lambda _: None):
        raise ZeroDivisionError
    assert waiting(lambda: None) == ["in"]
