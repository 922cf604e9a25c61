"""The state file: the results of searches, stored for the next run. Losing it costs only time.

So it never stops a run: a problem with it is a message, and everything is read in full. A file that is not ours is left
alone.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

APPLICATION_ID = 0x15A15747
"""In the header of every state file, to tell it from other SQLite files."""

_SHAPE = 1
_HEADER = b"SQLite format 3\x00"
_ID_BYTES = slice(68, 72)
"""Where SQLite keeps the application's id, big-endian."""

PATIENCE = 10.0
"""Seconds to wait for another run that writes."""

_DAMAGED = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}


class SearchCacheFile:
    """Fits `selection.ports.CacheStore`."""

    def __init__(self, path: Path, tell: Callable[[str], None]) -> None:
        """Use this file, which need not exist yet. `tell` takes messages for the user."""
        self._path = path
        self._tell = tell
        self._reported: set[str] = set()

    def load(self, key: str) -> tuple[bytes, bytes] | None:
        """See `CacheStore.load`."""
        try:
            if not self._is_ours():
                return None
            with self._connected() as connection:
                sql = "SELECT CAST(stamp AS BLOB), CAST(value AS BLOB) FROM searches WHERE key = ?"
                row: tuple[bytes, bytes] | None = connection.execute(sql, (key,)).fetchone()
        except (sqlite3.Error, OSError) as error:
            self._say(f"cannot be read ({error}), so everything is read in full")
            return None
        return row

    def save(self, entries: Mapping[str, tuple[bytes, bytes | None, int]], expired: int) -> None:
        """See `CacheStore.save`."""
        try:
            if self._is_foreign():
                self._say("is no state file of this tool; it is left alone, and nothing is kept for the next run")
                return
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._write(entries, expired)
            except sqlite3.DatabaseError as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED:
                    raise
                self._say(f"was damaged ({error}) and is made anew")
                self._path.unlink()
                self._write(entries, expired)
        except (sqlite3.Error, OSError) as error:
            self._say(f"cannot be written ({error}), so the next run reads everything in full")

    def _write(self, entries: Mapping[str, tuple[bytes, bytes | None, int]], expired: int) -> None:
        self._path.touch(mode=0o600)
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            if connection.execute("PRAGMA user_version").fetchone() != (_SHAPE,):
                _make_anew(connection)
            for key, (stamp, value, read_at) in entries.items():
                if value is None:
                    sql = "UPDATE searches SET stamp = ?, read_at = ? WHERE key = ?"
                    connection.execute(sql, (stamp, read_at, key))
                else:
                    row = (key, stamp, value, read_at)
                    connection.execute("INSERT OR REPLACE INTO searches VALUES (?, ?, ?, ?)", row)
            connection.execute("DELETE FROM searches WHERE read_at < ?", (expired,))
            connection.execute("COMMIT")

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """Closing the connection without COMMIT discards the changes."""
        with closing(sqlite3.connect(self._path, timeout=PATIENCE, isolation_level=None)) as connection:
            yield connection

    def _is_ours(self) -> bool:
        """Whether the file exists, and has entries that this version can read."""
        if self._is_foreign():
            self._say("is no state file of this tool, so everything is read in full")
            return False
        if not self._path.exists() or not self._path.stat().st_size:
            return False
        with self._connected() as connection:
            return bool(connection.execute("PRAGMA user_version").fetchone() == (_SHAPE,))

    def _is_foreign(self) -> bool:
        """Whether there is a file that this tool did not make."""
        if not self._path.exists():
            return False
        with self._path.open("rb") as file:
            header = file.read(_ID_BYTES.stop)
        is_ours = header.startswith(_HEADER) and header[_ID_BYTES] == APPLICATION_ID.to_bytes(4, "big")
        return bool(header) and not is_ours

    def _say(self, what: str) -> None:
        """Send a message once, though every search causes it."""
        if what not in self._reported:
            self._reported.add(what)
            self._tell(f"the state file {self._path} {what}")


def _make_anew(connection: sqlite3.Connection) -> None:
    """Create the table, in place of one of another version of this tool."""
    connection.execute("DROP TABLE IF EXISTS searches")
    connection.execute(
        "CREATE TABLE searches (key TEXT PRIMARY KEY, stamp BLOB NOT NULL, value BLOB NOT NULL, read_at INTEGER)"
    )
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {_SHAPE}")
