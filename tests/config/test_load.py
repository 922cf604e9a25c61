"""Which files are read, and what a run gets: rules, the server, and a key for each account."""

from __future__ import annotations

import io
import os
import sys
from datetime import date
from pathlib import Path

import pytest

from immich_smart_albums.config.load import Environment, RunConfig, load, load_rules
from immich_smart_albums.config.rules_files import config_folder, find_rules
from immich_smart_albums.config.yaml.text import LARGEST
from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics

HERE = "http://here:2283"
ALBUM = "albums: [{{name: {}, match: {{favorite: true}}}}]\n"
TODAY = date(2026, 8, 15)


def write(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)


def surroundings(folder: Path, **environment: str) -> Environment:
    return Environment({"HOME": str(folder / "home"), **environment}, folder, TODAY)


def albums(folder: Path, *paths: Path, **environment: str) -> list[str]:
    book = load_rules(paths, surroundings(folder, **environment), Diagnostics())
    return [album.name for album in book.albums]


def problems(folder: Path, *paths: Path, **environment: str) -> list[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        load_rules(paths, surroundings(folder, **environment), Diagnostics())
    return list(caught.value.problems)


def household(folder: Path, server: str | None = None, key: str | None = None, **environment: str) -> RunConfig:
    return load([folder / "rules.yaml"], surroundings(folder, **environment), Diagnostics(), server=server, key=key)


def refused(folder: Path, server: str | None = None, key: str | None = None, **environment: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        household(folder, server, key, **environment)
    return [problem.message for problem in caught.value.problems]


def test_files_are_read_in_the_order_in_which_they_are_given(tmp_path: Path) -> None:
    write(tmp_path, a=ALBUM.format("A"), b=ALBUM.format("B"))
    assert albums(tmp_path, tmp_path / "b.yaml", tmp_path / "a.yaml") == ["B", "A"]


def test_of_a_folder_all_rules_files_count_by_name(tmp_path: Path) -> None:
    write(tmp_path / "rules", b=ALBUM.format("B"), a=ALBUM.format("A"))
    (tmp_path / "rules" / "c.yml").write_text(ALBUM.format("C"))
    (tmp_path / "rules" / ".d.yaml").write_text("no rules")
    (tmp_path / "rules" / "e.json").write_text("no rules")
    assert albums(tmp_path, tmp_path / "rules") == ["A", "B", "C"]


def test_a_file_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, a=ALBUM.format("A"))
    (tmp_path / "link.yaml").symlink_to(tmp_path / "a.yaml")
    assert albums(tmp_path, tmp_path / "a.yaml", tmp_path, tmp_path / "." / "a.yaml") == ["A"]


def test_without_a_path_the_variable_counts_then_the_working_folder_then_the_users_own(tmp_path: Path) -> None:
    own = tmp_path / "home" / ".config" / "immich-smart-albums"
    if sys.platform == "darwin":
        own = tmp_path / "home" / "Library" / "Application Support" / "immich-smart-albums"
    write(tmp_path / "elsewhere", rules=ALBUM.format("Variable"))
    write(tmp_path, **{"smart-albums": ALBUM.format("Here")})
    write(own, **{"smart-albums": ALBUM.format("Own")})
    write(tmp_path / "xdg" / "immich-smart-albums", **{"smart-albums": ALBUM.format("XDG")})
    assert albums(tmp_path, SMART_ALBUMS_RULES=f" {tmp_path / 'elsewhere'} ") == ["Variable"]
    assert albums(tmp_path, SMART_ALBUMS_RULES=" ") == ["Here"]
    (tmp_path / "smart-albums.yaml").unlink()
    assert albums(tmp_path) == ["Own"]
    assert albums(tmp_path, XDG_CONFIG_HOME=str(tmp_path / "xdg")) == ["XDG"]
    assert albums(tmp_path, XDG_CONFIG_HOME="relative") == ["Own"]


def test_on_macos_settings_are_in_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    own = tmp_path / "Library" / "Application Support" / "immich-smart-albums"
    assert config_folder({"HOME": str(tmp_path)}) == own
    assert config_folder({"XDG_CONFIG_HOME": "/xdg"}) == Path("/xdg/immich-smart-albums")


def test_without_any_file_it_is_told_where_one_may_be(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path)
    assert problem.where == "rules"
    assert problem.message.startswith(f"there is no rules file: neither {tmp_path / 'smart-albums.yaml'} nor ")
    assert problem.hint == "Name one; or immich-smart-albums init writes one to begin with."


def test_a_path_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    paths = ("empty", "nothing.yaml", "loop.yaml", "nul\0l")
    messages = problems(tmp_path, *(tmp_path / path for path in paths), Path("~nobody-of-this-name/x.yaml"))
    assert [problem.message for problem in messages][:3] == [
        "there is no rules file in this folder",
        "cannot be read: Could not determine home directory.",
        "cannot be read: No such file or directory",
    ]
    assert len(messages) == 5


def test_a_folder_that_cannot_be_looked_into_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    (problem,) = problems(tmp_path, tmp_path)
    assert (problem.where, problem.message) == (str(tmp_path), "cannot be read: Permission denied")


def test_a_pipe_is_read_as_a_file(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, ALBUM.format("Piped").encode())
    os.close(writing)
    try:
        assert albums(tmp_path, Path(f"/dev/fd/{reading}")) == ["Piped"]
    finally:
        os.close(reading)


def test_what_does_not_end_is_no_rules_file(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, Path("/dev/zero"))
    assert problem.message == f"is larger than {LARGEST:,} bytes, which no rules file is"


def test_problems_of_several_files_come_in_the_order_of_their_lines(tmp_path: Path) -> None:
    write(tmp_path, a="albums:\n- {nam: A}\n- b: 'x\n", b="server: [x]\nalbums: [{name: B, match: {x: 1}, x: 2}]\n")
    result = [problem.where.removeprefix(f"{tmp_path}/") for problem in problems(tmp_path, tmp_path)]
    assert result == ["a.yaml:3:6", "b.yaml:1:9", "b.yaml:2:28", "b.yaml:2:35"]


def test_the_server_is_that_of_the_command_line_else_of_the_file_else_of_a_variable(tmp_path: Path) -> None:
    write(tmp_path, rules=f"server: http://file\n{ALBUM.format('A')}")
    environment = {"IMMICH_URL": "http://variable", "IMMICH_API_KEY": "Key1"}
    assert household(tmp_path, HERE, **environment).settings["default"].server == HERE
    assert household(tmp_path, **environment).settings["default"].server == "http://file"
    write(tmp_path, rules=ALBUM.format("A"))
    assert household(tmp_path, **environment).settings["default"].server == "http://variable"


def test_without_accounts_the_key_is_that_of_the_settings(tmp_path: Path) -> None:
    write(tmp_path, rules=ALBUM.format("A"))
    (tmp_path / ".env").write_text(f"IMMICH_BASE_URL={HERE}\nIMMICH_API_KEY=Key1\n")
    result = household(tmp_path)
    assert list(result.settings) == ["default"]
    assert result.settings["default"].key.reveal() == "Key1"
    assert household(tmp_path, key="Key2").settings["default"].key.reveal() == "Key2"
    assert result.files == (tmp_path / "rules.yaml",)


def test_every_account_that_feeds_an_album_has_its_key(tmp_path: Path) -> None:
    accounts = "accounts: {alice: {key_env: A}, bob: {key_file: bob.key}, carol: {key_env: C}}\n"
    (tmp_path / "bob.key").write_text("Key2\n")
    album = "albums: [{name: A, match: {favorite: true}, accounts: [bob, alice]}]\n"
    write(tmp_path, rules=f"server: {HERE}\n{accounts}{album}")
    result = household(tmp_path, A="Key1")
    assert {name: (settings.server, settings.key.reveal()) for name, settings in result.settings.items()} == {
        "alice": (HERE, "Key1"),
        "bob": (HERE, "Key2"),
    }
    assert "Key1" not in repr(result)
    left = household(tmp_path)
    assert list(left.settings) == ["bob"]
    assert [problem.message for problem in left.absent.values()] == ["account alice: the variable A is not set"]
    (tmp_path / "bob.key").unlink()
    assert refused(tmp_path)[0] == "account alice: the variable A is not set"
    assert refused(tmp_path, key="Key3", A="Key1")[0] == "the rules files say where the keys of accounts come from"


def test_what_is_missing_is_told_together_with_what_is_wrong(tmp_path: Path) -> None:
    write(tmp_path, rules=ALBUM.format("A"))
    (tmp_path / ".env").write_bytes(b"\xff")
    assert refused(tmp_path) == [
        "no server was given",
        "no API key was given",
        "cannot be read: not a text file",
    ]
    write(tmp_path, rules="albums: [{name: A, match: {favorit: true}}]")
    assert refused(tmp_path) == [
        "no server was given",
        "cannot be read: not a text file",
        "there is no predicate 'favorit'",
    ]


def test_problems_from_before_are_told_with_the_rest(tmp_path: Path) -> None:
    write(tmp_path, rules=ALBUM.format("A"))
    diagnostics = Diagnostics([Problem("--timeout", "0 is out of range")])
    for read in (load, load_rules):
        with pytest.raises(ConfigurationError) as caught:
            read([tmp_path / "rules.yaml"], surroundings(tmp_path, IMMICH_URL=HERE, IMMICH_API_KEY="K"), diagnostics)
        assert [problem.where for problem in caught.value.problems] == ["--timeout"]


def test_home_is_asked_for_where_the_environment_does_not_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    diagnostics = Diagnostics()
    assert find_rules([], {}, tmp_path, diagnostics) == ()
    assert str(tmp_path) in diagnostics.problems[0].message.partition(" nor ")[2]


def test_a_file_of_the_other_ending_is_found_and_words_of_ones_own_are_left_alone(tmp_path: Path) -> None:
    rules = (
        "server: http://file\nx-usual: &usual {keep: in-step}\n"
        "albums: [{name: A, match: {favorite: true}, <<: *usual}]\n"
    )
    (tmp_path / "smart-albums.yml").write_text(rules, encoding="utf-8")
    result = load((), surroundings(tmp_path, IMMICH_API_KEY="Key1"), Diagnostics())
    assert [album.keep.value for album in result.rules.albums] == ["in-step"]
    assert result.files == (tmp_path / "smart-albums.yml",)


def test_rules_come_from_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = b"server: http://file\nalbums: [{name: A, match: {favorit: true}}]\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(rules)))
    with pytest.raises(ConfigurationError) as caught:
        load([Path("-")], surroundings(tmp_path, IMMICH_API_KEY="Key1", IMMICH_URL=HERE), Diagnostics())
    assert [problem.where for problem in caught.value.problems] == ["stdin:2:28"]


def test_an_album_named_null_is_told(tmp_path: Path) -> None:
    for name, count in (("null", 1), ("~", 1), ('"null"', 0), ("Nullarbor", 0)):
        write(tmp_path, rules=f"server: {HERE}\nalbums: [{{name: {name}, match: {{favorite: true}}}}]\n")
        diagnostics = Diagnostics()
        load([tmp_path / "rules.yaml"], surroundings(tmp_path, IMMICH_API_KEY="Key1"), diagnostics)
        assert sum("the album is named" in warning for warning in diagnostics.warnings) == count


def test_a_variable_that_names_no_rules_is_told_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load((), surroundings(tmp_path, SMART_ALBUMS_RULES="nowhere.yaml"), Diagnostics())
    assert caught.value.problems[0].where == "SMART_ALBUMS_RULES in the environment"


def test_of_two_keys_it_is_told_which_counts(tmp_path: Path) -> None:
    write(tmp_path, rules=f"server: {HERE}\naccounts: {{alice: {{key_env: A}}}}\n{ALBUM.format('A')}")
    (tmp_path / ".env").write_text("A=Key2\n", encoding="utf-8")
    result = household(tmp_path, A="Key1", IMMICH_API_KEY="Key3").settings["alice"]
    assert result.key.reveal() == "Key1"
    assert result.key.origin == f"A in the environment counts; A in {tmp_path / '.env'}:1 does not"
    place = f"{tmp_path / 'rules.yaml'}:2:1"
    assert result.notes == (f"what the accounts at {place} say counts; IMMICH_API_KEY in the environment does not",)
