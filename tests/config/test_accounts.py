"""The keys of accounts: where they come from, and that no message shows one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.config import flag_values
from immich_smart_albums.config.accounts import read_account_key
from immich_smart_albums.config.settings import KEY_FILE_NAME, Variables, read_key
from immich_smart_albums.model.span import Document, Span
from immich_smart_albums.rules.album import Account
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics

if TYPE_CHECKING:
    from pathlib import Path

KEY = "AbC123xyz"


def read(
    account: Account, variables: dict[str, str] | None = None, folder: Path | None = None, timeout: float = 60
) -> tuple[str | None, Diagnostics]:
    diagnostics = Diagnostics()
    places = Variables((("the environment", variables or {}),)) if folder is None else Variables.read({}, folder)
    key = read_account_key(account, places, diagnostics, timeout=timeout)
    assert KEY not in repr(diagnostics)
    return key.reveal() if key else None, diagnostics


def problem(account: Account, variables: dict[str, str] | None = None, timeout: float = 60) -> str:
    key, findings = read(account, variables, timeout=timeout)
    assert key is None
    assert findings.problems[0].where == "account alice"
    return findings.problems[0].message


def python(code: str) -> Account:
    return Account("alice", key_command=(sys.executable, "-c", code))


def test_a_key_from_a_variable(tmp_path: Path) -> None:
    account = Account("alice", key_env="ALICE_KEY")
    assert read(account, {"ALICE_KEY": f" {KEY}\n"})[0] == KEY
    (tmp_path / ".env").write_text(f"ALICE_KEY={KEY}\n")
    assert read(account, folder=tmp_path)[0] == KEY
    assert problem(account, {"ALICE_KEY": " "}) == "account alice: the variable ALICE_KEY is not set"
    assert problem(account, {"ALICE_KEY": f"{KEY} {KEY}"}) == (
        "account alice: ALICE_KEY in the environment: the API key has characters that no key has"
    )


def test_a_file_of_variables_that_cannot_be_read_is_told_where_one_is_missing(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff")
    _, findings = read(Account("alice", key_env="ALICE_KEY"), folder=tmp_path)
    assert [problem.message for problem in findings.problems] == [
        f"account alice: the variable ALICE_KEY is not set, and {tmp_path / '.env'}: cannot be read: not a text file",
    ]


@pytest.mark.parametrize("content", [KEY, f"{KEY}\n", f"  {KEY}\r\n\n", f"\ufeff{KEY}\r\n"])
def test_a_key_from_a_file_beside_the_rules(tmp_path: Path, content: str) -> None:
    (tmp_path / "secret").write_text(content, encoding="utf-8")
    (tmp_path / "secret").chmod(0o600)
    span = Span(Document(str(tmp_path / "rules.yaml"), ""), 3, 5)
    for name in ("secret", str(tmp_path / "secret")):
        key, findings = read(Account("alice", key_file=name, span=span))
        assert (key, findings.problems, findings.warnings) == (KEY, [], [])


def test_a_key_from_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text(KEY)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read(Account("alice", key_file="~/secret"))[0] == KEY


def test_a_file_that_everybody_can_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text(KEY)
    path.chmod(0o644)
    key, findings = read(Account("alice", key_file=str(path)))
    assert key == KEY
    assert findings.warnings == [
        f"everybody on this machine can read the key in {path}; chmod 600 {path} keeps it to you"
    ]


def test_a_file_that_is_no_key_is_a_problem(tmp_path: Path) -> None:
    for name, message in (
        ("nothing", "cannot read nothing: No such file or directory"),
        ("~nobody-of-this-name/x", "cannot read ~nobody-of-this-name/x: Could not determine home directory."),
        ("nul\0l", "cannot read nul\0l: embedded null byte"),
    ):
        assert problem(Account("alice", key_file=name)) == f"account alice: {message}"
    (tmp_path / "blank").write_text("\n")
    blank = tmp_path / "blank"
    assert problem(Account("alice", key_file=str(blank))) == f"account alice: {blank}: there is no key"
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    assert problem(Account("alice", key_file=str(tmp_path / "bytes"))).endswith(": not a text file")


def test_a_key_from_a_program() -> None:
    assert read(python(f"print({KEY!r})"))[0] == KEY


def test_no_shell_is_involved() -> None:
    account = Account("alice", key_command=(sys.executable, "-c", "import sys; print(sys.argv[1])", "$HOME;x"))
    assert read(account)[0] == "$HOME;x"


def test_a_program_that_fails_is_told_without_what_it_said(capfd: pytest.CaptureFixture[str]) -> None:
    code = f"import sys; print({KEY!r}); print({KEY!r}, file=sys.stderr); sys.exit(3)"
    assert problem(python(code)) == f"account alice: {sys.executable} ended with exit code 3"
    assert capfd.readouterr() == ("", "")


def test_a_program_that_is_not_there_is_told() -> None:
    missing = Account("alice", key_command=("no-such-program-here", "x"))
    assert problem(missing) == "account alice: cannot run no-such-program-here: No such file or directory"
    assert problem(Account("alice", key_command=("nul\0l",))) == "account alice: cannot run nul\0l: not a command"


@pytest.mark.parametrize("code", ["", "print(' ')"])
def test_a_program_that_prints_nothing_is_told(code: str) -> None:
    assert problem(python(code)) == f"account alice: what {sys.executable} printed: there is no key"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (f"print({KEY!r}); print('more')", "there are 2 lines, and a key is one"),
        ("import os; os.write(1, b'\\xff')", "the API key has characters that no key has"),
    ],
)
def test_a_program_that_prints_something_else_is_told(code: str, message: str) -> None:
    assert problem(python(code)) == f"account alice: what {sys.executable} printed: {message}"


def test_a_program_has_nothing_to_read() -> None:
    assert read(python(f"import sys; print({KEY!r} + sys.stdin.read())"))[0] == KEY


def test_a_program_that_does_not_end_is_not_waited_for() -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"
    assert problem(python(code), timeout=0.2) == f"account alice: {sys.executable} printed no key within 0.2 seconds"


def test_a_program_that_prints_without_end_is_ended() -> None:
    assert problem(Account("alice", key_command=("yes",))) == "account alice: yes printed more than any key is long"
    slowly = "import time\nwhile True: print(end='a', flush=True); time.sleep(0.01)"
    assert "printed no key within 0.3 seconds" in problem(python(slowly), timeout=0.3)


def test_a_program_that_closes_its_output_and_goes_on_is_not_waited_for() -> None:
    code = f"import os, time; os.write(1, b'{KEY}'); os.close(1); time.sleep(600)"
    assert "printed no key within 0.5 seconds" in problem(python(code), timeout=0.5)


def test_a_file_without_an_end_is_no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert problem(Account("alice", key_file="/dev/zero")) == (
        "account alice: cannot read /dev/zero: it is larger than 65,536 bytes"
    )
    diagnostics = Diagnostics()
    assert read_key(Variables((("x", {KEY_FILE_NAME: "/dev/zero"}),)), diagnostics, flag=None) is None
    assert "larger than 65,536 bytes" in diagnostics.problems[0].message
    (tmp_path / ".env").symlink_to("/dev/zero")
    assert Variables.read({}, tmp_path).find("A") is None
    (tmp_path / "big.json").write_text(" " * 2000)
    monkeypatch.setattr(flag_values, "LARGEST_FILTER", 1000)
    for name in ("big.json", "/dev/zero"):
        diagnostics = Diagnostics()
        assert flag_values.read_source("--include-metadata-union", str(tmp_path / name), diagnostics) is None
        assert "larger than 1,000 bytes" in diagnostics.problems[0].message
