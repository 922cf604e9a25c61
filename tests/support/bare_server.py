"""A server that says just what it is told, byte by byte: for answers that no Immich would give."""

from __future__ import annotations

import socketserver
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import socket
    import ssl


def answer(status: str, body: bytes = b"", **headers: str) -> bytes:
    """A whole HTTP answer; an underscore in the name of a header stands for a dash."""
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def json(body: bytes, **headers: str) -> bytes:
    """A good answer with this JSON."""
    return answer("200 OK", body, content_type="application/json", **headers)


def page(status: str, title: str, **headers: str) -> bytes:
    """What a proxy or a login in front of Immich answers."""
    return answer(status, f"<html><head><title>{title}</title>".encode(), content_type="text/html", **headers)


class BareServer:
    """Gives each connection the next of the answers, and the last one ever after; then it closes the connection."""

    def __init__(self, *answers: bytes, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[str] = []
        """What was received, as text."""
        self.connections = 0
        self._left = list(answers)
        self._server = _Server(self, tls)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"{'https' if self._server.tls else 'http'}://127.0.0.1:{self.port}"

    def next_answer(self) -> bytes:
        return self._left.pop(0) if len(self._left) > 1 else self._left[0]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(socketserver.TCPServer):
    allow_reuse_address = True
    request_queue_size = 32

    def __init__(self, bare: BareServer, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bare = bare
        self.tls = tls


class _Handler(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        bare = self.server.bare
        bare.connections += 1
        connection = self.request
        try:
            if self.server.tls:
                connection = self.server.tls.wrap_socket(connection, server_side=True)
            with connection:
                bare.requests.append(_read(connection))
                connection.sendall(bare.next_answer())
        except OSError:
            return  # the client has left, which some tests want it to


def _read(connection: socket.socket) -> str:
    """A whole request: closing while some of it is unread would reset the connection."""
    with connection.makefile("rb") as stream:
        lines = list(iter(stream.readline, b"\r\n"))
        lengths = [int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:")]
        return b"".join([*lines, b"\r\n", stream.read(sum(lengths))]).decode()
