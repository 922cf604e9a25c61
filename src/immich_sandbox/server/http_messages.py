"""HTTP/1.1 messages: parses the head of a request, and writes a response as bytes."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_sandbox.request import Response

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_WITHOUT_BODY = (204, 304)
_COMPRESSED_FROM = 1024
"""Bytes; smaller bodies are sent as they are."""
_COMPRESSED_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})
_GZIP = 16 + zlib.MAX_WBITS
_FASTEST = 1  # it stays on this machine


@dataclass(slots=True)
class Incoming:
    """A request as it was received: header names are in lower case, `body` is None if it was too large."""

    method: str
    path: str
    query: dict[str, Any]
    headers: Mapping[str, str]
    keeps_alive: bool
    body: bytes | None = b""


def read_head(text: bytes) -> Incoming:
    """Return the request of this head, still without a body.

    Raises:
        ValueError: The head is not HTTP/1.1 or 1.0.
    """
    first, *lines = text.decode("latin-1").split("\r\n")
    method, target, version = first.split(" ")
    path, _, parameters = target.partition("?")
    if version not in {"HTTP/1.1", "HTTP/1.0"} or not target.isascii():
        raise ValueError(first)
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or " " in name:
            raise ValueError(line)
        headers.setdefault(name.lower(), value.strip())
    option = headers.get("connection", "").lower()
    keeps_alive = "close" not in option if version == "HTTP/1.1" else "keep-alive" in option
    return Incoming(method, unquote(path), _query(parameters), headers, keeps_alive)


def _query(text: str) -> dict[str, Any]:
    """The parameters of a query string; a list where one comes more than once."""
    if not text:
        return {}
    parameters = parse_qs(text, keep_blank_values=True)
    return {name: values[0] if len(values) == 1 else values for name, values in parameters.items()}


def write_head(status: int, content_type: str, headers: Mapping[str, str]) -> bytes:
    """Return the lines in front of a body."""
    lines = [f"HTTP/1.1 {status} {_PHRASES.get(status, '')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if content_type:
        lines.append(f"content-type: {content_type}")
    return "\r\n".join((*lines, "", "")).encode("latin-1")


def write_response(response: Response, incoming: Incoming, *, compresses: bool) -> tuple[bytes, bytes]:
    """Return the head and the body of the response to a request.

    With `compresses`, bodies that are large enough are compressed for clients that accept gzip.
    """
    headers, body = dict(response.headers), response.body
    if compresses and len(body) >= _COMPRESSED_FROM and response.content_type not in _COMPRESSED_TYPES:
        headers["vary"] = "Accept-Encoding"
        if "gzip" in incoming.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
            compressor = zlib.compressobj(_FASTEST, wbits=_GZIP)
            body = compressor.compress(body) + compressor.flush()
    if response.status not in _WITHOUT_BODY:
        headers["content-length"] = str(len(body))
    if not incoming.keeps_alive:
        headers["connection"] = "close"
    return write_head(response.status, response.content_type, headers), b"" if incoming.method == "HEAD" else body
