"""The sandbox as a running server: on a real socket of the loopback address, in a thread of its own."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from typing import TYPE_CHECKING, Self

import uvicorn
from starlette.middleware.gzip import GZipMiddleware

from immich_sandbox.answers.asset_json import AssetWriter
from immich_sandbox.answers.results import Results
from immich_sandbox.levels import LEVELS
from immich_sandbox.library.keys import MINIMAL, KeyRing
from immich_sandbox.request import Backend, SandboxSettings
from immich_sandbox.server.app import App
from immich_sandbox.server.faults import Faults
from immich_sandbox.server.transport import SandboxProtocol
from immich_sandbox.server.uploads import Uploads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.types import ASGIApp

    from immich_sandbox.library.library import Library
    from immich_sandbox.server.app import Record

_HOST = "127.0.0.1"
_KEEP_ALIVE_SECONDS = 5  # what Node, and so a real server, does


class Sandbox:
    """An Immich-compatible server over a library, started by `with`.

    `faults` and `settings` may be changed, and `library` written to, from any thread while it runs.
    """

    def __init__(self, library: Library, level: str = "3.1", port: int = 0) -> None:
        """Prepare a server; port 0 takes a free one.

        Raises:
            KeyError: There is no such level; `levels.LEVELS` has their names.
        """
        self.library = library
        self.level = LEVELS[level]
        self.settings = SandboxSettings()
        self.faults = Faults()
        self.uploads = Uploads(library, self.level)
        self._keys = KeyRing()
        backend = Backend(library, self.level, self.settings, AssetWriter(library, self.level), Results(library))
        self._app = App(backend, self._keys, self.faults)
        self._port = port
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        for user in library.users.values():
            self.add_key(user.name.lower(), user.name, ("all",))
        first = next(iter(library.users.values())).name if library.users else ""
        if first:
            self.add_key(f"{first.lower()}-minimal", first, MINIMAL)
            self.add_key(f"{first.lower()}-readonly", first, ("asset.read",))

    @property
    def url(self) -> str:
        """The address without a path."""
        return f"http://{_HOST}:{self._port}"

    @property
    def keys(self) -> dict[str, str]:
        """The API keys by name: one of each user with all permissions, named as the user, and two narrow ones."""
        return {name: key.secret for name, key in self._keys.by_name.items()}

    @property
    def requests(self) -> list[Record]:
        """The requests so far, in the order of their coming."""
        with self._app.lock:
            return list(self._app.records)

    def clear_requests(self) -> None:
        """Forget the requests so far."""
        with self._app.lock:
            self._app.records.clear()

    def add_key(self, name: str, user: str, permissions: Iterable[str]) -> str:
        """Make a key for a user, given by name, and return its secret."""
        return self._keys.add(name, self.library.user_named(user), permissions).secret

    def __enter__(self) -> Self:
        """Start; the server answers when this returns."""
        listener = socket.create_server((_HOST, self._port), backlog=128)
        self._port = listener.getsockname()[1]
        application: ASGIApp = self._app
        if self.level.gzip:
            application = GZipMiddleware(application, minimum_size=1024, compresslevel=6)
        config = uvicorn.Config(
            application,
            http=SandboxProtocol,
            loop="asyncio",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level=logging.CRITICAL,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, name="sandbox", daemon=True
        )
        self._thread.start()
        self._server.ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop; requests under way are dropped. Once stopped, this does nothing."""
        if self._server is not None and self._thread is not None:
            self._server.stop()
            self._thread.join()
        self._server = self._thread = None


class _Server(uvicorn.Server):
    """Tells when it is ready, and stops at once instead of looking ten times a second whether it should."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end = asyncio.Event()

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self.on_tick(0)
        self.ready.set()
        await self._end.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)

    def stop(self) -> None:
        self.should_exit = self.force_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._end.set)


def serve_forever(
    library: Library, level: str = "3.1", port: int = 2283, *, announce: Callable[[Sandbox], None] | None = None
) -> None:
    """Serve until Ctrl-C; `announce` is called once the server answers.

    Raises:
        OSError: The port is taken.
    """
    with Sandbox(library, level, port) as sandbox:
        try:
            if announce is not None:
                announce(sandbox)
            threading.Event().wait()
        except KeyboardInterrupt:
            return
