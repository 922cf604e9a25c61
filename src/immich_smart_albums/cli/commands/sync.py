"""`sync`: plan and apply, so that the albums are as their rules say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.plans import print_and_apply
from immich_smart_albums.cli.rules_session import rules_session

if TYPE_CHECKING:
    import argparse

    from immich_smart_albums.cli.exits import Exit


def run(arguments: argparse.Namespace) -> Exit:
    """Plan, print the plan, apply it, and report what was written."""
    console = stderr_console(verbose=arguments.verbose, quiet=arguments.quiet)
    with rules_session(arguments, console, writes="sync") as session:
        plan = session.plan(allow=arguments.allow)
        return print_and_apply(plan, session, console, arguments.format, exit_code=arguments.exit_code)
