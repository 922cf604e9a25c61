"""The address itself: a socket, and a thread that answers there."""

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

_MOST_AT_A_TIME = 200
_READY = 10.0
"""Seconds that it may take to start."""


class HttpServer:
    """Answers at an address while `with` lasts."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        """Take the address. Raises ConfigurationError if it is taken, or none of this machine."""
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            self._socket = socket.create_server((host, port), family=family, backlog=512)
        except (OSError, OverflowError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            hint = "Another program may be there, perhaps serve or another daemon; take another port with --listen."
            raise ConfigurationError((Problem("--listen", f"{host}:{port} cannot be had: {why}", hint),)) from None
        # Connections inherit it; without, an answer in two pieces takes 40 ms.
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
            limit_concurrency=_MOST_AT_A_TIME,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="http", daemon=True
        )

    def __enter__(self) -> Self:
        """Answer."""
        self._thread.start()
        self._server.ready.wait(_READY)
        return self

    def __exit__(self, *_: object) -> None:
        """Answer no more; what is being answered is, for a second."""
        self._server.should_exit = True
        self._thread.join(_READY)
        self._socket.close()


class _Server(uvicorn.Server):
    """Tells when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()
        await asyncio.sleep(0)
