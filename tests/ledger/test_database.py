"""The ledger's file: made whole, recognised, kept to one writer, and its failures told with advice."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.changes.change import AddAssets
from immich_smart_albums.changes.journal import Ending, Intent
from immich_smart_albums.changes.memory import Binding
from immich_smart_albums.errors import LedgerError
from immich_smart_albums.ledger import database, migrations
from immich_smart_albums.ledger.connection import failure
from immich_smart_albums.ledger.database import open_database
from immich_smart_albums.ledger.ledger import open_ledger
from immich_smart_albums.model.album import Album
from immich_smart_albums.model.outcome import Outcome
from tests.support.ledger_files import ALBUM, KEY, broken, refusal, sqlite_error, written
from tests.support.sample_plans import photos
from tests.support.unsynced import SYNCED

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_ledger_is_made_where_there_is_none_with_its_folder_and_for_its_owner_only(path: Path) -> None:
    written(path)
    assert path.stat().st_mode & 0o077 == 0
    assert sorted(file.name for file in path.parent.iterdir()) == ["ledger.db", "ledger.db.lock"]
    with open_ledger(path) as ledger:
        assert ledger.binding(KEY) == Binding("a1", "Friends")


def test_reading_makes_no_file_and_finds_an_empty_ledger(path: Path) -> None:
    with open_ledger(path) as ledger:
        assert (ledger.state, ledger.albums(), ledger.runs(), ledger.binding(KEY)) == ("", [], [], None)
    assert not path.parent.exists()


def test_a_ledger_that_was_never_written_has_the_state_of_none(path: Path) -> None:
    with open_ledger(path, doing="a test") as ledger:
        assert ledger.state == ""
        ledger.bind(KEY, ALBUM)
        first = ledger.state
        ledger.bind(KEY, ALBUM)
        assert ledger.state == first != ""


def test_two_ledgers_are_told_apart(tmp_path: Path) -> None:
    states = set()
    for name in ("one", "two"):
        with open_ledger(written(tmp_path / name)) as ledger:
            states.add(ledger.state)
    assert len(states) == 2


def test_what_a_deleted_ledger_left_behind_is_not_taken_for_part_of_the_new_one(path: Path) -> None:
    written(path)
    journal = path.with_name("ledger.db-wal")
    with open_ledger(path, doing="a test") as ledger:
        ledger.unbind(KEY)
        left = journal.read_bytes()
    path.unlink()
    journal.write_bytes(left)
    with open_ledger(path, doing="a test") as ledger:
        assert ledger.albums() == []


def test_a_ledger_that_cannot_be_finished_is_not_begun(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: sqlite3.Connection) -> None:
        message = "database or disk is full"
        raise sqlite3.OperationalError(message)

    with monkeypatch.context() as patched:
        patched.setattr(database, "MIGRATIONS", (*migrations.MIGRATIONS, broken))
        assert "cannot be used" in refusal(path).message
    assert [file.name for file in path.parent.iterdir()] == ["ledger.db.lock"]
    written(path)


def truncated(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def overwritten(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:12288] = b"\xa5" * 8192
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [truncated, overwritten, lambda path: path.write_text("no database at all " * 99)])
def test_a_damaged_ledger_is_told_with_what_to_do(path: Path, damage: Callable[[Path], object]) -> None:
    damage(written(path))
    for doing in (None, "a test"):
        error = refusal(path, doing=doing)
        assert "damaged" in error.message
        assert str(path) in error.message
        assert error.hint is not None
        assert "no photo is lost from any album" in error.hint


def test_a_database_of_something_else_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    sqlite3.connect(path).execute("CREATE TABLE recipes (name)").connection.close()
    assert refusal(path).message == f"{path} is not a ledger of this tool"


def test_an_empty_file_is_no_ledger(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    assert refusal(path).message == f"{path} is not a ledger of this tool"


def test_a_folder_is_no_ledger(tmp_path: Path) -> None:
    assert "unable to open database file" in refusal(tmp_path, doing=None).message


def test_a_place_below_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "the folder of the ledger" in refusal(tmp_path / "file" / "ledger.db").message


def test_what_fails_while_writing_is_written_not_at_all(path: Path) -> None:
    with open_ledger(written(path), doing="a test") as ledger:
        before = ledger.state
        with pytest.raises(AttributeError):
            ledger.intend(None, "u0")  # type: ignore[arg-type]
        with pytest.raises(LedgerError, match="cannot be used"):
            ledger.finish(1, Ending.DONE, object())  # type: ignore[arg-type]
        assert ledger.state == before


def test_a_full_disk_and_a_busy_file_are_told_as_such() -> None:
    messages = [failure(sqlite_error(code), "l.db").message for code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY)]
    assert messages == ["the ledger l.db cannot be written: the disk is full", "the ledger l.db is in use"]


def test_a_ledger_that_cannot_be_moved_into_place_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "replace", refuse)
    assert refusal(path).message == f"the ledger {path} cannot be created: Read-only file system"
    assert [file.name for file in path.parent.iterdir()] == ["ledger.db.lock"]


def test_what_sqlite_went_back_on_by_itself_is_not_gone_back_on_again(path: Path) -> None:
    with open_database(written(path), doing="a test") as opened, pytest.raises(RuntimeError), opened.writing():
        broken(opened.run("ROLLBACK"))


def test_what_is_written_survives_a_power_cut(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "connect", SYNCED)
    with open_database(path, doing="a test") as opened:
        assert opened.rows("PRAGMA synchronous") == [(2,)]  # FULL


def test_another_program_that_has_the_file_open_for_writing_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *arguments, **more: connect(*arguments, **(more | {"timeout": 0})))
    with open_ledger(path, doing="a test") as ledger, pytest.raises(LedgerError, match="is in use"):
        ledger.unbind(KEY)
    other.close()


def test_a_ledger_may_be_used_in_any_thread_that_opens_it(path: Path) -> None:
    worker = threading.Thread(target=written, args=(path,))
    worker.start()
    worker.join()
    with open_ledger(path) as ledger:
        assert ledger.binding(KEY) is not None


# -- where this user may not write -------------------------------------------------------------------------------------


@pytest.fixture
def sealed(path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger that this user may only read."""
    written(path)
    may = os.access
    monkeypatch.setattr(os, "access", lambda place, mode: mode != os.W_OK and may(place, mode))
    return path


@pytest.mark.parametrize("is_being_written", [False, True])
def test_a_ledger_that_this_user_may_only_read_is_read_from_a_copy(sealed: Path, *, is_being_written: bool) -> None:
    before = sorted(file.name for file in sealed.parent.iterdir())
    if is_being_written:
        with open_ledger(sealed, doing="a test") as ledger:
            ledger.bind(KEY, Album("a2", "Friends", 0, "owner", "Alice", ""))
            with open_ledger(sealed) as copy:
                assert copy.binding(KEY) == Binding("a2", "Friends")
    with open_ledger(sealed) as copy:
        assert copy.binding(KEY) == Binding("a2" if is_being_written else "a1", "Friends")
    assert is_being_written or sorted(file.name for file in sealed.parent.iterdir()) == before


def test_where_there_is_no_room_for_a_copy_it_is_said(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", full)
    assert refusal(sealed, doing=None).message == f"the ledger {sealed} cannot be read: No space left on device"


def test_a_ledger_that_this_user_may_not_even_read_is_told(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object) -> None:
        raise OSError(13, "Permission denied")

    monkeypatch.setattr(shutil, "copyfile", closed)
    assert refusal(sealed, doing=None).message == f"the ledger {sealed} cannot be read: Permission denied"


# -- what is damaged in a way that stays SQL ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("UPDATE memberships SET standing = 'sold'", "in the table memberships there is no such standing"),
        ("UPDATE memberships SET taken = 'yesterday'", "in the table memberships there is no such taken"),
        ("UPDATE writes SET state = 7", "in the table writes there is no such state"),
        ("DELETE FROM meta", "the table meta has not one row"),
        ("DROP TABLE writes", "the table writes has another shape"),
        ("DELETE FROM albums", "speaks of an album that is not in it"),
        ("UPDATE memberships SET file_name = CAST(x'ff' AS TEXT)", "a text in it is none"),
        ("UPDATE writes SET change = '{}'", "what a request was to change cannot be read"),
        ('UPDATE writes SET outcomes = \'{"SOLD": ["a"]}\'', "what became of a request cannot be read"),
    ],
)
def test_rows_that_this_tool_did_not_write_are_damage(path: Path, sql: str, reason: str) -> None:
    with open_ledger(path, doing="a test") as ledger:
        ledger.bind(KEY, ALBUM)
        run = ledger.begin("sync", "http://photos", "now")
        change = AddAssets("alice", photos(1, 2))
        write = ledger.intend(Intent(run, KEY, "a1", "alice", change, "now"), "u0")
        ledger.settle(write, dict.fromkeys((asset.id for asset in change.assets), Outcome.ADDED), None)
        ledger.finish(run, Ending.DONE, "now")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(sql)
        connection.commit()
    with pytest.raises(LedgerError, match=reason) as caught, open_ledger(path) as ledger:
        pytest.fail(f"{ledger.memory(KEY)} and {ledger.writes(run)} were read")
    assert caught.value.message.startswith("the ledger ")
    assert "damaged" in caught.value.message
    assert caught.value.hint
