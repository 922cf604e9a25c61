"""A ledger, plan or state file in which something is damaged: told as that, by every verb, and never a bug of ours."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox, generate
from immich_smart_albums.errors import LedgerError
from immich_smart_albums.ledger.ledger import open_ledger
from tests.support.examples import IS_DEEP

from .conftest import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RULES = """\
albums:
  - name: Emma
    match: {person: Emma}
    keep: in-step
"""

GARBAGE = [b"\xff\xfe", "garbage", -(2**62), None]

DEEP = '{"format": "immich-smart-albums plan", "version": 1, "x": ' + "[" * 500_000


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(generate(400, seed=3)) as running:
        yield running


@pytest.fixture
def shell(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "smart-albums.yaml").write_text(RULES, encoding="utf-8")
    return Shell(sandbox, tmp_path)


@pytest.fixture(scope="module")
def ledger(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One with something in every table: two runs, one of which was taken back."""
    folder = tmp_path_factory.mktemp("written")
    (folder / "smart-albums.yaml").write_text(RULES, encoding="utf-8")
    shell = Shell(sandbox, folder)
    place = folder / "ledger.db"
    for line in (("sync",), ("undo", "1"), ("sync",)):
        assert shell.run(*line, "--ledger", str(place)).returncode == 0
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("INSERT INTO shares SELECT id, 'somebody', 'viewer' FROM albums")
        connection.execute("INSERT INTO renames SELECT owner, 'In {year}', owner, 'Of {year}' FROM albums LIMIT 1")
        connection.commit()
    return place


READERS = (("history", "2"), ("ledger", "list", "Emma", "--format", "json"), ("undo", "--dry-run"), ("status",))


def columns() -> list[tuple[str, str]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        from immich_smart_albums.ledger.migrations import MIGRATIONS  # noqa: PLC0415

        for step in MIGRATIONS:
            step(connection)
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        return [
            (table, column[1])
            for (table,) in tables
            if not table.startswith("sqlite_")
            for column in connection.execute(f"PRAGMA table_info({table})")
        ]


@pytest.mark.untraced
@pytest.mark.parametrize(("table", "column"), columns())
def test_whatever_stands_in_a_column_of_the_ledger_is_no_bug_of_ours(
    table: str, column: str, ledger: Path, shell: Shell
) -> None:
    place = shell.folder / "ledger.db"
    for number, value in enumerate(GARBAGE):
        with closing(sqlite3.connect(shutil.copyfile(ledger, place))) as connection:
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() != (0,)
            try:
                sql = f"UPDATE {table} SET {column} = ? WHERE rowid = (SELECT min(rowid) FROM {table})"
                for without_rowid, key in (("memberships", "asset"), ("shares", "user"), ("renames", "rule")):
                    if table == without_rowid:
                        sql = f"UPDATE {table} SET {column} = ? WHERE {key} = (SELECT min({key}) FROM {table})"
                connection.execute(sql, (value,))
                connection.commit()
            except sqlite3.Error:
                continue  # SQLite does not let it in
        for line in READERS if IS_DEEP else (READERS[number], ("plan",)):
            result = shell.run(*line, "--ledger", str(place))
            assert result.returncode in {0, 1, 2, 4}, (line, value, result.stderr)
            assert not result.returncode or result.stderr + result.stdout


def read_all(place: Path) -> None:
    with open_ledger(place) as opened:
        for album in opened.albums():
            opened.memory(album.key)
        for run in opened.runs():
            opened.writes(run.id)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE memberships SET standing = 'sold'", "no such standing"),
        ("UPDATE memberships SET taken = 'yesterday'", "no such taken"),
        ("UPDATE runs SET ending = 'well'", "no such ending"),
        ("UPDATE writes SET state = 7", "no such state"),
        ("UPDATE writes SET change = '{}'", "what a request was to change cannot be read"),
        ('UPDATE writes SET outcomes = \'{"SOLD": ["a"]}\'', "what became of a request cannot be read"),
        ("DELETE FROM meta", "not one row"),
        ("DROP TABLE writes", "another shape"),
        ("DELETE FROM albums", "an album that is not in it"),
        ("UPDATE memberships SET file_name = CAST(x'ff' AS TEXT)", "a text in it is none"),
    ],
)
def test_what_is_damaged_is_said(sql: str, said: str, ledger: Path, shell: Shell) -> None:
    place = shell.folder / "ledger.db"
    with closing(sqlite3.connect(shutil.copyfile(ledger, place))) as connection:
        connection.execute(sql)
        connection.commit()
    with pytest.raises(LedgerError, match=said) as caught:
        read_all(place)
    assert caught.value.hint
    assert "damaged" in caught.value.message


def test_a_plan_that_is_nested_too_deep_is_no_plan(shell: Shell) -> None:
    (shell.folder / "plan.json").write_text(DEEP, encoding="utf-8")
    result = shell.run("apply", "plan.json")
    assert result.returncode == 2
    assert "plan.json: it is no JSON" in result.stderr


def test_a_plan_whose_parts_are_nested_too_deep_is_no_plan(shell: Shell) -> None:
    assert shell.run("plan", "--out", "plan.json").returncode == 0
    plan = json.loads((shell.folder / "plan.json").read_text(encoding="utf-8"))
    text = json.dumps(plan).replace('"albums": [', '"albums": [' + "[" * 100_000, 1)
    (shell.folder / "plan.json").write_text(text, encoding="utf-8")
    assert shell.run("apply", "plan.json").returncode == 2


@pytest.mark.parametrize("name", ["/dev/zero", "/dev/null", "folder"])
def test_what_has_no_end_is_no_plan(name: str, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("immich_smart_albums.cli.commands.apply.LARGEST_PLAN", 100_000)
    (shell.folder / "folder").mkdir()
    result = shell.run("apply", name)
    assert result.returncode == 2
    assert f"{name}: " in result.stderr
