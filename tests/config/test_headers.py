"""Headers for a login in front of Immich: where their values come from, and that they show nowhere."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from immich_smart_albums.config.headers import headers_of_flags, headers_of_rules, headers_of_variables, merged
from immich_smart_albums.config.load import Environment, load
from immich_smart_albums.config.settings import Variables
from immich_smart_albums.errors import ConfigurationError
from immich_smart_albums.model.text.secret import Secret
from immich_smart_albums.rules.album import Header
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics

TOKEN = "very-secret-token"
VARIABLES = Variables((("the environment", {"TOKEN": TOKEN, "BAD": "a\nb", "WIDE": "\u20ac"}),))

RULES = """\
server: https://photos.example.org
headers:
  X-File: {file: token}
  X-Env: {env: TOKEN}
client_cert: certs/me.pem
client_key: /certs/me.key
accounts:
  alice: {key_env: ALICE, headers: {x-env: {env: OTHER}}}
  bob: {key_env: BOB}
albums:
  - {name: A, match: {person: Emma}, accounts: [alice]}
  - {name: B, match: {person: Emma}, accounts: [bob]}
"""


def shown(headers: dict[str, Secret]) -> dict[str, str]:
    return {name: value.reveal() for name, value in headers.items()}


def household(folder: Path, text: str = RULES, **environment: str):  # type: ignore[no-untyped-def]  # noqa: ANN201
    (folder / "token").write_text(f"{TOKEN}-of-file\n", encoding="utf-8")
    (folder / "rules.yaml").write_text(text, encoding="utf-8")
    variables = {"ALICE": "key-a", "BOB": "key-b", "TOKEN": TOKEN, "OTHER": "other-token", **environment}
    return load([folder / "rules.yaml"], Environment(variables, folder, date(2026, 1, 1)), Diagnostics())


def test_a_rules_file_says_where_the_values_come_from(tmp_path: Path) -> None:
    settings = household(tmp_path).settings
    assert shown(settings["bob"].headers) == {"X-File": f"{TOKEN}-of-file", "X-Env": TOKEN}
    assert shown(settings["alice"].headers) == {"X-File": f"{TOKEN}-of-file", "x-env": "other-token"}
    assert settings["bob"].client_cert == tmp_path / "certs/me.pem"
    assert settings["bob"].client_key == Path("/certs/me.key")
    assert TOKEN not in repr(settings)


def test_an_account_whose_headers_are_not_to_be_had_stops_its_part_only(tmp_path: Path) -> None:
    result = household(tmp_path, RULES.replace("OTHER", "MISSING"))
    assert list(result.settings) == ["bob"]
    assert "the variable MISSING for the header x-env is not set" in result.absent["alice"].message


def test_headers_of_the_file_that_are_not_to_be_had_stop_all(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        household(tmp_path, RULES.replace("file: token", "file: gone"))
    (problem,) = caught.value.problems
    assert problem.where.endswith("rules.yaml:3:3")
    assert "cannot be read from gone" in problem.message


@pytest.mark.parametrize(
    "headers",
    [
        f"headers: {{X-A: {TOKEN}}}",
        f"headers: [{TOKEN}]",
        f"headers: {TOKEN}",
        "headers: {}",
        "headers: {X-A: {env: A, file: b}}",
        "headers: {X-A: {env: ''}}",
        "headers: {X-A: {env: [A]}}",
        "headers: {x-api-key: {env: A}}",
        "headers: {Content-Length: {env: A}}",
        "headers: {'X A': {env: A}}",
        "headers: {'X:A': {env: A}}",
    ],
)
def test_what_is_no_header_is_told_without_its_line(tmp_path: Path, headers: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        household(tmp_path, f"{headers}\nalbums: [{{name: A, match: {{person: Emma}}}}]", IMMICH_URL="http://x")
    problem = caught.value.problems[0]
    assert problem.where.startswith(str(tmp_path / "rules.yaml:1:"))
    assert problem.hint
    assert TOKEN not in repr(caught.value.problems)


def test_flags_say_where_the_values_come_from(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN, encoding="utf-8")
    diagnostics = Diagnostics()
    words = ["X-File=@" + str(tmp_path / "token"), "X-Env=env:TOKEN"]
    assert shown(headers_of_flags(words, VARIABLES, diagnostics)) == {"X-File": TOKEN, "X-Env": TOKEN}
    assert not diagnostics.problems


@pytest.mark.parametrize(
    ("word", "said"),
    [
        (f"X-A={TOKEN}", "nothing says where the value of X-A comes from"),
        ("X-A", "nothing says where"),
        ("X-A=@", "nothing says where"),
        ("X-A=env:", "nothing says where"),
        ("X-A=env:NONE", "the variable NONE for the header X-A is not set"),
        ("X-A=env:BAD", "has characters that no header has"),
        ("X-A=env:WIDE", "has characters that no header has"),
        ("X-A=@/dev/null", "is empty"),
        ("X-A=@/dev/zero", "larger than"),
        ("X-A=@/no/such", "No such file"),
        ("X-A=@~nobody-of-that-name/x", "cannot be read"),
        ("X-API-Key=env:TOKEN", "this tool's own"),
        ("=env:TOKEN", "not the name of a header"),
    ],
)
def test_what_is_wrong_with_a_flag_is_told_without_the_value(word: str, said: str) -> None:
    diagnostics = Diagnostics()
    assert headers_of_flags([word], VARIABLES, diagnostics) == {}
    assert said in diagnostics.problems[0].message
    assert diagnostics.problems[0].hint
    assert TOKEN not in repr(diagnostics)


def test_a_variable_has_a_header_on_each_line() -> None:
    text = f"\nX-A: {TOKEN}\r\n  Cookie: a=b; c=d:e\n\n"
    diagnostics = Diagnostics()
    variables = Variables((("the environment", {"IMMICH_HEADERS": text}),))
    assert shown(headers_of_variables(variables, diagnostics)) == {"X-A": TOKEN, "Cookie": "a=b; c=d:e"}
    assert not diagnostics.problems
    for wrong in (TOKEN, f"Host: {TOKEN}", f"X A: {TOKEN}", "X-A:"):
        diagnostics = Diagnostics()
        variables = Variables((("the environment", {"IMMICH_HEADERS": wrong}),))
        assert headers_of_variables(variables, diagnostics) == {}
        assert diagnostics.problems[0].where == "IMMICH_HEADERS in the environment"
        assert TOKEN not in repr(diagnostics)


def test_without_any_there_are_none() -> None:
    assert headers_of_variables(VARIABLES, Diagnostics()) == {}
    assert headers_of_rules([Header("X-A", env="TOKEN")], VARIABLES, Diagnostics())["X-A"].reveal() == TOKEN
    assert headers_of_rules([Header("X-A", file="/dev/null")], VARIABLES, Diagnostics()) == {}


def test_the_last_of_the_same_name_counts_in_whatever_case() -> None:
    headers = merged({"X-A": Secret("1"), "X-B": Secret("2")}, {"x-a": Secret("3")})
    assert shown(headers) == {"x-a": "3", "X-B": "2"}
