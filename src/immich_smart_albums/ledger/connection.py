"""A connection to the ledger's file that raises our own errors."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from immich_smart_albums.errors import START_AFRESH, LedgerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Database:
    """A connection whose every failure is a LedgerError."""

    def __init__(self, connection: sqlite3.Connection, where: str) -> None:
        self._connection = connection
        self._where = where

    def rows(self, sql: str, *values: object) -> list[Any]:
        """Returns the rows that a query finds."""
        with self._translating_errors():
            return self._connection.execute(sql, values).fetchall()

    def run(self, sql: str, *values: object) -> int:
        """Run one statement. Returns the id of the row that it inserted, if any."""
        with self._translating_errors():
            return self._connection.execute(sql, values).lastrowid or 0

    def run_many(self, sql: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Run one statement for each row of values."""
        with self._translating_errors():
            self._connection.executemany(sql, rows)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Returns a context for a transaction: everything that is run inside is written at its end, or nothing."""
        with self._translating_errors():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # after some failures SQLite has gone back by itself
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _translating_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise failure(error, self._where) from error


def failure(error: sqlite3.Error, where: str) -> LedgerError:
    """Returns our error for a failure of SQLite; `where` is the ledger's place."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    match code:
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return LedgerError(f"the ledger {where} is damaged, or no ledger: {error}", hint=START_AFRESH)
        case sqlite3.SQLITE_FULL:
            hint = "Make room, and run this again: what was written so far is completed."
            return LedgerError(f"the ledger {where} cannot be written: the disk is full", hint=hint)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            hint = "Another program has it open; close that, and try again."
            return LedgerError(f"the ledger {where} is in use", hint=hint)
        case _ if "decode to UTF-8" in str(error):
            return LedgerError(f"the ledger {where} is damaged: a text in it is none", hint=START_AFRESH)
        case _:
            hint = "May this user write to that file and its folder? Choose another place with --ledger."
            return LedgerError(f"the ledger {where} cannot be used: {error}", hint=hint)
