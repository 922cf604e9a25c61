"""Server and key: where they come from, and that no message shows a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.config.settings import KEY_FILE_NAME, KEY_NAME, SERVER_NAMES, Settings, read_settings
from immich_smart_albums.model.text.secret import Secret
from immich_smart_albums.model.version import Version
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics

if TYPE_CHECKING:
    from pathlib import Path

KEY = "AbC123xyz"
OTHER = "Other456"
HERE = "http://here:2283"
THERE = "http://there:2283"


def read(
    folder: Path,
    environment: dict[str, str] | None = None,
    *,
    server: str | None = None,
    key: str | None = None,
    dot_env: str | None = None,
) -> tuple[Settings | None, Diagnostics]:
    if dot_env is not None:
        (folder / ".env").write_text(dot_env, encoding="utf-8")
    diagnostics = Diagnostics()
    return read_settings(environment or {}, folder, diagnostics, server=server, key=key), diagnostics


def pair(result: tuple[Settings | None, Diagnostics]) -> tuple[str, str]:
    """Server and key of settings without a problem."""
    settings, findings = result
    assert findings.problems == []
    assert settings is not None
    return settings.server, settings.key.reveal()


@pytest.mark.parametrize("name", SERVER_NAMES)
def test_every_name_of_the_server_variable_counts(tmp_path: Path, name: str) -> None:
    assert pair(read(tmp_path, {name: HERE, KEY_NAME: KEY})) == (HERE, KEY)
    assert pair(read(tmp_path, dot_env=f"{name}={HERE}\n{KEY_NAME}='{KEY}'\n")) == (HERE, KEY)


def test_flags_go_before_the_environment_and_that_before_the_file(tmp_path: Path) -> None:
    dot_env = f"IMMICH_SERVER_URL=http://file\n{KEY_NAME}=FromFile\n"
    environment = {"IMMICH_SERVER_URL": THERE, KEY_NAME: OTHER}
    assert pair(read(tmp_path, environment, server=HERE, key=KEY, dot_env=dot_env)) == (HERE, KEY)
    assert pair(read(tmp_path, environment, server=HERE, dot_env=dot_env)) == (HERE, OTHER)
    assert pair(read(tmp_path, environment, dot_env=dot_env)) == (THERE, OTHER)
    assert pair(read(tmp_path, {KEY_NAME: OTHER}, dot_env=dot_env)) == ("http://file", OTHER)
    assert pair(read(tmp_path, dot_env=dot_env)) == ("http://file", "FromFile")


def test_the_environment_goes_before_the_file_whatever_its_variables_are_called(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    dot_env = f"IMMICH_SERVER_URL={THERE}\n{KEY_NAME}={OTHER}\n"
    environment = {"IMMICH_BASE_URL": HERE, KEY_FILE_NAME: str(tmp_path / "key")}
    assert pair(read(tmp_path, environment, dot_env=dot_env)) == (HERE, KEY)


def test_of_several_names_in_one_place_the_first_counts(tmp_path: Path) -> None:
    environment = dict.fromkeys(SERVER_NAMES[1:], THERE) | {SERVER_NAMES[0]: HERE, KEY_NAME: KEY}
    assert pair(read(tmp_path, environment))[0] == HERE


@pytest.mark.parametrize("blank", ["", "  ", "\n"])
def test_blank_values_are_as_none(tmp_path: Path, blank: str) -> None:
    dot_env = f"IMMICH_SERVER_URL={HERE}\n{KEY_NAME}={KEY}\nEMPTY\n"
    environment = {"IMMICH_SERVER_URL": blank, KEY_NAME: blank, KEY_FILE_NAME: blank}
    assert pair(read(tmp_path, environment, server=blank, key=blank, dot_env=dot_env)) == (HERE, KEY)


def test_values_are_stripped(tmp_path: Path) -> None:
    assert pair(read(tmp_path, {"IMMICH_URL": f" {HERE}\n", KEY_NAME: f" {KEY}\r\n"})) == (HERE, KEY)


@pytest.mark.parametrize("content", [KEY, f"{KEY}\n", f"  {KEY}\r\n\n", f"\ufeff{KEY}\r\n"])
def test_a_key_may_stand_in_a_file_of_its_own(tmp_path: Path, content: str) -> None:
    (tmp_path / "key").write_text(content, encoding="utf-8")
    environment = {"IMMICH_URL": HERE, KEY_FILE_NAME: str(tmp_path / "key")}
    assert pair(read(tmp_path, environment)) == (HERE, KEY)
    assert pair(read(tmp_path, environment | {KEY_NAME: OTHER})) == (HERE, OTHER)
    assert pair(read(tmp_path, environment, key=OTHER)) == (HERE, OTHER)


def test_a_key_file_may_be_named_in_the_file_too(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    dot_env = f"IMMICH_URL={HERE}\n{KEY_FILE_NAME}={tmp_path / 'key'}\n"
    assert pair(read(tmp_path, dot_env=dot_env)) == (HERE, KEY)


def test_a_key_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    settings, findings = read(tmp_path, {"IMMICH_URL": HERE, KEY_FILE_NAME: str(tmp_path / "nothing")})
    assert settings is None
    (problem,) = findings.problems
    assert problem.message == f"cannot read {tmp_path / 'nothing'}: No such file or directory"


def test_a_key_file_of_other_bytes_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xff\xfeA\x00")
    settings, findings = read(tmp_path, {"IMMICH_URL": HERE, KEY_FILE_NAME: str(tmp_path / "key")})
    assert settings is None
    assert "not a text file" in findings.problems[0].message


def test_what_is_missing_is_told_together(tmp_path: Path) -> None:
    settings, findings = read(tmp_path)
    assert settings is None
    assert [(problem.where, problem.message) for problem in findings.problems] == [
        ("server", "no server was given"),
        ("key", "no API key was given"),
    ]
    assert all(problem.hint for problem in findings.problems)


def test_an_empty_key_file_is_no_key(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("\n")
    _, findings = read(tmp_path, {"IMMICH_URL": HERE, KEY_FILE_NAME: str(tmp_path / "key")})
    assert [problem.message for problem in findings.problems] == ["there is no key"]


ODD_KEYS = ("two words", "line\nbreak", "tab\tbed", "nul\0l", "ключ", "“quoted”", "bell\x07")


@pytest.mark.parametrize("odd", ODD_KEYS)
def test_a_key_with_characters_that_no_key_has_is_refused_and_not_shown(tmp_path: Path, odd: str) -> None:
    for settings, findings in (
        read(tmp_path, {"IMMICH_URL": HERE, KEY_NAME: odd}),
        read(tmp_path, {"IMMICH_URL": HERE}, key=odd),
    ):
        assert settings is None
        (problem,) = findings.problems
        assert problem.message in {
            "the API key has characters that no key has",
            "the key has quotes around it",
            "there are 2 lines, and a key is one",
        }
        assert odd not in repr(problem)
        assert repr(odd)[1:-1] not in repr(problem)


def test_a_key_never_shows_in_settings(tmp_path: Path) -> None:
    settings, _ = read(tmp_path, {"IMMICH_URL": HERE, KEY_NAME: KEY})
    assert settings is not None
    for shown in (repr(settings), str(settings), str(settings.key), repr(settings.key), f"{settings.key}"):
        assert KEY not in shown
    assert f"{Secret(KEY)}" == "***"


def test_a_file_that_cannot_be_read_as_text_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(f"{KEY_NAME}={KEY}".encode("utf-16"))
    settings, findings = read(tmp_path, {"IMMICH_URL": HERE})
    assert settings is None
    assert [problem.message for problem in findings.problems] == [
        "no API key was given",
        "cannot be read: not a text file",
    ]
    assert KEY not in repr(findings)


def test_a_file_that_cannot_be_read_does_not_matter_where_nothing_is_missing(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff")
    assert pair(read(tmp_path, {"IMMICH_URL": HERE, KEY_NAME: KEY})) == (HERE, KEY)


def test_a_folder_that_cannot_be_looked_into_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    _, findings = read(tmp_path / ("x" * 300))
    assert findings.problems[-1].message.startswith("cannot be read: ")


def test_a_folder_called_like_the_file_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    assert pair(read(tmp_path, {"IMMICH_URL": HERE, KEY_NAME: KEY})) == (HERE, KEY)


def test_the_file_may_begin_with_a_byte_order_mark_and_hold_comments(tmp_path: Path) -> None:
    dot_env = f'\ufeff# my server\nexport IMMICH_URL="{HERE}"  # at home\n\n{KEY_NAME} = {KEY}\n'
    assert pair(read(tmp_path, dot_env=dot_env)) == (HERE, KEY)


@pytest.mark.parametrize(
    ("text", "version"), [("3.1.0", (3, 1, 0)), ("v1.118", (1, 118, 0)), ("2.7.5", (2, 7, 5)), ("v3.1.0", (3, 1, 0))]
)
def test_versions_are_read_as_people_write_them(text: str, version: tuple[int, int, int]) -> None:
    assert Version.parse(text) == version
    assert str(Version.parse(text)) == ".".join(map(str, version))


@pytest.mark.parametrize("text", ["", "3", "three.one", "3.1.0.0", "3.1.0-rc.0"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Version.parse(text)


def test_versions_compare_by_number() -> None:
    assert Version(1, 118) < Version(1, 132, 3) < Version(2, 0) < Version(2, 10)
