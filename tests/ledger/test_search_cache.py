"""The state file: kept whole or not at all, never in the way, and never somebody else's file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.ledger import search_cache
from immich_smart_albums.ledger.search_cache import SearchCacheFile

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a folder" / "searches.db"


@pytest.fixture
def messages() -> list[str]:
    return []


@pytest.fixture
def store(path: Path, messages: list[str]) -> SearchCacheFile:
    return SearchCacheFile(path, messages.append)


def test_what_was_saved_is_loaded_again(store: SearchCacheFile, path: Path, messages: list[str]) -> None:
    assert store.load("one") is None
    store.save({"one": (b"stamp", b"value", 10), "two": (b"s", b"", 10)}, expired=0)
    assert SearchCacheFile(path, messages.append).load("one") == (b"stamp", b"value")
    assert store.load("two") == (b"s", b"")
    assert store.load("three") is None
    assert messages == []
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_stamp_is_renewed_without_its_value(store: SearchCacheFile) -> None:
    store.save({"one": (b"old", b"value", 10)}, expired=0)
    store.save({"one": (b"new", None, 10), "not there": (b"x", None, 10)}, expired=0)
    assert store.load("one") == (b"new", b"value")
    assert store.load("not there") is None


def test_what_was_read_too_long_ago_is_thrown_away(store: SearchCacheFile) -> None:
    store.save({"old": (b"s", b"v", 10), "new": (b"s", b"v", 20)}, expired=15)
    assert (store.load("old"), store.load("new")) == (None, (b"s", b"v"))
    store.save({}, expired=21)
    assert store.load("new") is None


def test_writing_that_fails_leaves_what_was_there(store: SearchCacheFile, path: Path, messages: list[str]) -> None:
    store.save({"one": (b"s", b"v", 10)}, expired=0)
    bad = {"one": (b"t", b"w", 10), "two": (b"s", object(), 10)}
    store.save(bad, expired=0)  # type: ignore[arg-type]
    assert store.load("one") == (b"s", b"v")
    (line,) = messages
    assert "cannot be written" in line


def test_a_file_that_somebody_writes_is_told_and_not_waited_for_ever(
    store: SearchCacheFile, path: Path, messages: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store.save({"one": (b"s", b"v", 10)}, expired=0)
    monkeypatch.setattr(search_cache, "PATIENCE", 0.01)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        store.save({"one": (b"t", b"w", 10)}, expired=0)
        assert store.load("one") is None
    assert len(messages) == 2
    assert all("locked" in line for line in messages)
    assert store.load("one") == (b"s", b"v")


@pytest.mark.parametrize("content", [b"albums: []\n", b"SQLite format 3\x00 but of another program".ljust(4096, b"-")])
def test_a_file_of_something_else_is_left_alone(
    content: bytes, store: SearchCacheFile, path: Path, messages: list[str]
) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    for _ in range(2):
        assert store.load("one") is None
        store.save({"one": (b"s", b"v", 10)}, expired=0)
    assert path.read_bytes() == content
    assert len(messages) == 2
    assert all("is no state file of this tool" in line for line in messages)


def test_an_empty_file_becomes_one(store: SearchCacheFile, path: Path, messages: list[str]) -> None:
    path.parent.mkdir()
    path.touch()
    assert store.load("one") is None
    store.save({"one": (b"s", b"v", 10)}, expired=0)
    assert store.load("one") == (b"s", b"v")
    assert messages == []


def test_a_damaged_file_is_told_and_made_anew(store: SearchCacheFile, path: Path, messages: list[str]) -> None:
    store.save({str(number): (b"s", b"v" * 3000, 10) for number in range(50)}, expired=0)
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))
    assert store.load("1") is None
    store.save({"one": (b"s", b"v", 10)}, expired=0)
    assert store.load("one") == (b"s", b"v")
    assert ["cannot be read" in messages[0], "is made anew" in messages[1]] == [True, True]


def test_a_file_of_another_release_is_made_anew(store: SearchCacheFile, path: Path, messages: list[str]) -> None:
    store.save({"one": (b"s", b"v", 10)}, expired=0)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA user_version = 99")
    assert store.load("one") is None
    store.save({"two": (b"s", b"v", 10)}, expired=0)
    assert (store.load("one"), store.load("two")) == (None, (b"s", b"v"))
    assert messages == []


def test_a_place_where_nothing_can_be_written_is_told(tmp_path: Path, messages: list[str]) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file" / "searches.db", tmp_path):
        store = SearchCacheFile(path, messages.append)
        assert store.load("one") is None
        store.save({"one": (b"s", b"v", 10)}, expired=0)
    assert messages
    assert all("cannot be" in line for line in messages)
