"""Finds damage that SQLite does not notice: valid rows with values that this tool never writes.

This comes before anything is read. The ledger decides which photos may be taken out of albums, so a ledger that is
wrong in one place is not used at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from immich_smart_albums.changes.journal import Ending, WriteState
from immich_smart_albums.changes.memory import MembershipState

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from enum import Enum

_WORDS: dict[tuple[str, str], type[Enum]] = {
    ("memberships", "standing"): MembershipState,
    ("writes", "state"): WriteState,
    ("runs", "ending"): Ending,
}
"""Columns whose values are those of an enumeration."""


Columns: TypeAlias = tuple[tuple[int, str, str, int, str | None, int], ...]
"""The columns of a table as SQLite lists them: number, name, type, not null, default, primary key."""


def shape(connection: sqlite3.Connection) -> dict[str, Columns]:
    """Returns the tables of a ledger with their columns. Raises sqlite3.Error."""
    ours = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    return {name: _columns(connection, name) for (name,) in connection.execute(ours).fetchall()}


def damage(connection: sqlite3.Connection, sound: Mapping[str, Columns]) -> str | None:
    """Returns what is wrong with the rows of a ledger that should have the shape `sound`. None if nothing is.

    Raises sqlite3.Error.
    """
    for table, columns in sound.items():
        if _columns(connection, table) != columns:
            return f"the table {table} has another shape"
        column = _wrong_column(connection, table, columns)
        if column is not None:
            return f"in the table {table} there is no such {column} as this tool writes"
    if connection.execute("SELECT count(*) FROM meta").fetchone() != (1,):
        return "the table meta has not one row"
    dangling = next((row for row in connection.execute("PRAGMA foreign_key_check") if row[2] == "albums"), None)
    return None if dangling is None else f"the table {dangling[0]} speaks of an album that is not in it"


def _columns(connection: sqlite3.Connection, table: str) -> Columns:
    return tuple(connection.execute(f"PRAGMA table_info({table})"))


def _wrong_column(connection: sqlite3.Connection, table: str, columns: Columns) -> str | None:
    """The first column in which a row has an impossible value. None if there is none."""
    cases = []
    for _, name, type_, is_needed, _, is_key in columns:
        allowed = [f"'{type_.lower()}'"]
        if not is_needed and not is_key:
            allowed.append("'null'")
        wrong = f"typeof({name}) NOT IN ({', '.join(allowed)})"
        words = _WORDS.get((table, name))
        if words is not None:
            wrong += f" OR {name} NOT IN ({', '.join(repr(word.value) for word in words)})"
        cases.append(f"WHEN {wrong} THEN '{name}'")
    sql = f"SELECT CASE {' '.join(cases)} END AS wrong FROM {table} WHERE wrong IS NOT NULL LIMIT 1"  # noqa: S608 - names of our own tables
    row: tuple[str] | None = connection.execute(sql).fetchone()
    return None if row is None else row[0]
