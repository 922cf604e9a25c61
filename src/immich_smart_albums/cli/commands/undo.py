"""`undo`: revert what one run did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.plans import carried_out, ended, print_plan
from immich_smart_albums.cli.rules_run import now, rules_run
from immich_smart_albums.operations.undo import Keys, plan_undo

if TYPE_CHECKING:
    import argparse

    from immich_smart_albums.cli.exits import Exit


def run(arguments: argparse.Namespace) -> Exit:
    """Plan the opposite of a run, print it, and write it unless --dry-run."""
    console = stderr_console(verbose=arguments.verbose)
    with rules_run(arguments, console, writes=None if arguments.dry_run else "undo") as rules:
        present = rules.accounts.present
        keys = Keys(
            {name: each.server for name, each in present.items()},
            {name: each.user.id for name, each in present.items()},
        )
        plan = plan_undo(arguments.run, keys, rules.ledger, now())
        if arguments.dry_run:
            print_plan(plan, arguments.format)
            return ended(plan, console)
        return carried_out(plan, rules, console, arguments.format, exit_code=False)
