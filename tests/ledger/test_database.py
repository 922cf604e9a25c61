"""The ledger's file: made whole, recognised, kept to one writer, and its failures told with advice."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.changes.change import AddAssets
from immich_smart_albums.changes.journal import Ending, Intent
from immich_smart_albums.changes.memory import AlbumKey, Binding
from immich_smart_albums.errors import LedgerError
from immich_smart_albums.ledger import database, migrations
from immich_smart_albums.ledger.connection import failure
from immich_smart_albums.ledger.database import APPLICATION_ID, open_database
from immich_smart_albums.ledger.ledger import open_ledger
from immich_smart_albums.ledger.paths import FOLDER, default_place
from immich_smart_albums.model.album import Album
from immich_smart_albums.model.outcome import Outcome
from tests.support.sample_plans import photos
from tests.support.unsynced import SYNCED

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = AlbumKey("alice", "Friends")
ALBUM = Album("a1", "Friends", 0, "owner", "Alice", "")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FOLDER / "ledger.db"


def written(path: Path) -> Path:
    """A ledger with something in it."""
    with open_ledger(path, doing="a test") as ledger:
        ledger.bind(KEY, ALBUM)
    return path


def refusal(path: Path, *, doing: str | None = "a test") -> LedgerError:
    with pytest.raises(LedgerError) as caught, open_ledger(path, doing=doing):
        pytest.fail("it was opened")
    assert caught.value.hint
    return caught.value


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
        raise _error(sqlite3.SQLITE_CORRUPT)

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


def test_a_lock_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "ledger.db.lock").mkdir()
    assert "lock" in refusal(tmp_path / "ledger.db").message


def test_a_second_writer_is_told_who_writes_and_readers_are_not_held_up(path: Path) -> None:
    with open_ledger(path, doing="sync") as ledger:
        ledger.bind(KEY, ALBUM)
        assert refusal(path).message == f"the ledger {path} is being written by process {os.getpid()} (sync)"
        with open_ledger(path) as reader:
            assert reader.binding(KEY) == Binding("a1", "Friends")
    written(path)


def test_a_lock_goes_away_with_the_process_that_was_killed(path: Path) -> None:
    script = (
        "import os, signal\n"
        "from pathlib import Path\n"
        "from immich_smart_albums.ledger.ledger import open_ledger\n"
        f"with open_ledger(Path({str(path)!r}), doing='sync') as ledger:\n"
        "    print(ledger.begin('sync', 'http://photos', 'now'), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout == "1\n", done.stderr
    with open_ledger(path, doing="a test") as ledger:
        (run,) = ledger.runs()
        assert (run.verb, run.ended, run.ending) == ("sync", None, None)


def test_a_file_system_without_locks_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    assert refusal(path).message == f"the ledger {path} cannot be locked: No locks available"


def test_what_fails_while_writing_is_written_not_at_all(path: Path) -> None:
    with open_ledger(written(path), doing="a test") as ledger:
        before = ledger.state
        with pytest.raises(AttributeError):
            ledger.intend(None, "u0")  # type: ignore[arg-type]
        with pytest.raises(LedgerError, match="cannot be used"):
            ledger.finish(1, Ending.DONE, object())  # type: ignore[arg-type]
        assert ledger.state == before


def broken(*_: object) -> str:
    raise RuntimeError


def test_a_full_disk_and_a_busy_file_are_told_as_such() -> None:
    messages = [failure(_error(code), "l.db").message for code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY)]
    assert messages == ["the ledger l.db cannot be written: the disk is full", "the ledger l.db is in use"]


def _error(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorcode = code
    return error


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


@pytest.mark.parametrize("doing", [None, "a test"])
@pytest.mark.parametrize("link", ["ledger.db", ".", ".."])
def test_a_link_that_leads_nowhere_is_an_error_and_no_new_ledger(tmp_path: Path, link: str, doing: str | None) -> None:
    volume, path = tmp_path / "volume", tmp_path / "mounted" / FOLDER / "ledger.db"
    place = {"ledger.db": path, ".": path.parent, "..": path.parent.parent}[link]
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(volume)
    error = refusal(path, doing=doing)
    assert error.message == f"the ledger {path} cannot be reached: {place} is a link to {volume}, which is not there"
    assert error.hint is not None
    assert "not mounted" in error.hint
    assert not volume.exists()


def test_a_link_to_a_ledger_is_as_good_as_the_ledger(tmp_path: Path, path: Path) -> None:
    written(path)
    link = tmp_path / "link.db"
    link.symlink_to(path)
    with open_ledger(link, doing="sync") as ledger:
        assert ledger.binding(KEY) == Binding("a1", "Friends")
        assert "is being written by" in refusal(path).message


@pytest.mark.parametrize("doing", [None, "a test"])
def test_a_folder_that_is_gone_is_an_error_unless_it_is_our_own(tmp_path: Path, doing: str | None) -> None:
    folder = tmp_path / "my volume"
    error = refusal(folder / "ledger.db", doing=doing)
    assert error.message == f"there is no folder {folder} for the ledger ledger.db"
    assert error.hint is not None
    assert error.hint.endswith(f"mkdir -p '{folder}'")
    assert not folder.exists()


@pytest.mark.parametrize(
    ("environment", "platform", "place"),
    [
        ({}, "linux", "/home/al/.local/state/immich-smart-albums/ledger.db"),
        ({"XDG_STATE_HOME": "/var/state"}, "linux", "/var/state/immich-smart-albums/ledger.db"),
        ({"XDG_STATE_HOME": "state"}, "linux", "/home/al/.local/state/immich-smart-albums/ledger.db"),
        ({}, "darwin", "/home/al/Library/Application Support/immich-smart-albums/ledger.db"),
    ],
)
def test_a_ledger_is_kept_where_the_system_keeps_such_files(
    environment: dict[str, str], platform: str, place: str
) -> None:
    assert default_place(environment, lambda: Path("/home/al"), platform) == Path(place)


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


@pytest.mark.parametrize("doing", [None, "a test"])
def test_a_name_that_no_file_can_have_is_told(tmp_path: Path, doing: str | None) -> None:
    assert "cannot be reached: File name too long" in refusal(tmp_path / ("x" * 300), doing=doing).message


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
