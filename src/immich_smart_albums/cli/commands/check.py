"""`check`: is everything in place?"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.next_runs import daemon_lines, utc_now
from immich_smart_albums.cli.output import print_lines
from immich_smart_albums.cli.server import read_connection
from immich_smart_albums.errors import ConfigurationError
from immich_smart_albums.report.health import health_lines
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.session.flag_session import FlagSession
from immich_smart_albums.session.options import FlagOptions
from immich_smart_albums.session.places import ledger_place

if TYPE_CHECKING:
    import argparse


def run(arguments: argparse.Namespace) -> Exit:
    """Check server and key, and print the findings. Returns 1 if there are problems."""
    console = stderr_console(verbose=arguments.verbose, quiet=arguments.quiet)
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
    with contextlib.suppress(ConfigurationError):  # no home, no ledger, no daemon
        print_lines(daemon_lines(ledger_place(os.environ), utc_now().timestamp()))
    for problem in health.problems:
        console.problem(problem)
    return Exit.FAILED if health.problems else Exit.DONE
