"""Ledgers of earlier versions are brought up to date, or left as they were."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.changes.memory import AlbumKey, Binding
from immich_smart_albums.ledger import database, migrations
from immich_smart_albums.ledger.database import APPLICATION_ID
from immich_smart_albums.ledger.ledger import open_ledger
from tests.support.ledger_files import KEY, refusal, sqlite_error, written

if TYPE_CHECKING:
    from pathlib import Path


def earlier(path: Path, made_by: int) -> sqlite3.Connection:
    """A ledger as it was after so many migrations."""
    path.parent.mkdir()
    connection = sqlite3.connect(path, isolation_level=None)
    for step in migrations.MIGRATIONS[:made_by]:
        step(connection)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {made_by}")
    return connection


@pytest.mark.untraced
@pytest.mark.parametrize("made_by", range(1, len(migrations.MIGRATIONS)))
@pytest.mark.parametrize("doing", [None, "a test"])
def test_a_ledger_of_each_earlier_shape_is_brought_up_to_date(path: Path, made_by: int, doing: str | None) -> None:
    connection = earlier(path, made_by)
    columns = "server, owner, rule, album, name"
    sql = f"INSERT INTO albums ({columns}) VALUES ('http://photos', ?, ?, 'a1', 'Friends')"
    connection.execute(sql, (KEY.owner, KEY.rule))
    connection.close()
    with open_ledger(path, doing=doing) as ledger:
        assert ledger.binding(KEY) == Binding("a1", "Friends")
        assert ledger.runs() == []


def test_shares_that_were_given_before_they_were_remembered_are_known_from_what_was_written(path: Path) -> None:
    connection = earlier(path, migrations.MIGRATIONS.index(migrations._shares_and_covers))
    connection.execute("INSERT INTO albums (id, owner, rule) VALUES (1, ?, ?)", (KEY.owner, KEY.rule))
    write = "INSERT INTO writes (run, album, user, updated, change, at, state) VALUES (1, 1, 'alice', '', ?, '', ?)"
    for user, role, state in (
        ("bob", '"viewer"', "done"),
        ("eve", '"editor"', "done"),
        ("eve", "null", "done"),
        ("ann", '"viewer"', "open"),
    ):
        change = f'{{"type":"share","user":{{"id":"{user}","name":"","email":""}},"role":{role},"was":null}}'
        connection.execute(write, (change, state))
    connection.execute(write, ('{"type":"create","name":"Friends"}', "done"))
    connection.execute("INSERT INTO runs (id, verb, server, started) VALUES (1, 'sync', '', '')")
    connection.close()
    with open_ledger(path) as ledger:
        assert ledger.memory(KEY).shares == {"bob": "viewer"}


def test_a_row_that_cannot_be_updated_is_damage(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(_: sqlite3.Connection) -> None:
        raise ValueError("no JSON")

    written(path)
    monkeypatch.setattr(database, "MIGRATIONS", (*migrations.MIGRATIONS, stumble))
    assert refusal(path).message == f"the ledger {path} is damaged: it cannot be updated: no JSON"


def test_a_disk_that_fails_while_rows_are_looked_at_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: sqlite3.Connection) -> str:
        raise sqlite_error(sqlite3.SQLITE_CORRUPT)

    written(path)
    monkeypatch.setattr(database, "damage", fail)
    assert "is damaged, or no ledger" in refusal(path).message


def test_names_of_rules_that_were_written_in_two_parts_are_known_composed(path: Path) -> None:
    connection = earlier(path, migrations.MIGRATIONS.index(migrations._composed_names))
    sql = "INSERT INTO albums (owner, rule, album, name) VALUES ('alice', ?, ?, 'x')"
    for rule, album in (("Bu\u0308ro", "a1"), ("E\u0301te\u0301", "a2"), ("\u00c9t\u00e9", "a3")):
        connection.execute(sql, (rule, album))
    connection.close()
    with open_ledger(path) as ledger:
        assert ledger.binding(AlbumKey("alice", "B\u00fcro")) == Binding("a1", "x")
        assert ledger.binding(AlbumKey("alice", "\u00c9t\u00e9")) == Binding("a3", "x")


def test_an_update_that_fails_leaves_the_ledger_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM albums")
        connection.execute("this is no SQL")

    written(path)
    with monkeypatch.context() as patched:
        patched.setattr(database, "MIGRATIONS", (*migrations.MIGRATIONS, half))
        for doing in (None, "a test"):
            refusal(path, doing=doing)
    with open_ledger(path, doing="a test") as ledger:
        assert ledger.binding(KEY) == Binding("a1", "Friends")


def test_a_ledger_of_a_newer_version_is_left_alone(path: Path) -> None:
    connection = sqlite3.connect(written(path))
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    for doing in (None, "a test"):
        error = refusal(path, doing=doing)
        assert error.message == f"the ledger {path} was written by a newer version of this tool"
        assert error.hint == "Update this tool; nothing was read or written."
