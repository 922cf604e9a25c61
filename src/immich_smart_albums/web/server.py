"""The studio on a port, until Ctrl-C."""

from __future__ import annotations

import socket
import webbrowser
from contextlib import suppress
from typing import TYPE_CHECKING

import uvicorn

from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.web.application import application

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_smart_albums.web.safety import Policy
    from immich_smart_albums.web.studio import Studio

PATIENCE = 3
"""Seconds that requests under way have when it ends."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections. Raises ConfigurationError where that cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except (OSError, OverflowError) as error:
        hint = "Another program uses it, perhaps another studio: name a free one with --port, or 0 for any."
        message = f"{host}, port {port}: {getattr(error, 'strerror', None) or error}"
        raise ConfigurationError((Problem("--port", message, hint),)) from None


def serve(
    studio: Studio, policy: Policy, listener: socket.socket, announce: Callable[[], None], *, browser: str | None = None
) -> None:
    """Answer requests until the process is asked to end; `browser` is an address to open in one."""
    config = uvicorn.Config(
        application(studio, policy),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=PATIENCE,
        limit_concurrency=200,
    )
    with suppress(KeyboardInterrupt):  # which the server raises anew once it has ended
        announce()
        if browser is not None:
            webbrowser.open(browser)
        uvicorn.Server(config).run([listener])
    if studio.job is not None and studio.job.is_running:
        studio.job.stop()
        studio.job.wait()
