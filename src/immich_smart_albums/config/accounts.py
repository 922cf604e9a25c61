"""The keys of accounts: from a variable, a file, or a program that prints it."""

from __future__ import annotations

import os
import selectors
import signal
import stat
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.config.files import LARGEST_KEY, read_text
from immich_smart_albums.config.settings import reason
from immich_smart_albums.config.slips import which_counts, wrong_key
from immich_smart_albums.model.span import problem_at
from immich_smart_albums.model.text.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from immich_smart_albums.config.settings import Variables
    from immich_smart_albums.rules.album import Account
    from immich_smart_albums.rules.syntax.diagnostics import Diagnostics

TIMEOUT = 60.0
"""Seconds that a program may take to print a key: somebody may have to unlock a password store."""

_CONTAINERS = Path("/run/secrets")
"""Docker puts secrets there, readable for everybody in the container."""


def read_account_key(
    account: Account, variables: Variables, diagnostics: Diagnostics, *, timeout: float = TIMEOUT
) -> Secret | None:
    """Returns the account's key. Adds a problem, which never shows the key, and returns None if it cannot be read."""
    if account.key_env is not None:
        text = _from_variable(account, account.key_env, variables, diagnostics)
    elif account.key_file is not None:
        text = _from_file(account, account.key_file, diagnostics)
    else:
        text = _from_program(account, account.key_command or (), diagnostics, timeout)
    if text is None:
        return None
    text, origin = text.strip(), _origin(account, variables)
    others = (
        []
        if account.key_env is None
        else [variable for variable in variables.all(account.key_env) if variable.text != text]
    )
    note = which_counts(origin, [other.origin for other in others])
    slip = wrong_key(text, "key_file")
    if slip is None:
        return Secret(text, note or origin)
    _problem(account, f"{origin}: {slip[0]}", f"{slip[1]} {note}." if note else slip[1], diagnostics)
    return None


def _origin(account: Account, variables: Variables) -> str:
    """Returns the origin of a key, for messages."""
    if account.key_env is not None:
        variable = variables.find(account.key_env)
        return variable.origin if variable else account.key_env
    return account.key_file or f"what {(account.key_command or ('',))[0]} printed"


def _from_variable(account: Account, name: str, variables: Variables, diagnostics: Diagnostics) -> str | None:
    variable = variables.find(name)
    if variable is None:
        also = "".join(f", and {problem}" for problem in variables.problems)
        hint = "Set it in the environment or in a .env file."
        _problem(account, f"the variable {name} is not set{also}", hint, diagnostics)
    return variable.text if variable else None


def _from_file(account: Account, name: str, diagnostics: Diagnostics) -> str | None:
    try:
        path = Path(name).expanduser()
        if account.span is not None:
            path = Path(account.span.document.name).parent / path
        text = read_text(path, LARGEST_KEY)
        mode = path.stat().st_mode
    except (OSError, RuntimeError, ValueError) as error:
        cause = reason(error) if isinstance(error, OSError | UnicodeDecodeError) else str(error)
        _problem(account, f"cannot read {name}: {cause}", "It holds the key and nothing else.", diagnostics)
        return None
    if mode & stat.S_IROTH and not path.is_relative_to(_CONTAINERS):
        diagnostics.warn(f"everybody on this machine can read the key in {path}; chmod 600 {path} keeps it to you")
    return text


def _from_program(account: Account, command: Sequence[str], diagnostics: Diagnostics, timeout: float) -> str | None:
    """Returns the output of a program. Its stderr is not shown: it may hold a secret."""
    hint = "Run it yourself to see what it says; it prints the key and nothing else."
    try:
        process = subprocess.Popen(  # noqa: S603 - the program is the user's own choice, and there is no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )
    except (OSError, ValueError) as error:
        cause = reason(error) if isinstance(error, OSError) else "not a command"
        _problem(account, f"cannot run {command[0]}: {cause}", None, diagnostics)
        return None
    try:
        output = _output(process, timeout)
    except ValueError:
        _problem(account, f"{command[0]} printed more than any key is long", hint, diagnostics)
        return None
    except subprocess.TimeoutExpired:
        _problem(account, f"{command[0]} printed no key within {timeout:g} seconds", hint, diagnostics)
        return None
    if process.returncode:
        _problem(account, f"{command[0]} ended with exit code {process.returncode}", hint, diagnostics)
        return None
    return output.decode(errors="replace")


def _output(process: subprocess.Popen[bytes], timeout: float) -> bytes:
    """Returns the output of a program. Kills it and raises TimeoutExpired, or ValueError if the output is too long."""
    with process:
        try:
            output = _read(process, time.monotonic() + timeout)
            process.wait(min(timeout, 5.0))
        except BaseException:
            # With its children, which would keep the output open.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
        return output


def _read(process: subprocess.Popen[bytes], end: float) -> bytes:
    if process.stdout is None:
        message = "the program must have been started with a pipe"
        raise TypeError(message)
    output = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            left = end - time.monotonic()
            if left <= 0 or not selector.select(left):
                raise subprocess.TimeoutExpired(process.args, left)
            piece = os.read(process.stdout.fileno(), LARGEST_KEY)
            if not piece:
                return output
            output += piece
            if len(output) > LARGEST_KEY:
                raise ValueError


def _problem(account: Account, message: str, hint: str | None, diagnostics: Diagnostics) -> None:
    where = account.span or f"account {account.name}"
    diagnostics.problems.append(problem_at(where, f"account {account.name}: {message}", hint))
