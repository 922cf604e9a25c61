"""Moves albums and rules of the ledger to another name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.memory import AlbumKey

if TYPE_CHECKING:
    from immich_smart_albums.ledger.connection import Database


def renames(database: Database) -> dict[AlbumKey, AlbumKey]:
    """Returns the earlier names of split rules, each with the name that came next."""
    sql = "SELECT owner, rule, owner_now, rule_now FROM renames"
    return {
        AlbumKey(owner, rule): AlbumKey(owner_now, rule_now) for owner, rule, owner_now, rule_now in database.rows(sql)
    }


def move(database: Database, old: int, new: int) -> None:
    """Move everything from one album's row to another one, and delete the first."""
    database.run("DELETE FROM shares WHERE album = ?", new)
    # The new row knows only photos that stay out of it so far; these are kept.
    database.run("UPDATE OR IGNORE memberships SET album = ? WHERE album = ?", new, old)
    database.run("DELETE FROM memberships WHERE album = ?", old)
    database.run("UPDATE writes SET album = ? WHERE album = ?", new, old)
    database.run("UPDATE shares SET album = ? WHERE album = ?", new, old)
    columns = "album, name, matched, split"
    sql = f"UPDATE albums SET ({columns}) = (SELECT {columns} FROM albums WHERE id = ?) WHERE id = ?"  # noqa: S608
    database.run(sql, old, new)
    database.run("DELETE FROM albums WHERE id = ?", old)


def rename_rule(database: Database, before: AlbumKey, now: AlbumKey) -> None:
    """Move the albums of a split rule to another rule, and record the earlier name."""
    # A rule that gets an earlier name back does not follow itself.
    database.run("DELETE FROM renames WHERE owner = ? AND rule = ?", now.owner, now.rule)
    sql = "INSERT OR REPLACE INTO renames (owner, rule, owner_now, rule_now) VALUES (?, ?, ?, ?)"
    database.run(sql, before.owner, before.rule, now.owner, now.rule)
    database.run("UPDATE albums SET split = ? WHERE owner = ? AND split = ?", now.rule, now.owner, before.rule)
