"""`daemon`: keep running, by schedule and when Immich tells of a photo."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.rules_session import rules_options
from immich_smart_albums.config.hook_secret import read_hook_secret
from immich_smart_albums.config.settings import Variables
from immich_smart_albums.daemon.log import Log
from immich_smart_albums.daemon.service import Service, ServiceOptions, ending_by_signals, local_now
from immich_smart_albums.errors import Problem
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics

if TYPE_CHECKING:
    import argparse

    from immich_smart_albums.daemon.log import Level

URL = "SMART_ALBUMS_URL"
"""How others reach the daemon's address."""

_LISTEN = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:]+)\]|(?P<host>[\w.-]+))?:(?P<port>\d{1,5})", re.ASCII)


def run(arguments: argparse.Namespace) -> Exit:
    """Work until told to end."""
    lowest: Level = "warning" if arguments.quiet else "debug" if arguments.verbose else "info"
    journal = Log(sys.stderr, local_now, as_json=arguments.log_format == "json", lowest=lowest)
    diagnostics = Diagnostics()
    variables = Variables.read(os.environ, Path())
    secret = read_hook_secret(variables, diagnostics)
    variable = variables.find(URL)
    url: str | None = arguments.url or (variable.text if variable else None)
    listen = None if arguments.listen == "none" else read_listen(arguments.listen, diagnostics)
    diagnostics.raise_problems()
    service = Service(
        ServiceOptions(rules_options(arguments), listen, url, secret, float(arguments.jitter)),
        journal,
    )
    with ending_by_signals(service, journal):
        service.run()
    return Exit.DONE


def read_listen(text: str, diagnostics: Diagnostics) -> tuple[str, int]:
    """Host and port, with a problem noted where it is none."""
    match = _LISTEN.fullmatch(text)
    if match is None or int(match["port"]) > 65535:
        hint = "Write HOST:PORT, such as 127.0.0.1:8765 or 0.0.0.0:8765; none for no address."
        diagnostics.problems.append(Problem("--listen", f"{text!r} is no address to listen at", hint))
        return "", 0
    return match["six"] or match["host"] or "127.0.0.1", int(match["port"])
