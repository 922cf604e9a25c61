"""`daemon`: keep running, by schedule and when Immich tells of a photo."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.rules_session import rules_options
from immich_smart_albums.config.hook_secret import KEPT, make_hook_secret, read_hook_secret
from immich_smart_albums.config.settings import Variables
from immich_smart_albums.daemon.log import Log
from immich_smart_albums.daemon.service import Service, ServiceOptions, ending_by_signals, local_now
from immich_smart_albums.errors import Problem
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.session.places import ledger_place

if TYPE_CHECKING:
    import argparse

    from immich_smart_albums.daemon.log import Level
    from immich_smart_albums.model.secret import Secret

URL = "SMART_ALBUMS_URL"
"""How others reach the daemon's address."""

_URL_HINT = "Give --url, such as --url http://smart-albums:8765, and an address with --listen."
_LISTEN = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:]+)\]|(?P<host>[\w.-]+))?:(?P<port>\d{1,5})", re.ASCII)


def run(arguments: argparse.Namespace) -> Exit:
    """Work until told to end."""
    lowest: Level = "warning" if arguments.quiet else "debug" if arguments.verbose else "info"
    journal = Log(sys.stderr, local_now, as_json=arguments.log_format == "json", lowest=lowest)
    diagnostics = Diagnostics()
    url, secret = read_url(arguments), read_secret(arguments, diagnostics)
    listen = None if arguments.listen == "none" else read_listen(arguments.listen, diagnostics)
    if arguments.connect and not (url and listen):
        diagnostics.problems.append(Problem("--connect", "nothing says how Immich reaches the daemon", _URL_HINT))
    diagnostics.raise_problems()
    if arguments.connect and secret is None:
        secret = make_hook_secret(secret_place(arguments))
    options = rules_options(arguments)
    service = Service(
        ServiceOptions(options, listen, url, secret, float(arguments.jitter), is_connecting=arguments.connect), journal
    )
    with ending_by_signals(service, journal):
        service.run()
    return Exit.DONE


def read_url(arguments: argparse.Namespace) -> str | None:
    """How others reach the daemon's address. None: nobody says."""
    variable = Variables.read(os.environ, Path()).find(URL)
    url: str | None = arguments.url or (variable.text if variable else None)
    return url.rstrip("/") if url else None


def read_secret(arguments: argparse.Namespace, diagnostics: Diagnostics) -> Secret | None:
    """What Immich says in its calls. None: nothing yet, or a problem was noted."""
    return read_hook_secret(Variables.read(os.environ, Path()), secret_place(arguments), diagnostics)


def secret_place(arguments: argparse.Namespace) -> Path:
    """Where a secret is kept that this tool made."""
    ledger: Path = arguments.ledger or ledger_place(os.environ)
    return ledger.with_name(KEPT)


def read_listen(text: str, diagnostics: Diagnostics) -> tuple[str, int]:
    """Host and port, with a problem noted where it is none."""
    match = _LISTEN.fullmatch(text)
    if match is None or int(match["port"]) > 65535:
        hint = "Write HOST:PORT, such as 127.0.0.1:8765 or 0.0.0.0:8765; none for no address."
        diagnostics.problems.append(Problem("--listen", f"{text!r} is no address to listen at", hint))
        return "", 0
    return match["six"] or match["host"] or "127.0.0.1", int(match["port"])
