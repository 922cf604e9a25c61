"""`serve`: the studio, a page where a rule stands beside its photos."""

from __future__ import annotations

import secrets
import socket
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.rules_session import rules_options, today
from immich_smart_albums.config.files import LARGEST_KEY, read_text
from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.session.session import Session
from immich_smart_albums.web.background.progress import Progress
from immich_smart_albums.web.safety import LOOPBACK, Policy
from immich_smart_albums.web.server import DEFAULT_PORT, listen, serve
from immich_smart_albums.web.studio import Studio

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

SHORTEST_TOKEN = 16
"""Characters: fewer could be guessed."""


def run(arguments: argparse.Namespace) -> Exit:
    """Serve until Ctrl-C. Raises ConfigurationError for a port that is taken, or a token that is none."""
    console = stderr_console(verbose=arguments.verbose)
    is_local = arguments.host in LOOPBACK
    token = (
        read_token(arguments.token_file) if arguments.token_file else None if is_local else secrets.token_urlsafe(24)
    )
    progress = Progress()
    studio = Studio(
        Session(replace(rules_options(arguments), keeps_records=True), progress.show),
        progress,
        read_only=arguments.read_only,
        today=today,
    )
    policy = Policy(
        hosts=_hosts(arguments, is_local=is_local),
        any_address=not is_local,
        token=token,
        read_only=arguments.read_only,
        frame=_origin(arguments.allow_frame),
    )
    listener = listen(arguments.host, arguments.port)
    port = listener.getsockname()[1]
    place = arguments.host if arguments.host not in {"0.0.0.0", "::"} else socket.gethostname()  # noqa: S104 - compared
    base = f"http://{f'[{place}]' if ':' in place else place}:{port}/"
    is_token_printed = token is not None and not arguments.token_file
    link = f"{base}?{urlencode({'token': token})}" if is_token_printed else base

    def announce() -> None:
        if arguments.port is None and port != DEFAULT_PORT:
            console.say(f"Another program listens at port {DEFAULT_PORT}, so this is another one; --port names one.")
        console.say(f"The studio: {link}")
        if is_token_printed:
            console.say("Whoever has this link can use it; it is shown this once. Ctrl-C ends it.")
        elif token is not None:
            console.say(
                f"A browser brings the token once: write ?token= and what {arguments.token_file} holds behind it."
            )
            console.say("Ctrl-C ends it.")
        else:
            console.say("Ctrl-C ends it.")

    serve(studio, policy, listener, announce, browser=link if arguments.open else None)
    return Exit.DONE


def _hosts(arguments: argparse.Namespace, *, is_local: bool) -> frozenset[str]:
    own = set() if is_local else {arguments.host.lower(), socket.gethostname().lower()}
    return LOOPBACK | own | {host.lower() for host in arguments.allow_host}


def read_token(path: Path) -> str:
    """Returns the token that a file holds. Raises ConfigurationError."""
    try:
        token = read_text(path, LARGEST_KEY).strip()
    except (OSError, ValueError) as error:
        raise ConfigurationError((Problem(str(path), f"the token cannot be read: {error}"),)) from None
    if len(token) < SHORTEST_TOKEN:
        hint = "Make one: openssl rand -base64 24"
        raise ConfigurationError((Problem(str(path), f"the token has less than {SHORTEST_TOKEN} characters", hint),))
    return token


def _origin(text: str | None) -> str | None:
    """The origin of the page that may show the studio in a frame. Raises ConfigurationError for anything else."""
    if text is None:
        return None
    scheme, separator, rest = text.rstrip("/").partition("://")
    if separator and scheme in {"http", "https"} and rest and not set(rest) & set("/;, '\"\\?#@*"):
        return f"{scheme}://{rest}"
    hint = "Write it like https://home.example.org, with nothing behind it."
    raise ConfigurationError((Problem("--allow-frame", f"{text!r} is no origin", hint),))
