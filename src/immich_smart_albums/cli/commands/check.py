"""`check`: is everything in place?"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.bootstrap import Connection, connect
from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.config.settings import read_settings
from immich_smart_albums.errors import ConfigurationError
from immich_smart_albums.operations.check import check
from immich_smart_albums.report.health import health_lines
from immich_smart_albums.rules.findings import Findings

if TYPE_CHECKING:
    import argparse


def run(arguments: argparse.Namespace) -> Exit:
    """Ask the server, print what was found; 1 where the key lacks permissions."""
    console = stderr_console(verbose=arguments.verbose)
    findings = Findings()
    settings = read_settings(os.environ, Path.cwd(), findings, server=arguments.server, key=arguments.key)
    if settings is None:
        raise ConfigurationError(tuple(findings.problems))
    connection = Connection(arguments.concurrency, arguments.timeout, arguments.ca)
    health = check(connect(settings, connection, on_exchange=console.exchange, on_read=console.read))
    sys.stdout.writelines(f"{line}\n" for line in health_lines(health))
    return Exit.FAILED if health.missing else Exit.DONE
