"""SQLite that does not wait for the disk: in the tests a process may die, but never the machine under it."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from functools import partial
from typing import Any

SYNCED = sqlite3.connect
"""Connects as the tool does outside of the tests."""

_FOR_GOOD, _NEVER_MIND = "PRAGMA synchronous = FULL", "PRAGMA synchronous = OFF"


class Unsynced(sqlite3.Connection):
    """What it commits, other processes see at once; of the disk nobody knows."""

    _is_unsynced = False

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Run a statement, but without waiting for the disk."""
        if not self._is_unsynced and not sql.startswith(("PRAGMA", "SELECT")):
            self._is_unsynced = True
            with suppress(sqlite3.Error):  # a file that cannot be read says so to the statement itself
                super().execute(_NEVER_MIND)
        return super().execute(_NEVER_MIND if sql == _FOR_GOOD else sql, parameters)


def never_wait_for_the_disk() -> None:
    """All connections of this process."""
    sqlite3.connect = partial(SYNCED, factory=Unsynced)  # type: ignore[assignment]
