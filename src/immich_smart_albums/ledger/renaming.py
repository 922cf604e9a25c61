"""Albums and rules that go on under another name, in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.memory import AlbumKey

if TYPE_CHECKING:
    from immich_smart_albums.ledger.connection import Database


def renames(database: Database) -> dict[AlbumKey, AlbumKey]:
    """Returns what rules that are split were called, each with what it was called next."""
    sql = "SELECT owner, rule, owner_now, rule_now FROM renames"
    return {
        AlbumKey(owner, rule): AlbumKey(owner_now, rule_now) for owner, rule, owner_now, rule_now in database.rows(sql)
    }


def move(database: Database, old: int, new: int) -> None:
    """Put all that is known of one album's row under another one, and drop the first."""
    database.run("DELETE FROM shares WHERE album = ?", new)
    # What is known of the new one by now is what stays out of it.
    database.run("UPDATE OR IGNORE memberships SET album = ? WHERE album = ?", new, old)
    database.run("DELETE FROM memberships WHERE album = ?", old)
    database.run("UPDATE writes SET album = ? WHERE album = ?", new, old)
    database.run("UPDATE shares SET album = ? WHERE album = ?", new, old)
    columns = "album, name, matched, split"
    sql = f"UPDATE albums SET ({columns}) = (SELECT {columns} FROM albums WHERE id = ?) WHERE id = ?"  # noqa: S608
    database.run(sql, old, new)
    database.run("DELETE FROM albums WHERE id = ?", old)


def rename_rule(database: Database, before: AlbumKey, now: AlbumKey) -> None:
    """Know the albums of a rule that is split as another one's from now on, and remember what it was called."""
    # One that has a name again which it had before does not go on from itself.
    database.run("DELETE FROM renames WHERE owner = ? AND rule = ?", now.owner, now.rule)
    sql = "INSERT OR REPLACE INTO renames (owner, rule, owner_now, rule_now) VALUES (?, ?, ?, ?)"
    database.run(sql, before.owner, before.rule, now.owner, now.rule)
    database.run("UPDATE albums SET split = ? WHERE owner = ? AND split = ?", now.rule, now.owner, before.rule)
