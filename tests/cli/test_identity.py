"""Rules with another name, emptied albums, vanished ledgers: what the command line says, and the words that answer."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.main import run as run_tool
from tests.support.household import Household, two_people

from .conftest import settle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ALL = tuple(f"alice-{number}" for number in range(6))


class Shell:
    """Runs command lines in a folder with rules, against a sandbox."""

    def __init__(self, home: Household, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self.folder = folder
        self.capsys = capsys
        self.said = self.printed = ""

    def run(self, line: str, rules: str | None = None) -> Exit:
        if rules is not None:
            (self.folder / "smart-albums.yaml").write_text(f"albums: [{rules}]\n", encoding="utf-8")
        code = run_tool(shlex.split(line))
        captured = self.capsys.readouterr()
        self.said, self.printed = captured.err, captured.out
        return code

    def albums(self) -> list[str]:
        return sorted(album.name for album in self.home.sandbox.library.albums.values())


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    """Best holds six photos; a person took one out since, so that five are left."""
    with Sandbox(two_people(6)) as sandbox:
        settle(monkeypatch, tmp_path, tmp_path / "state", sandbox)
        home = Household(sandbox, tmp_path / "state" / "immich-smart-albums" / "ledger.db", ())
        made = Shell(home, tmp_path, capsys)
        home.rate(*ALL)
        assert made.run("sync", "{name: Best, match: {rating: 5}}") is Exit.DONE
        home.take_out("alice-0")
        assert made.run("sync") is Exit.DONE
        yield made


def test_a_renamed_rule_is_asked_about_and_goes_on_with_the_one_word(shell: Shell) -> None:
    assert shell.run("sync", "{name: best, match: {rating: 5}}") is Exit.FAILED
    assert "'best' is new, and 'Best', which has the same name but for its spelling" in shell.said
    assert "add `was: Best`" in shell.said
    assert shell.albums() == ["Best"]
    assert shell.run("plan --out plan.json", "{name: best, was: Best, match: {rating: 5}}") is Exit.DONE
    assert "it goes on with what is remembered of the rule 'Best'" in shell.printed
    assert shell.run("apply plan.json") is Exit.DONE
    assert shell.albums() == ["best"]
    assert "alice-0" not in shell.home.inside("best")
    assert shell.run("status", "{name: best, match: {rating: 5}}") is Exit.DONE
    assert shell.run("explain best " + shell.home.id("alice-0")) is Exit.DONE
    assert "person took it out" in shell.printed


def test_a_new_rule_says_so(shell: Shell) -> None:
    assert shell.run("sync", "{name: Five stars, was: none, match: {rating: 5}}") is Exit.DONE
    assert shell.albums() == ["Best", "Five stars"]


def test_one_album_of_a_file_is_no_sign_that_the_others_are_gone(shell: Shell) -> None:
    both = "{name: Best, match: {rating: 5}}, {name: Five stars, match: {rating: 5}}"
    assert shell.run("preview --album 'Five stars'", both) is Exit.DONE
    assert shell.run("sync") is Exit.DONE


def test_an_emptied_album_ends_with_4_and_either_word_decides(shell: Shell) -> None:
    shell.home.take_out(*ALL[1:])
    for _ in range(2):
        assert shell.run("sync") is Exit.REFUSED
        assert "all 5 photos that it added are gone from the album at once" in shell.said
        assert shell.home.inside() == set()
    shell.home.put_in(*ALL[1:])
    shell.home.take_out(*ALL[1:])
    assert shell.run("ledger forget Best --binding") is Exit.DONE
    assert shell.run("sync") is Exit.DONE
    assert shell.home.inside() == set(ALL[1:])
    shell.home.take_out(*ALL[1:])
    assert shell.run("sync --allow Best") is Exit.DONE
    assert shell.run("sync") is Exit.DONE
    assert shell.home.inside() == set()


def test_a_ledger_that_vanished_is_told_and_what_is_left_taken_over(shell: Shell) -> None:
    shell.home.ledger.unlink()
    assert shell.run("plan") is Exit.DONE
    assert "5 of the 6 photos that match are in the album already, and the ledger knows nothing" in shell.printed
    assert shell.run("adopt Best --take-over") is Exit.DONE
    assert shell.run("ledger list") is Exit.DONE
    assert " 5 " in shell.printed


def test_a_ledger_on_a_volume_that_is_not_mounted_is_no_new_one(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "volume" / "ledger.db")
    for place in ("link.db", "volume/ledger.db"):
        for verb in ("sync", "plan", "history", "ledger list"):
            assert shell.run(f"{verb} --ledger {place}") is Exit.FAILED
            assert "not mounted" in shell.said
    assert not (tmp_path / "volume").exists()
