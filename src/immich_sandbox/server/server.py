"""The sandbox as a running server, with threads on a socket of the loopback address."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self

from immich_sandbox.answers.asset_json import AssetWriter
from immich_sandbox.answers.results import Results
from immich_sandbox.levels import LEVELS
from immich_sandbox.library.keys import MINIMAL, KeyRing
from immich_sandbox.request import Backend, SandboxSettings
from immich_sandbox.server.app import App
from immich_sandbox.server.faults import Faults
from immich_sandbox.server.listener import HOST, Listener
from immich_sandbox.server.uploads import Uploads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from immich_sandbox.library.library import Library
    from immich_sandbox.server.app import Record


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
        self._listener: Listener | None = None
        for user in library.users.values():
            self.add_key(user.name.lower(), user.name, ("all",))
        first = next(iter(library.users.values())).name if library.users else ""
        if first:
            self.add_key(f"{first.lower()}-minimal", first, MINIMAL)
            self.add_key(f"{first.lower()}-readonly", first, ("asset.read",))

    @property
    def url(self) -> str:
        """The address without a path."""
        return f"http://{HOST}:{self._port}"

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
        self._listener = Listener(self._port, self._app.serve, compresses=self.level.gzip)
        self._port = self._listener.port
        return self

    def __exit__(self, *_: object) -> None:
        """Stop; requests under way are dropped. Once stopped, this does nothing."""
        if self._listener is not None:
            self._listener.stop()
        self._listener = None


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
