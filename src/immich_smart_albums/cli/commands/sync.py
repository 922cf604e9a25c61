"""`sync`: plan and apply, so that the albums are as their rules say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.plans import carried_out, made
from immich_smart_albums.cli.rules_run import rules_run

if TYPE_CHECKING:
    import argparse

    from immich_smart_albums.cli.exits import Exit


def run(arguments: argparse.Namespace) -> Exit:
    """Plan, print the plan, write it, and say what was written."""
    console = stderr_console(verbose=arguments.verbose)
    with rules_run(arguments, console, writes="sync") as rules:
        plan = made(rules, console, allow=arguments.allow)
        return carried_out(plan, rules, console, arguments.format, exit_code=arguments.exit_code)
