"""A login in front of Immich, on the command line: what is shown to it, and what is said where it asks for more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.bare_server import BareServer, answer

from .conftest import Shell

if TYPE_CHECKING:
    from pathlib import Path

    from immich_sandbox import Sandbox

TOKEN = "very-secret-token"
LOGIN = answer("302 Found", location=f"https://login.example.org/?token={TOKEN}")


@pytest.fixture
def shell(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "token").write_text(TOKEN, encoding="utf-8")
    return Shell(sandbox, tmp_path)


@pytest.mark.parametrize("way", ["file", "variable", "rules", ".env"])
def test_a_token_is_shown_to_the_server_and_nowhere_else(
    way: str, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = "albums: [{name: A, match: {person: Emma}}]\n"
    flags: tuple[str, ...] = ()
    match way:
        case "file":
            flags = ("--header", "X-Token=@token")
        case "variable":
            monkeypatch.setenv("TOKEN", TOKEN)
            flags = ("--header", "X-Token=env:TOKEN")
        case "rules":
            rules += "headers: {X-Token: {file: token}}\n"
        case _:
            (shell.folder / ".env").write_text(f'IMMICH_HEADERS="X-Token: {TOKEN}"\n', encoding="utf-8")
    with BareServer(LOGIN) as bare:
        (shell.folder / "smart-albums.yaml").write_text(f"server: {bare.url}\n{rules}", encoding="utf-8")
        result = shell.run("plan", "--verbose", *flags)
    assert result.returncode == 1
    assert f"X-Token: {TOKEN}\r\n" in bare.requests[0]
    assert bare.connections == 1
    assert TOKEN not in result.stdout + result.stderr
    assert "was redirected to https://login.example.org/" in result.stderr
    assert "--header" in result.stderr
    shown = shell.run("config", "show")
    assert TOKEN not in shown.stdout + shown.stderr
    assert ("X-Token: {file: token}" in shown.stdout) is (way == "rules")


def test_the_flags_go_before_the_rules_file_and_that_before_the_environment(shell: Shell) -> None:
    (shell.folder / ".env").write_text('IMMICH_HEADERS="x-token: of-the-file\nX-Other: other"', encoding="utf-8")
    for flags, value in (((), TOKEN), (("--header", "X-TOKEN=@flag"), "of-the-flag")):
        (shell.folder / "flag").write_text("of-the-flag", encoding="utf-8")
        with BareServer(LOGIN) as bare:
            (shell.folder / "smart-albums.yaml").write_text(
                f"server: {bare.url}\nheaders: {{X-Token: {{file: token}}}}\n"
                "albums: [{name: A, match: {person: Emma}}]\n",
                encoding="utf-8",
            )
            shell.run("plan", *flags)
        lines = [line for line in bare.requests[0].splitlines() if line.lower().startswith("x-token")]
        assert [line.partition(": ")[2] for line in lines] == [value]
        assert "X-Other: other" in bare.requests[0]


def test_a_token_on_the_command_line_itself_is_refused_and_not_repeated(shell: Shell) -> None:
    result = shell.run("check", "--header", f"X-Token={TOKEN}")
    assert result.returncode == 2
    assert TOKEN not in result.stderr
    assert "--header NAME=@FILE" in result.stderr
