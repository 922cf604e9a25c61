"""Verbs with rules files, in this process: what they print, what they write, and how they end."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox, generate
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.main import run as run_tool

from .conftest import settle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RULES = """\
albums:
  - name: Emma in Finland
    match: {person: Emma, place: {country: Finland}, not: {camera: Canon}}
"""


@dataclass
class Terminal:
    """Runs command lines in a folder with rules, against a sandbox."""

    sandbox: Sandbox
    folder: Path
    capsys: pytest.CaptureFixture[str]
    said: str = field(default="")
    printed: str = field(default="")

    def run(self, *words: str, rules: str | None = None) -> Exit:
        if rules is not None:
            (self.folder / "smart-albums.yaml").write_text(rules, encoding="utf-8")
        try:
            code = run_tool(words)
        finally:
            captured = self.capsys.readouterr()
            self.said, self.printed = captured.err, captured.out
        return code


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Terminal]:
    with Sandbox(generate(400, seed=3)) as sandbox:
        settle(monkeypatch, tmp_path, tmp_path / "state", sandbox)
        (tmp_path / "smart-albums.yaml").write_text(RULES, encoding="utf-8")
        yield Terminal(sandbox, tmp_path, capsys)


def test_from_a_plan_to_an_album_and_back(terminal: Terminal) -> None:
    assert terminal.run("status") is Exit.CHANGED
    assert terminal.run("plan", "--out", "plan.json") is Exit.DONE
    planned = terminal.printed
    assert terminal.run("apply", "plan.json") is Exit.DONE
    assert "album created" in terminal.said
    assert "+ 20" in planned
    assert terminal.run("status") is Exit.DONE
    assert terminal.run("sync", "--exit-code") is Exit.DONE
    assert terminal.run("history", "--format", "json") is Exit.DONE
    assert json.loads(terminal.printed)
    assert terminal.run("undo", "--dry-run") is Exit.DONE
    assert terminal.run("undo") is Exit.DONE
    assert "album deleted" in terminal.said
    assert not any(album.name == "Emma in Finland" for album in terminal.sandbox.library.albums.values())


def test_a_guard_of_the_run_and_one_of_an_album_end_with_4(terminal: Terminal) -> None:
    assert terminal.run("sync", rules=f"guard: {{add: 1}}\n{RULES}") is Exit.REFUSED
    assert terminal.run("sync", rules=f"{RULES}    guard: {{add: 1}}\n") is Exit.REFUSED
    assert terminal.run("plan") is Exit.REFUSED
    assert terminal.run("sync", "--allow", "Emma in Finland") is Exit.DONE


def test_the_searches_of_rules_and_of_flags_are_shown_and_not_sent(terminal: Terminal) -> None:
    assert terminal.run("plan", "--show-plan") is Exit.DONE
    assert "metadata search (country='Finland', personIds=[Emma])" in terminal.printed
    assert "not make 'Canon'" in terminal.printed or "camera" in terminal.printed
    flags = ("--include-person-names-union", "Emma", "--include-smart-union", "dog@50", "--max-assets", "5")
    assert terminal.run(*flags, "--show-plan") is Exit.DONE
    assert "smart search (query='dog', top 50)" in terminal.printed
    assert "of these the best 5" in terminal.printed
    assert not any(request.path == "/api/search/metadata" for request in terminal.sandbox.requests)


def test_a_state_file_changes_nothing_but_the_requests(terminal: Terminal) -> None:
    flags = (
        "--include-metadata-union",
        "{}",
        "--include-local-filter-union",
        "$.exifInfo.make:apple",
        "--format",
        "ids",
    )
    assert terminal.run(*flags) is Exit.DONE
    without = terminal.printed
    for _ in range(2):
        assert terminal.run(*flags, "--state", "searches.db") is Exit.DONE
        assert terminal.printed == without
    requests_before = len(terminal.sandbox.requests)
    assert terminal.run(*flags, "--state", "searches.db", "--verbose") is Exit.DONE
    assert "1 of 1 searches known from the last run" in terminal.said
    assert not any('"withExif":true' in str(request.body) for request in terminal.sandbox.requests[requests_before:])


def test_what_nobody_has_is_said_where_nothing_matches(terminal: Terminal) -> None:
    assert terminal.run("plan", rules="albums: [{name: Lost, match: {place: Finlnd}}]") is Exit.DONE
    assert "no photo on the timeline has city or state or country 'Finlnd'; did you mean 'Finland'?" in terminal.said
    assert terminal.run("--include-metadata-union", '{"make": "aple"}') is Exit.DONE
    assert "no photo on the timeline has make 'aple'; did you mean 'Apple'?" in terminal.said


def test_an_album_that_is_there_is_adopted(terminal: Terminal) -> None:
    assert terminal.run("--include-person-names-union", "Emma", "--album", "Old", "--create-album") is Exit.DONE
    rules = "albums: [{name: New, keep: in-step, match: {person: Emma, favorite: true}}]"
    assert terminal.run("adopt", "New", "--id", "Old", "--take-over", rules=rules) is Exit.DONE
    assert "feeds the album 'Old' from now on" in terminal.said
    assert terminal.run("status") is Exit.DONE
    assert terminal.run("ledger", "list") is Exit.DONE
    assert "New" in terminal.printed
    assert terminal.run("ledger", "forget", "New", "--binding") is Exit.DONE
    assert terminal.run("adopt", "New", "--id", "Nowhere") is Exit.WRONG_USAGE


def test_a_person_whom_nobody_knows_stops_one_album_and_not_the_other(terminal: Terminal) -> None:
    both = f"{RULES}  - name: Lost\n    match: {{person: Emmma}}\n"
    assert terminal.run("sync", rules=both) is Exit.FAILED
    assert "smart-albums.yaml:5:21: nobody is named 'Emmma'" in terminal.printed
    assert any(album.name == "Emma in Finland" for album in terminal.sandbox.library.albums.values())
    assert terminal.run("preview", "--format", "json") is Exit.FAILED
    assert [load["name"] for load in json.loads(terminal.printed)["albums"]] == ["Emma in Finland", "Lost"]
    assert terminal.run("preview", "--album", "Emma in Finlnd") is Exit.WRONG_USAGE
    assert "Did you mean 'Emma in Finland'?" in terminal.said
