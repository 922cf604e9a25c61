"""`healthcheck`: is the daemon well? It reads the daemon's state, and sends no request."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.output import print_lines
from immich_smart_albums.daemon.health import health_of
from immich_smart_albums.daemon.state import FILE, DaemonState, read_state
from immich_smart_albums.errors import Problem
from immich_smart_albums.session.places import ledger_place

if TYPE_CHECKING:
    import argparse


def run(arguments: argparse.Namespace) -> Exit:
    """Print what is wrong. Returns 1 if something is."""
    console = stderr_console(verbose=False)
    path = (arguments.ledger or ledger_place(os.environ)).with_name(FILE)
    try:
        state = read_state(path)
    except ValueError as error:
        console.problem(Problem(str(path), f"cannot be read: {error}"))
        return Exit.FAILED
    health = health_of(state or DaemonState(), time.time())
    for problem in health.problems:
        console.problem(Problem("daemon", problem))
    for warning in health.warnings:
        console.say(f"note: {warning}")
    if health.is_good and not arguments.quiet:
        print_lines(["all is well"])
    return Exit.DONE if health.is_good else Exit.FAILED
