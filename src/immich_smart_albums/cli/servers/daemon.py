"""`daemon`: keep running, by schedule and when Immich tells of a photo."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.rules_session import rules_options
from immich_smart_albums.cli.servers.serve import new_studio, read_token, studio_policy
from immich_smart_albums.config.hook_secret import FILE_BESIDE_LEDGER, make_hook_secret, read_hook_secret
from immich_smart_albums.config.settings import Variables
from immich_smart_albums.daemon.log import Log
from immich_smart_albums.daemon.service import Service, ServiceOptions, ending_by_signals, local_now
from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.session.places import ledger_place
from immich_smart_albums.web.application import application
from immich_smart_albums.web.safety import LOOPBACK

if TYPE_CHECKING:
    import argparse

    from immich_smart_albums.daemon.log import Level
    from immich_smart_albums.model.text.secret import Secret
    from immich_smart_albums.web.safety import Policy
    from immich_smart_albums.web.studio import Studio

URL = "SMART_ALBUMS_URL"
"""The variable with the address under which others reach the daemon."""

_URL_HINT = "Give --url, such as --url http://smart-albums:8765, and an address with --listen."
_LISTEN = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:]+)\]|(?P<host>[\w.-]+))?:(?P<port>\d{1,5})", re.ASCII)


def run(arguments: argparse.Namespace) -> Exit:
    """Run until a signal ends it."""
    lowest: Level = "warning" if arguments.quiet else "debug" if arguments.verbose else "info"
    journal = Log(sys.stderr, local_now, as_json=arguments.log_format == "json", lowest=lowest)
    diagnostics = Diagnostics()
    url, secret = read_url(arguments), read_secret(arguments, diagnostics)
    listen = None if arguments.listen == "none" else read_listen(arguments.listen, diagnostics)
    if arguments.connect and not (url and listen):
        diagnostics.problems.append(Problem("--connect", "nothing says how Immich reaches the daemon", _URL_HINT))
    diagnostics.raise_problems()
    studio = _studio(arguments, listen) if arguments.studio and listen is not None else None
    if arguments.connect and secret is None:
        secret = make_hook_secret(secret_place(arguments))
    options = rules_options(arguments)
    service = Service(
        ServiceOptions(
            options,
            listen,
            url,
            secret,
            float(arguments.jitter),
            is_connecting=arguments.connect,
            studio=studio and application(studio[0], studio[1]),
        ),
        journal,
    )
    with ending_by_signals(service, journal):
        service.run()
    if studio is not None:
        studio[0].close()
    return Exit.DONE


def _studio(arguments: argparse.Namespace, listen: tuple[str, int]) -> tuple[Studio, Policy]:
    """Returns the studio for the same address. Raises ConfigurationError if others could use it without a token."""
    host, _ = listen
    if host not in LOOPBACK and arguments.token_file is None:
        message = "the studio would be open to everybody who reaches this address"
        raise ConfigurationError((Problem("--studio", message, "Give --token-file, with a token of your own."),))
    token = read_token(arguments.token_file) if arguments.token_file else None
    return new_studio(arguments), studio_policy(host, arguments.allow_host, token)


def read_url(arguments: argparse.Namespace) -> str | None:
    """Returns the address under which others reach the daemon. None if none is given."""
    variable = Variables.read(os.environ, Path()).find(URL)
    url: str | None = arguments.url or (variable.text if variable else None)
    return url.rstrip("/") if url else None


def read_secret(arguments: argparse.Namespace, diagnostics: Diagnostics) -> Secret | None:
    """Returns the secret of Immich's webhook calls. None if there is none, or if it cannot be read, with a problem."""
    return read_hook_secret(Variables.read(os.environ, Path()), secret_place(arguments), diagnostics)


def secret_place(arguments: argparse.Namespace) -> Path:
    """Returns the path of the secret that this tool makes."""
    ledger: Path = arguments.ledger or ledger_place(os.environ)
    return ledger.with_name(FILE_BESIDE_LEDGER)


def read_listen(text: str, diagnostics: Diagnostics) -> tuple[str, int]:
    """Returns host and port. Adds a problem if the text is no address."""
    match = _LISTEN.fullmatch(text)
    if match is None or int(match["port"]) > 65535:
        hint = "Write HOST:PORT, such as 127.0.0.1:8765 or 0.0.0.0:8765; none for no address."
        diagnostics.problems.append(Problem("--listen", f"{text!r} is no address to listen at", hint))
        return "", 0
    return match["six"] or match["host"] or "127.0.0.1", int(match["port"])
