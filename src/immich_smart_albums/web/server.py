"""Serves the studio on a port, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import errno
import os
import signal
import socket
import threading
import webbrowser
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import uvicorn

from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.web.application import application
from immich_smart_albums.web.connection import BrowserConnection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.types import ASGIApp

    from immich_smart_albums.web.safety import Policy
    from immich_smart_albums.web.studio import Studio

SHUTDOWN_TIMEOUT = 3
"""Seconds that requests under way have at the end."""

DEFAULT_PORT = 8765
LAST_PORT = DEFAULT_PORT + 20
"""The daemon has the same default, and somebody may well run both."""


def listen(host: str, port: int | None) -> socket.socket:
    """Returns a listening socket. Without a port, on the default one or the first after it that is free.

    Raises ConfigurationError if the port cannot be opened.
    """
    if port is not None:
        return _listen(host, port)
    for candidate in range(DEFAULT_PORT, LAST_PORT):
        with suppress(_PortTaken):
            return _listen(host, candidate)
    return _listen(host, LAST_PORT)


class _PortTaken(ConfigurationError):
    """Another program listens there."""


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except (OSError, OverflowError) as error:
        number = error.errno if isinstance(error, OSError) else None
        is_taken = number == errno.EADDRINUSE
        hint = (
            "Another program listens there, perhaps another studio or the daemon: "
            "name a free port with --port, or 0 for any."
            if is_taken
            else "Name another address with --host, or another port with --port."
        )
        why = str(error) if number is None or number < 0 else os.strerror(number)
        message = f"{host}, port {port}: {why}"
        raise (_PortTaken if is_taken else ConfigurationError)((Problem("--port", message, hint),)) from None


def server_config(app: ASGIApp) -> uvicorn.Config:
    """Returns uvicorn's configuration. It logs nothing: the application reports failures itself."""
    return uvicorn.Config(
        app,
        http=BrowserConnection,
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=SHUTDOWN_TIMEOUT,
    )


def serve(
    studio: Studio, policy: Policy, listener: socket.socket, announce: Callable[[], None], *, browser: str | None = None
) -> None:
    """Serve until a signal ends it. `browser` is an address to open in a browser."""
    server = uvicorn.Server(server_config(application(studio, policy)))
    with _handling_signals(server), suppress(KeyboardInterrupt):
        announce()
        if browser is not None:
            webbrowser.open(browser)
        server.run([listener])
    studio.close()


@contextmanager
def _handling_signals(server: uvicorn.Server) -> Iterator[None]:
    """Returns a context in which signals end the server.

    They do from the first moment, so that no Ctrl-C is lost, and to the last, so that a run under way ends in order.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, server.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
