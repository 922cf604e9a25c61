"""One connection: receives requests one after another, and sends responses, cuts them off or resets."""

from __future__ import annotations

import contextlib
import socket
import struct
from typing import TYPE_CHECKING

from immich_sandbox.server.http_messages import CONTINUE, read_head, write_head, write_response

if TYPE_CHECKING:
    import threading

    from immich_sandbox.request import Response
    from immich_sandbox.server.http_messages import Incoming

_KEEP_ALIVE_SECONDS = 5  # what Node, and so a real server, does
_LARGEST_HEAD = 64 * 1024
_LARGEST_BODY = 10 * 1024 * 1024
_PIECE = 64 * 1024
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Connection:
    """Serve a connected socket. With `compresses`, responses are compressed; `stopping` ends every wait."""

    def __init__(self, connected: socket.socket, stopping: threading.Event, *, compresses: bool) -> None:
        """Talk over this socket."""
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connected
        self._stopping = stopping
        self._compresses = compresses
        self._unread = b""
        self._has_asked = False

    def receive(self) -> Incoming | None:
        """Return the next request. None if there is none any more.

        Raises:
            OSError: The connection broke, or nothing came for long.
        """
        try:
            self._socket.settimeout(_KEEP_ALIVE_SECONDS if self._has_asked else None)
            self._await_request()
            self._socket.settimeout(None)
            head = self._line_to(b"\r\n\r\n")
            self._has_asked = True
            incoming = read_head(head)
            if incoming.headers.get("expect", "").lower() == "100-continue":
                self._socket.sendall(CONTINUE)
            incoming.body = self._body(incoming)
        except EOFError:
            return None
        except ValueError:
            text = b"Invalid HTTP request received."
            headers = {"content-length": str(len(text)), "connection": "close"}
            self._socket.sendall(write_head(400, "text/plain; charset=utf-8", headers) + text)
            return None
        return incoming

    def send(self, response: Response, incoming: Incoming, *, drip: float = 0.0) -> None:
        """Answer a request; with `drip`, byte by byte with a pause of so many seconds after each."""
        head, body = write_response(response, incoming, compresses=self._compresses)
        if not drip:
            self._socket.sendall(head + body)
            return
        self._socket.sendall(head)
        for byte in body:
            self._socket.sendall(bytes((byte,)))
            self.wait(drip)

    def cut(self, response: Response, after: int) -> None:
        """Promise the whole body, and send `after` bytes of it."""
        head = write_head(response.status, response.content_type, {"content-length": str(len(response.body))})
        self._socket.sendall(head + response.body[:after])

    def reset_on_close(self) -> None:
        """End the connection with RST when it is closed."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)

    def wait(self, seconds: float) -> None:
        """Wait so many seconds.

        Raises:
            OSError: The server stopped meanwhile.
        """
        if seconds and self._stopping.wait(seconds):
            raise ConnectionAbortedError

    def interrupt(self) -> None:
        """Shut the socket down, so that a thread that reads from it reads its end."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def _await_request(self) -> None:
        self._unread = self._unread or self._piece()
        if not self._unread[:1].isalpha():
            raise ValueError(self._unread[:1])  # so TLS begins, and it would have no end

    def _body(self, incoming: Incoming) -> bytes | None:
        """The body, to its end. None if it is too large: then it is read, and thrown away."""
        parts: list[bytes] = []
        size = 0
        if incoming.headers.get("transfer-encoding", "").lower() == "chunked":
            while length := _size(self._line_to(b"\r\n").partition(b";")[0].decode(), base=16):
                size += length
                parts.append(self._bytes(length))
                self._line_to(b"\r\n")
            while self._line_to(b"\r\n"):
                pass
        else:
            size = _size(incoming.headers.get("content-length", "0"))
            parts.append(self._bytes(size))
        return b"".join(parts) if size <= _LARGEST_BODY else None

    def _line_to(self, end: bytes) -> bytes:
        while (length := self._unread.find(end)) < 0:
            if len(self._unread) > _LARGEST_HEAD:
                raise ValueError(length)
            self._unread += self._piece()
        line, self._unread = self._unread[:length], self._unread[length + len(end) :]
        return line

    def _bytes(self, size: int) -> bytes:
        """So many bytes, of a body that is too large the last of them."""
        parts = [self._unread]
        left = size - len(self._unread)
        while left > 0:
            parts = parts if size <= _LARGEST_BODY else []
            parts.append(self._piece())
            left -= len(parts[-1])
        read = b"".join(parts)
        cut = len(read) + min(left, 0)
        self._unread = read[cut:]
        return read[:cut]

    def _piece(self) -> bytes:
        piece = self._socket.recv(_PIECE)
        if not piece:
            raise EOFError
        return piece


def _size(text: str, base: int = 10) -> int:
    size = int(text, base)
    if size < 0:
        raise ValueError(text)
    return size
