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
    from collections.abc import Sequence
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
    studio = new_studio(arguments, read_only=arguments.read_only)
    policy = studio_policy(
        arguments.host,
        arguments.allow_host,
        token,
        read_only=arguments.read_only,
        frame=_origin(arguments.allow_frame),
    )
    listener = listen(arguments.host, arguments.port)
    port = listener.getsockname()[1]
    name = arguments.host if arguments.host not in {"0.0.0.0", "::"} else socket.gethostname()  # noqa: S104 - compared
    base = f"http://{f'[{name}]' if ':' in name else name}:{port}/"
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


def new_studio(arguments: argparse.Namespace, *, read_only: bool = False) -> Studio:
    """Returns a studio on a session of its own."""
    progress = Progress()
    session = Session(replace(rules_options(arguments), keeps_records=True), progress.show)
    return Studio(session, progress, read_only=read_only, today=today)


def studio_policy(
    host: str, more_hosts: Sequence[str], token: str | None, *, read_only: bool = False, frame: str | None = None
) -> Policy:
    """Returns the policy of a studio that listens at a host and may be reached by more host names."""
    is_local = host in LOOPBACK
    own = set() if is_local else {host.lower(), socket.gethostname().lower()}
    hosts = LOOPBACK | own | {name.lower() for name in more_hosts}
    return Policy(hosts=hosts, any_address=not is_local, token=token, read_only=read_only, frame=frame)


def read_token(path: Path) -> str:
    """Returns the token in a file. Raises ConfigurationError if it cannot be read, or is too short."""
    try:
        token = read_text(path, LARGEST_KEY).strip()
    except (OSError, ValueError) as error:
        raise ConfigurationError((Problem(str(path), f"the token cannot be read: {error}"),)) from None
    if len(token) < SHORTEST_TOKEN:
        hint = "Make one: openssl rand -base64 24"
        raise ConfigurationError((Problem(str(path), f"the token has less than {SHORTEST_TOKEN} characters", hint),))
    return token


def _origin(text: str | None) -> str | None:
    """Returns the origin of the page that may show the studio in a frame. Raises ConfigurationError if it is none."""
    if text is None:
        return None
    scheme, separator, rest = text.rstrip("/").partition("://")
    if separator and scheme in {"http", "https"} and rest and not set(rest) & set("/;, '\"\\?#@*"):
        return f"{scheme}://{rest}"
    hint = "Write it like https://home.example.org, with nothing behind it."
    raise ConfigurationError((Problem("--allow-frame", f"{text!r} is no origin", hint),))
