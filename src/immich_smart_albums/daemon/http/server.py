"""The HTTP server of the daemon, in a thread of its own."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from typing import TYPE_CHECKING, Self

import uvicorn

from immich_smart_albums.errors import ConfigurationError, Problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_MOST_CONNECTIONS = 200

_START_TIMEOUT = 10.0
"""Seconds that it may take to start, or to stop."""


class HttpServer:
    """Serves an application within a `with` block."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        """Open the socket. Raises ConfigurationError if that is not possible."""
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            self._socket = socket.create_server((host, port), family=family, backlog=512)
        except (OSError, OverflowError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            hint = "Another program may be there, perhaps serve or another daemon; take another port with --listen."
            raise ConfigurationError((Problem("--listen", f"{host}:{port} cannot be had: {why}", hint),)) from None
        # Connections inherit this. Without it, a response in two pieces takes 40 ms.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = int(self._socket.getsockname()[1])
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level=logging.CRITICAL,
            access_log=False,
            server_header=False,
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="http", daemon=True
        )

    def __enter__(self) -> Self:
        """Start to serve."""
        self._thread.start()
        self._server.ready.wait(_START_TIMEOUT)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop to serve. Requests under way have a second."""
        self._server.should_exit = True
        self._thread.join(_START_TIMEOUT)
        self._socket.close()


class _Server(uvicorn.Server):
    """Signals when it has started."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()
        await asyncio.sleep(0)
