"""The address itself: a real socket of the loopback address, and a thread for each connection."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

from immich_sandbox.server.transport import Connection

if TYPE_CHECKING:
    from collections.abc import Callable

HOST = "127.0.0.1"
_THREAD = "sandbox"


class Listener:
    """Accepts connections from its construction until it stops; a new thread serves each of them."""

    def __init__(self, port: int, serve: Callable[[Connection], object], *, compresses: bool) -> None:
        """Listen at a port; 0 takes a free one.

        Raises:
            OSError: The port is taken.
        """
        self._socket = socket.create_server((HOST, port), backlog=128)
        self.port: int = self._socket.getsockname()[1]
        self._serve = serve
        self._compresses = compresses
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._open: dict[Connection, threading.Thread] = {}
        self._thread = threading.Thread(target=self._listen, name=_THREAD, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take no more connections, and break those that there are."""
        self._stopping.set()
        # Nothing else ends the wait for a connection on every system.
        with contextlib.suppress(OSError), socket.create_connection((HOST, self.port)):
            pass
        self._thread.join()
        self._socket.close()
        with self._lock:
            left = dict(self._open)
        for connection in left:
            connection.interrupt()
        for thread in left.values():
            thread.join()

    def _listen(self) -> None:
        while True:
            connected, _ = self._socket.accept()
            if self._stopping.is_set():
                connected.close()
                return
            connection = Connection(connected, self._stopping, compresses=self._compresses)
            thread = threading.Thread(target=self._follow, args=(connection,), name=_THREAD, daemon=True)
            with self._lock:
                self._open[connection] = thread
            thread.start()

    def _follow(self, connection: Connection) -> None:
        try:
            with contextlib.suppress(OSError):  # the other side went away
                self._serve(connection)
        finally:
            with self._lock:
                del self._open[connection]
            connection.close()
