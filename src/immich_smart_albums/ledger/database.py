"""Opens the ledger's file: creates it whole or not at all, checks it, and migrates it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.errors import START_AFRESH, LedgerError
from immich_smart_albums.ledger.connection import Database, failure
from immich_smart_albums.ledger.health import damage, shape
from immich_smart_albums.ledger.lock import only_writer
from immich_smart_albums.ledger.migrations import MIGRATIONS
from immich_smart_albums.ledger.paths import require_place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from immich_smart_albums.ledger.health import Columns

APPLICATION_ID = 0x15A1B0D5
"""In the header of every ledger, to tell it from other SQLite files."""


@contextmanager
def open_database(path: Path, *, doing: str | None) -> Iterator[Database]:
    """Returns a context with the ledger in a file. `doing` names what will be written; None: it is only read.

    A missing file is created; to read, an empty ledger takes its place. Raises LedgerError, also if the folder for it
    is gone.
    """
    path = _resolved(path)
    if doing is not None:
        _make_folder(path)
        with only_writer(path, doing):
            if not path.exists():
                _create(path)
            with _connected(path) as connection:
                _bring_up_to_date(connection, path)
                _check_rows(connection, path)
                _prepare_to_write(connection)
                yield Database(connection, str(path))
    elif path.exists():
        with _readable(path) as file, _connected(file) as connection:
            if _version(connection, path) < len(MIGRATIONS):
                with only_writer(file, "an update of the ledger"):
                    _bring_up_to_date(connection, path)
            _check_rows(connection, path)
            yield Database(connection, str(path))
    else:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            _migrate(connection)
            yield Database(connection, str(path))


def _resolved(path: Path) -> Path:
    """The file itself, behind any link: the lock is beside it. Raises LedgerError."""
    try:
        require_place(path)
        path.exists()
        return path.resolve() if path.is_symlink() else path
    except (OSError, RuntimeError, ValueError) as error:  # a folder without access, a loop of links, no name of a file
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        hint = "Choose another place with --ledger."
        raise LedgerError(f"the ledger {path} cannot be reached: {reason}", hint=hint) from None


@contextmanager
def _readable(path: Path) -> Iterator[Path]:
    """The file, or a copy of it if this user may not write: SQLite writes beside the file even to read it.

    A writer that was killed leaves its last writes in a second file, which is copied as well.
    """
    if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        yield path
        return
    try:
        folder = tempfile.TemporaryDirectory(prefix="immich-smart-albums-", ignore_cleanup_errors=True)
    except OSError as error:
        hint = "It is on a disk that cannot be written to, and there is no room elsewhere to read a copy of it."
        raise LedgerError(f"the ledger {path} cannot be read: {error.strerror}", hint=hint) from None
    with folder as name:
        copy = Path(name, path.name)
        try:
            for ending in ("", "-wal"):
                part = path.with_name(path.name + ending)
                if not ending or part.exists():
                    shutil.copyfile(part, copy.with_name(part.name))
        except OSError as error:
            hint = "May this user read it? Choose another place with --ledger."
            raise LedgerError(f"the ledger {path} cannot be read: {error.strerror}", hint=hint) from None
        yield copy


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        hint = "Choose another place with --ledger."
        raise LedgerError(f"the folder of the ledger {path} cannot be made: {error.strerror}", hint=hint) from None


def _create(path: Path) -> None:
    """Create a ledger beside its place, and move it there, so that nobody ever sees half of one."""
    new_file = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        new_file.unlink(missing_ok=True)
        with closing(sqlite3.connect(new_file, isolation_level=None)) as connection:
            _migrate(connection)
        new_file.chmod(0o600)
        for ending in ("-wal", "-shm", "-journal"):
            # SQLite would take such files of a deleted ledger for parts of this one.
            path.with_name(path.name + ending).unlink(missing_ok=True)
        new_file.replace(path)
    except sqlite3.Error as error:
        raise failure(error, str(path)) from error
    except OSError as error:
        hint = "Choose another place with --ledger."
        raise LedgerError(f"the ledger {path} cannot be created: {error.strerror}", hint=hint) from None
    finally:
        new_file.unlink(missing_ok=True)


@contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        # Never creates a file, not even if it is gone since we looked.
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=10, isolation_level=None)
    except sqlite3.Error as error:
        raise failure(error, str(path)) from error
    with closing(connection):
        yield connection


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """The number of migrations of a ledger. Raises LedgerError for another file, a newer ledger, or a damaged one."""
    try:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (health,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise failure(error, str(path)) from error
    if application != APPLICATION_ID:
        message = f"{path} is not a ledger of this tool"
        raise LedgerError(message, hint="Is it the right file? A ledger is made by this tool where there is no file.")
    if version > len(MIGRATIONS):
        message = f"the ledger {path} was written by a newer version of this tool"
        raise LedgerError(message, hint="Update this tool; nothing was read or written.")
    if health != "ok":
        raise LedgerError(f"the ledger {path} is damaged: {health}", hint=START_AFRESH)
    return int(version)


def _bring_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    version = _version(connection, path)
    if version == len(MIGRATIONS):
        return
    try:
        _migrate(connection, version)
    except sqlite3.Error as error:
        raise failure(error, str(path)) from error
    except (KeyError, TypeError, ValueError) as error:  # rows that this tool did not write
        raise LedgerError(f"the ledger {path} is damaged: it cannot be updated: {error}", hint=START_AFRESH) from None


def _migrate(connection: sqlite3.Connection, version: int = 0) -> None:
    """Run all migrations after `version`, or none."""
    connection.execute("BEGIN IMMEDIATE")
    for step in MIGRATIONS[version:]:
        step(connection)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    connection.execute("COMMIT")


def _check_rows(connection: sqlite3.Connection, path: Path) -> None:
    try:
        what = damage(connection, _sound_shape(MIGRATIONS))
    except sqlite3.Error as error:
        raise failure(error, str(path)) from error
    if what is not None:
        raise LedgerError(f"the ledger {path} is damaged: {what}", hint=START_AFRESH)


@cache
def _sound_shape(_steps: Sequence[Callable[[sqlite3.Connection], None]]) -> dict[str, Columns]:
    """The shape of an empty ledger after all migrations."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as sound:
        _migrate(sound)
        return shape(sound)


def _prepare_to_write(connection: sqlite3.Connection) -> None:
    # A commit must survive a power cut, since a request follows it.
    connection.execute("PRAGMA synchronous = FULL")
    # With WAL, readers need not wait. If the file system cannot do that, SQLite keeps its journal.
    with suppress(sqlite3.Error):
        connection.execute("PRAGMA journal_mode = WAL")
