"""A migration: albums are known by user and rule, and no longer by the server's address as well.

Before, an album had a row for each spelling of the address, and each form of its rule's name. These rows are merged:

- A photo that is kept out in one row stays out, even if a run under another address added it again.
- A photo that was added in one row is ours, even if a run under another address took it for hand-made.
- A photo that was removed in one row and added in another is what the later run made it. One that was removed and is
  hand-made counts as removed: if it is there, the next run sees that.
- If the rows have two different albums, the one that was written to last is the rule's. Of the other one, only the
  photos that are kept out are remembered, as whenever a rule gets another album.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

_OUT = ("taken out", "unsure", "gone")
"""States of photos that are kept out."""
_WEIGHTS = {"hand-made": 0, "removed": 1, "ours": 1, "gone": 2, "unsure": 3, "taken out": 4}


class _AlbumRow(NamedTuple):
    id: int
    server: str
    owner: str
    rule: str
    album: str | None
    name: str
    matched: int
    split: str
    latest: int
    """The last run that wrote to the album."""


def by_user(connection: sqlite3.Connection) -> None:
    """Take the server's address out of the key of albums, and keep it for links."""
    groups: dict[tuple[str, str], list[_AlbumRow]] = {}
    for album in _albums(connection):
        # Names of rules are compared in their composed form; macOS writes another one.
        groups.setdefault((album.owner, unicodedata.normalize("NFC", album.rule).strip()), []).append(album)
    connection.execute(
        """
        CREATE TABLE albums_by_user (
            id INTEGER PRIMARY KEY,
            owner TEXT NOT NULL,
            rule TEXT NOT NULL,
            album TEXT,
            name TEXT NOT NULL DEFAULT '',
            matched INTEGER NOT NULL DEFAULT 0,
            split TEXT NOT NULL DEFAULT '',
            server TEXT NOT NULL DEFAULT '',
            UNIQUE (owner, rule)
        )
        """
    )
    for (owner, rule), albums in groups.items():
        survivor = _merge(
            connection, sorted(albums, key=lambda album: (album.album is not None, album.latest, album.id))
        )
        split = unicodedata.normalize("NFC", survivor.split)
        row = (survivor.id, owner, rule, survivor.album, survivor.name, survivor.matched, split, survivor.server)
        connection.execute("INSERT INTO albums_by_user VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    connection.execute("DROP TABLE albums")
    connection.execute("ALTER TABLE albums_by_user RENAME TO albums")


def _albums(connection: sqlite3.Connection) -> Iterable[_AlbumRow]:
    latest = """
        max(coalesce((SELECT max(run) FROM writes WHERE writes.album = albums.id), 0),
            coalesce((SELECT max(run) FROM memberships WHERE memberships.album = albums.id), 0))
    """
    sql = f"SELECT id, server, owner, rule, album, name, matched, split, {latest} FROM albums"  # noqa: S608 - our own words
    return [_AlbumRow(*row) for row in connection.execute(sql)]


def _merge(connection: sqlite3.Connection, albums: Sequence[_AlbumRow]) -> _AlbumRow:
    """Merge albums into the last one. Returns that."""
    *others, survivor = albums
    for other in others:
        is_same = other.album == survivor.album
        if not is_same:
            connection.execute(f"DELETE FROM memberships WHERE album = ? AND standing NOT IN {_OUT}", (other.id,))  # noqa: S608
            connection.execute("UPDATE writes SET state = 'settled' WHERE album = ? AND state = 'open'", (other.id,))
        _merge_memberships(connection, other.id, survivor.id)
        connection.execute("UPDATE writes SET album = ? WHERE album = ?", (survivor.id, other.id))
    return survivor


def _merge_memberships(connection: sqlite3.Connection, other: int, survivor: int) -> None:
    both = """
        SELECT asset, theirs.standing, theirs.run, ours.standing, ours.run
        FROM memberships AS theirs JOIN memberships AS ours USING (asset)
        WHERE theirs.album = ? AND ours.album = ?
    """
    for asset, their_standing, their_run, our_standing, our_run in connection.execute(
        both, (other, survivor)
    ).fetchall():
        # A value that is no state is refused when the ledger is read.
        is_theirs = (_WEIGHTS.get(their_standing, 0), their_run) > (_WEIGHTS.get(our_standing, 0), our_run)
        loser = survivor if is_theirs else other
        connection.execute("DELETE FROM memberships WHERE album = ? AND asset = ?", (loser, asset))
    connection.execute("UPDATE memberships SET album = ? WHERE album = ?", (survivor, other))
