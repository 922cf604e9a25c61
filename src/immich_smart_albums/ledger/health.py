"""What SQLite does not notice: rows that this tool did not write, or that were damaged in a way that stays SQL.

Looked for before anything is read. What is remembered decides what may be taken out of albums, so a ledger that is
wrong in one place is believed in none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.journal import Ending, WriteState
from immich_smart_albums.changes.memory import MembershipState

if TYPE_CHECKING:
    import sqlite3
    from enum import Enum

_WORDS: dict[tuple[str, str], type[Enum]] = {
    ("memberships", "standing"): MembershipState,
    ("writes", "state"): WriteState,
    ("runs", "ending"): Ending,
}
"""Columns that hold one of a few words."""


def damage(connection: sqlite3.Connection, sound: sqlite3.Connection) -> str | None:
    """Returns what is wrong with the rows of a ledger that has the shape of `sound`, an empty one; None: nothing.

    Raises sqlite3.Error.
    """
    ours = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    tables = [name for (name,) in sound.execute(ours)]
    for table in tables:
        columns = sound.execute(f"PRAGMA table_info({table})").fetchall()
        if connection.execute(f"PRAGMA table_info({table})").fetchall() != columns:
            return f"the table {table} has another shape"
        column = _wrong_column(connection, table, columns)
        if column is not None:
            return f"in the table {table} there is no such {column} as this tool writes"
    if connection.execute("SELECT count(*) FROM meta").fetchone() != (1,):
        return "the table meta has not one row"
    dangling = next((row for row in connection.execute("PRAGMA foreign_key_check") if row[2] == "albums"), None)
    return None if dangling is None else f"the table {dangling[0]} speaks of an album that is not in it"


def _wrong_column(
    connection: sqlite3.Connection, table: str, columns: list[tuple[int, str, str, int, str | None, int]]
) -> str | None:
    """The first column in which some row has a value that it cannot have."""
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
