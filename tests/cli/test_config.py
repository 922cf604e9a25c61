"""`config` and `init` as a user has them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.rules.rules_file.json_schema import json_schema

if TYPE_CHECKING:
    from .conftest import Shell

RULES = """\
server: {server}
accounts: {{alice: {{key_file: alice.key}}, bob: {{key_command: [cat, bob.key]}}}}
people: {{kids: [Noah]}}
albums:
  - name: Kids
    match: {{person: {who}}}
    accounts: [alice, bob]
"""


def write(shell: Shell, who: str = "kids") -> None:
    (shell.folder / "smart-albums.yaml").write_text(RULES.format(server=shell.sandbox.url, who=who))
    for name in ("alice", "bob"):
        (shell.folder / f"{name}.key").write_text(f"{shell.sandbox.keys[name]}\n")
        (shell.folder / f"{name}.key").chmod(0o600)


def test_a_starter_is_written_checked_and_planned(shell: Shell) -> None:
    result = shell.run("init")
    assert result.returncode == 0
    assert result.stdout == "smart-albums.yaml is written. Edit it; then: immich-smart-albums plan smart-albums.yaml\n"
    result = shell.run("config", "check")
    assert (result.returncode, result.stdout, result.stderr) == (0, "1 rule, nothing wrong\n", "")
    result = shell.run("plan", "--ledger", "ledger.db")
    assert result.returncode == 0, result.stderr
    assert "Favourites" in result.stdout
    result = shell.run("init")
    assert result.returncode == 2
    assert "smart-albums.yaml: is there already, and stays as it is" in result.stderr


def test_names_are_looked_up_unless_offline(shell: Shell) -> None:
    write(shell)
    result = shell.run("config", "check")
    assert (result.returncode, result.stdout) == (0, "1 rule, nothing wrong\n")
    assert result.stderr == (
        "note: what the accounts at smart-albums.yaml:2:1 say counts; IMMICH_API_KEY in the environment does not\n"
    )
    write(shell, "Noha")
    result = shell.run("config", "check", ".")
    assert (result.returncode, result.stdout) == (2, "")
    assert "smart-albums.yaml:6:21: nobody is named 'Noha'\n" in result.stderr
    assert f"match: {{person: Noha}}\n{' ' * 26}^\n" in result.stderr
    assert "Did you mean 'Noah'?" in result.stderr
    (shell.folder / "alice.key").unlink()
    shell.sandbox.clear_requests()
    result = shell.run("config", "check", "--offline")
    assert result.returncode == 0
    assert result.stdout == "1 rule, nothing wrong with the files; names were not looked up\n"
    assert not shell.sandbox.requests


def test_problems_are_told_with_their_lines(shell: Shell) -> None:
    (shell.folder / "rules.yaml").write_text("albums:\n  - name: Kids\n    match: {persn: Emma}\n    lmit: 5\n")
    result = shell.run("config", "check", "--offline", "rules.yaml")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        "error: 2 problems; nothing was searched or written\n"
        "  rules.yaml:3:13: there is no predicate 'persn'\n"
        "          match: {persn: Emma}\n"
        "                  ^\n"
        "    → Did you mean 'person'?\n"
        "  rules.yaml:4:5: unknown word 'lmit' in an album\n"
        "          lmit: 5\n"
        "          ^\n"
        "    → Did you mean 'limit'?\n"
    )


def test_an_account_that_cannot_be_used_is_told(shell: Shell) -> None:
    write(shell)
    (shell.folder / "bob.key").write_text("NotAKeyOfAnybody\n")
    result = shell.run("config", "check")
    assert result.returncode == 2
    assert "account bob: " in result.stderr
    assert "NotAKeyOfAnybody" not in result.stderr


@pytest.mark.parametrize("arguments", [(), ("smart-albums.yaml", "--server", "http://elsewhere")])
def test_rules_are_shown_as_they_count(shell: Shell, arguments: tuple[str, ...]) -> None:
    write(shell)
    result = shell.run("config", "show", *arguments)
    assert (result.returncode, result.stderr) == (0, "")
    places = "smart-albums.yaml:1:1 and IMMICH_SERVER_URL in the environment do not"
    server = (
        '"http://elsewhere"  # --server counts; ' + places
        if arguments
        else f'"{shell.sandbox.url}"  # smart-albums.yaml:1:1'
    )
    assert result.stdout == (
        f"server: {server}\n"
        "accounts:  # smart-albums.yaml:2:1\n"
        "  alice: {key_file: alice.key}  # smart-albums.yaml:2:12\n"
        "  bob: {key_command: cat}  # smart-albums.yaml:2:42\n"
        "people:  # smart-albums.yaml:3:1\n"
        "  kids: [Noah]\n"
        "guard: {remove: [1000], add: unlimited}  # default\n"
        'schedule: "daily 04:00"  # default\n'
        "albums:\n"
        "  - name: Kids  # smart-albums.yaml:5:5\n"
        "    match:\n"
        "      person: kids\n"
        "    accounts: [alice, bob]\n"
        "    guard: {remove: [30 %, 500], add: unlimited, empty: refuse}  # default\n"
        "    keep: add-only  # default\n"
    )


def test_without_accounts_it_is_shown_where_the_key_comes_from(shell: Shell) -> None:
    (shell.folder / "smart-albums.yaml").write_text("albums: [{name: Kids, match: {person: Emma}}]\n")
    result = shell.run("config", "show")
    assert f'server: "{shell.sandbox.url}"  # IMMICH_SERVER_URL in the environment\n' in result.stdout
    assert "# account default: the key is IMMICH_API_KEY in the environment\n" in result.stdout


def test_the_schema_is_printed(shell: Shell) -> None:
    result = shell.run("config", "schema")
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout) == json.loads(json.dumps(json_schema()))


def test_config_needs_a_second_word(shell: Shell) -> None:
    result = shell.run("config")
    assert (result.returncode, result.stdout) == (2, "")
    assert "check|show|schema" in result.stderr
