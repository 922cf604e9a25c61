"""The examples in Python: the predicate means what it says, the script prints what is selected, the row is complete."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from immich_sandbox import Sandbox, generate
from immich_smart_albums.model import search_fields
from immich_smart_albums.model.search_field import SearchField
from immich_smart_albums.model.version import Version
from immich_smart_albums.rules.predicates.predicate import Predicate
from immich_smart_albums.rules.predicates.registry import PREDICATES_BY_WORD
from immich_smart_albums.rules.tree import Filter, Not
from immich_smart_albums.session.options import SessionOptions
from immich_smart_albums.session.session import Session
from tests.support.docs.pages import CHECKOUT, blocks
from tests.support.yaml_values import reading, value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE = CHECKOUT / "docs" / "extending.md"
PAGE = FILE.read_text(encoding="utf-8")
PREDICATE, SCRIPT, ROW = (block.text for block in blocks(FILE) if block.language == "python")


@pytest.fixture(scope="module")
def weekend() -> Predicate:
    """The predicate of the page."""
    module = ModuleType("weekend")
    exec(compile(PREDICATE, "extending.md", "exec"), module.__dict__)
    assert isinstance(module.PREDICATE, Predicate)
    return module.PREDICATE


def test_the_predicate_is_a_new_one_and_its_examples_are_read(weekend: Predicate) -> None:
    assert weekend.name not in PREDICATES_BY_WORD, "it is there now: let docs/extending.md add another word"
    for example, _ in weekend.examples:
        reader = reading()
        name, text = example.split(": ")
        assert name == weekend.name
        assert weekend.read(value(text), reader) is not None
        assert reader.diagnostics.problems == []


@pytest.mark.parametrize(("day", "is_weekend"), [("2026-08-14", False), ("2026-08-15", True), ("2026-08-16", True)])
def test_the_predicate_means_what_it_says(weekend: Predicate, day: str, *, is_weekend: bool) -> None:
    record = {"localDateTime": f"{day}T23:59:59.999Z"}
    holds, lacks = (weekend.read(value(text), reading()) for text in ("true", "false"))
    assert isinstance(holds, Filter)
    assert holds.holds(record) is is_weekend
    assert isinstance(lacks, Not)
    assert lacks.child == holds


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(generate(500)) as running:
        yield running


@pytest.fixture
def variables(sandbox: Sandbox, tmp_path: Path) -> dict[str, str]:
    """The environment of the script, in a folder with a rules file."""
    (tmp_path / "smart-albums.yaml").write_text(
        "albums: [{name: Finland, match: {place: Finland, not: {media: video}}, limit: 3}]"
    )
    return {"IMMICH_SERVER_URL": sandbox.url, "IMMICH_API_KEY": sandbox.keys["alice"], "HOME": str(tmp_path)}


def test_the_script_prints_each_photo_with_what_speaks_for_it(variables: dict[str, str], tmp_path: Path) -> None:
    script = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT],
        cwd=tmp_path,
        env=dict(os.environ) | variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert script.stderr == ""
    lines = script.stdout.splitlines()
    assert len(lines) == 3
    assert all(re.fullmatch(r"Finland: \S+\.\w+, since .*Finland.*, not .*", line) for line in lines), lines


def test_what_a_page_may_need_is_there(variables: dict[str, str], tmp_path: Path) -> None:
    rules = [tmp_path / "smart-albums.yaml"]
    session = Session(SessionOptions(environment=variables, today=date(2026, 11, 2), rules=rules))
    album = session.explain_selection()["Finland"]
    (account, explanation) = next(iter(album.accounts.items()))
    photo = explanation.selected[0]
    here = {"session": session, "album": album, "account": account, "explanation": explanation, "photo": photo}
    text = rules[0].read_text()
    chapter = PAGE.partition("\n## A page or a script\n")[2].partition("\n## ")[0]
    table = "\n".join(line for line in chapter.splitlines() if line.startswith("|"))
    value_of: dict[str, Any] = {}
    for expression in re.findall(r"`((?:session|album|explanation|photo)\.[^`]+)`", table):
        value_of[expression] = eval(expression, here | {"plan": value_of.get("session.plan()"), "text": text})
    assert len(value_of) > 8
    picture = value_of["session.thumbnail(photo.asset.id, account=account)"]
    assert picture.data
    assert picture.content_type.startswith("image/")
    assert len(value_of["photo.ranks"]) == len(value_of["explanation.leaves"]) > 1
    assert len(value_of["session.apply(plan)"].albums) == 1
    typed = value_of['session.parse({"typed.yaml": text.encode()})'].albums
    assert len(session.explain_selection(typed)["Finland"].accounts[account].selected) == 3


def test_the_row_is_one_of_the_table_of_search_fields() -> None:
    row = eval(ROW, vars(search_fields))
    assert isinstance(row, SearchField)
    assert row.name not in search_fields.BY_NAME, "it is there now: let docs/extending.md add another field"
    assert Version(3, 3) not in row.releases
