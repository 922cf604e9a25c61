"""`check`: is everything in place?"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.output import print_lines
from immich_smart_albums.cli.server import read_connection
from immich_smart_albums.report.health import health_lines
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.session.flag_session import FlagOptions, FlagSession

if TYPE_CHECKING:
    import argparse


def run(arguments: argparse.Namespace) -> Exit:
    """Ask the server, print what was found; 1 where the key lacks permissions, or something could not be asked."""
    console = stderr_console(verbose=arguments.verbose)
    diagnostics = Diagnostics()
    connection = read_connection(arguments, diagnostics)
    options = FlagOptions(
        os.environ,
        server=arguments.server,
        key=arguments.key,
        connection=connection,
        problems=tuple(diagnostics.problems),
        notes=tuple(diagnostics.warnings),
    )
    session = FlagSession(options, None, None, console.show)
    for note in session.settings.notes:
        console.say(f"note: {note}")
    health = session.check()
    print_lines(health_lines(health))
    for problem in health.problems:
        console.problem(problem)
    return Exit.FAILED if health.problems else Exit.DONE
