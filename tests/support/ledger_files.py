"""Ledgers on disk for tests."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.changes.memory import AlbumKey
from immich_smart_albums.errors import LedgerError
from immich_smart_albums.ledger.ledger import open_ledger
from immich_smart_albums.model.album import Album

if TYPE_CHECKING:
    from pathlib import Path

KEY = AlbumKey("alice", "Friends")
ALBUM = Album("a1", "Friends", 0, "owner", "Alice", "")


def written(path: Path) -> Path:
    """A ledger with something in it."""
    with open_ledger(path, doing="a test") as ledger:
        ledger.bind(KEY, ALBUM)
    return path


def refusal(path: Path, *, doing: str | None = "a test") -> LedgerError:
    """Why a ledger is not opened."""
    with pytest.raises(LedgerError) as caught, open_ledger(path, doing=doing):
        pytest.fail("it was opened")
    assert caught.value.hint
    return caught.value


def broken(*_: object) -> str:
    """Something that fails in the middle."""
    raise RuntimeError


def sqlite_error(code: int) -> sqlite3.Error:
    """An error of SQLite with this code."""
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorcode = code
    return error
