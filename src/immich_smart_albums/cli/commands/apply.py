"""`apply`: do exactly what a saved plan says, or stop because the world has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.plan_file import read_plan
from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.plans import carried_out
from immich_smart_albums.cli.rules_run import rules_run
from immich_smart_albums.config.files import read_text
from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.operations.apply.apply import require_accounts
from immich_smart_albums.operations.apply.staleness import check_world

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from immich_smart_albums.cli.exits import Exit


LARGEST_PLAN = 1 << 30
"""Bytes: a plan names each photo with some 200."""


def run(arguments: argparse.Namespace) -> Exit:
    """Read the plan, check that everything still is as it says, write it."""
    console = stderr_console(verbose=arguments.verbose)
    plan = read_plan(_text(arguments.plan), str(arguments.plan))
    with rules_run(arguments, console, writes="apply") as rules:
        require_accounts(plan, rules.accounts.present, rules.accounts.absent)
        servers = {name: account.server for name, account in rules.accounts.present.items()}
        check_world(plan, servers, ledger=rules.ledger.state, rules=rules.digest)
        return carried_out(plan, rules, console, arguments.format, exit_code=False)


def _text(path: Path) -> str:
    try:
        return read_text(path, LARGEST_PLAN)
    except (OSError, ValueError) as error:
        hint = "Make one with: immich-smart-albums plan --out FILE."
        raise ConfigurationError((Problem(str(path), f"the plan cannot be read: {error}", hint),)) from None
