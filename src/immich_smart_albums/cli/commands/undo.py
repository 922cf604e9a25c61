"""`undo`: revert what one run did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.plans import print_and_apply, print_plan, report_unwritten
from immich_smart_albums.cli.rules_session import rules_session

if TYPE_CHECKING:
    import argparse

    from immich_smart_albums.cli.exits import Exit


def run(arguments: argparse.Namespace) -> Exit:
    """Plan the reverse of a run, print that plan, and apply it unless --dry-run."""
    console = stderr_console(verbose=arguments.verbose, quiet=arguments.quiet)
    with rules_session(arguments, console, writes=None if arguments.dry_run else "undo") as session:
        plan = session.plan_undo(arguments.run)
        if arguments.dry_run:
            print_plan(plan, arguments.format)
            return report_unwritten(plan, console)
        return print_and_apply(plan, session, console, arguments.format, exit_code=False)
