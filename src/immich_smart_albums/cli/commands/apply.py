"""`apply`: do exactly what a saved plan says, or stop because the world has changed."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.changes.plan_file import read_plan
from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.pasting import remember_rules_files
from immich_smart_albums.cli.plans import print_and_apply
from immich_smart_albums.cli.rules_session import rules_session
from immich_smart_albums.config.files import read_text
from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.model.text.command import command

if TYPE_CHECKING:
    import argparse

    from immich_smart_albums.changes.plan import Plan
    from immich_smart_albums.cli.exits import Exit


LARGEST_PLAN = 1 << 30
"""Bytes. Each photo takes some 200."""


def run(arguments: argparse.Namespace) -> Exit:
    """Read the plan, check that albums and rules have not changed since, and apply it."""
    console = stderr_console(verbose=arguments.verbose, quiet=arguments.quiet)
    plan = read_plan(_text(arguments.plan), str(arguments.plan))
    paths = arguments.rules or _rules_files(plan, arguments.plan)
    remember_rules_files(paths)
    with rules_session(arguments, console, paths=paths, writes="apply") as session:
        return print_and_apply(session.review(plan), session, console, arguments.format, exit_code=False)


def _rules_files(plan: Plan, plan_file: Path) -> list[Path]:
    """Returns the rules files that a plan names. Raises ConfigurationError for a file that somebody else may write.

    Rules say which server a key is sent to, and which program prints it. Whoever can write a plan file must not choose
    them.
    """
    paths = [Path(file) for file in plan.files]
    for path in paths:
        _require_own(path, plan_file)
    return paths


def _require_own(path: Path, plan_file: Path) -> None:
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or str(error)
        hint = "Name the rules files after the plan, or make the plan again."
        problem = Problem(str(path), f"the rules file that the plan was made from cannot be read: {reason}", hint)
        raise ConfigurationError((problem,)) from None
    if status.st_uid in {os.geteuid(), 0} and not status.st_mode & stat.S_IWOTH:
        return
    message = "the plan names this rules file, which somebody else may write"
    hint = f"If it is yours, name it: {command('apply', str(plan_file), str(path))}"
    raise ConfigurationError((Problem(str(path), message, hint),))


def _text(path: Path) -> str:
    try:
        return read_text(path, LARGEST_PLAN)
    except (OSError, ValueError) as error:
        hint = f"Make one: {command('plan', '--out', str(path))}"
        raise ConfigurationError((Problem(str(path), f"the plan cannot be read: {error}", hint),)) from None
