"""The migrations of the ledger, in order. Released ones are never edited; new ones are added at the end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from immich_smart_albums.ledger.by_user import by_user
from immich_smart_albums.model.text.forms import nfc

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence


def _albums(connection: sqlite3.Connection) -> None:
    """Albums and the memberships of photos in them."""
    connection.execute("CREATE TABLE meta (id TEXT NOT NULL, generation INTEGER NOT NULL DEFAULT 0)")
    connection.execute("INSERT INTO meta (id) VALUES (lower(hex(randomblob(8))))")
    connection.execute(
        """
        CREATE TABLE albums (
            id INTEGER PRIMARY KEY,
            server TEXT NOT NULL,
            owner TEXT NOT NULL,
            rule TEXT NOT NULL,
            album TEXT,
            name TEXT NOT NULL DEFAULT '',
            matched INTEGER NOT NULL DEFAULT 0,
            UNIQUE (server, owner, rule)
        )
        """
    )
    connection.execute(
        """
        CREATE TABLE memberships (
            album INTEGER NOT NULL REFERENCES albums,
            asset TEXT NOT NULL,
            standing TEXT NOT NULL,
            user TEXT NOT NULL DEFAULT '',
            run INTEGER NOT NULL DEFAULT 0,
            taken INTEGER NOT NULL DEFAULT 0,
            local_time TEXT NOT NULL DEFAULT '',
            file_name TEXT NOT NULL DEFAULT '',
            type TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (album, asset)
        ) WITHOUT ROWID
        """
    )


def _runs(connection: sqlite3.Connection) -> None:
    """Runs, and each request that wrote something. `change` and `outcomes` are JSON."""
    connection.execute(
        """
        CREATE TABLE runs (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            verb TEXT NOT NULL,
            server TEXT NOT NULL,
            started TEXT NOT NULL,
            ended TEXT,
            ending TEXT,
            undoes INTEGER REFERENCES runs
        )
        """
    )
    connection.execute(
        """
        CREATE TABLE writes (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            run INTEGER NOT NULL REFERENCES runs,
            album INTEGER NOT NULL REFERENCES albums,
            album_id TEXT,
            user TEXT NOT NULL,
            updated TEXT NOT NULL,
            change TEXT NOT NULL,
            at TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'open',
            outcomes TEXT NOT NULL DEFAULT '{}'
        )
        """
    )
    connection.execute("CREATE INDEX writes_of_run ON writes (run)")
    connection.execute("CREATE INDEX open_writes ON writes (album) WHERE state = 'open'")


def _splits(connection: sqlite3.Connection) -> None:
    """For albums of a split, their rule, so that those for which nothing is left are found."""
    connection.execute("ALTER TABLE albums ADD COLUMN split TEXT NOT NULL DEFAULT ''")


def _shares_and_covers(connection: sqlite3.Connection) -> None:
    """By which words of the rules users were let in, and the covers before and after each request.

    Shares of earlier runs are taken from their writes, with the role as the words.
    """
    connection.execute(
        """
        CREATE TABLE shares (
            album INTEGER NOT NULL REFERENCES albums,
            user TEXT NOT NULL,
            asked TEXT NOT NULL,
            PRIMARY KEY (album, user)
        ) WITHOUT ROWID
        """
    )
    connection.execute("ALTER TABLE writes ADD COLUMN cover_before TEXT")
    connection.execute("ALTER TABLE writes ADD COLUMN cover_after TEXT")
    done = "SELECT album, change FROM writes WHERE state = 'done' ORDER BY id"
    for album, text in connection.execute(done).fetchall():
        change = json.loads(text)
        if change.get("type") == "share":
            row = (album, change["user"]["id"], change.get("role"))
            connection.execute("DELETE FROM shares WHERE album = ? AND user = ?", row[:2])
            if row[2] is not None:
                connection.execute("INSERT INTO shares (album, user, asked) VALUES (?, ?, ?)", row)


def _composed_names(connection: sqlite3.Connection) -> None:
    """Names of rules in the composed form, in which names are compared.

    If two rows would get the same name, the row that has it already stays, and the other one is left as it is.
    """
    for row, rule, split in connection.execute("SELECT id, rule, split FROM albums").fetchall():
        names = (nfc(rule), nfc(split), row)
        connection.execute("UPDATE OR IGNORE albums SET rule = ?, split = ? WHERE id = ?", names)


def _renames(connection: sqlite3.Connection) -> None:
    """Earlier names of split rules, so that albums that were not fed since are found by their old names."""
    connection.execute(
        """
        CREATE TABLE renames (
            owner TEXT NOT NULL,
            rule TEXT NOT NULL,
            owner_now TEXT NOT NULL,
            rule_now TEXT NOT NULL,
            PRIMARY KEY (owner, rule)
        ) WITHOUT ROWID
        """
    )


MIGRATIONS: Sequence[Callable[[sqlite3.Connection], None]] = (
    _albums,
    _runs,
    _splits,
    by_user,
    _shares_and_covers,
    _composed_names,
    _renames,
)
"""A ledger with `user_version` n has gone through the first n."""
