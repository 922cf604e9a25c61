"""`check`: is everything in place?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.output import print_lines
from immich_smart_albums.cli.server import read_server
from immich_smart_albums.operations.check import check
from immich_smart_albums.report.health import health_lines
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics

if TYPE_CHECKING:
    import argparse


def run(arguments: argparse.Namespace) -> Exit:
    """Ask the server, print what was found; 1 where the key lacks permissions, or something could not be asked."""
    console = stderr_console(verbose=arguments.verbose)
    diagnostics = Diagnostics()
    connect, _ = read_server(arguments, diagnostics, console, verbose=True)
    diagnostics.raise_problems()
    health = check(connect())
    print_lines(health_lines(health))
    for problem in health.problems:
        console.problem(problem)
    return Exit.FAILED if health.problems else Exit.DONE
