"""HTTP/1.1 as the sandbox reads and writes it: a request out of its head, an answer as bytes."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_sandbox.request import Answer

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_WITHOUT_BODY = (204, 304)
_PACKED_FROM = 1024
"""Bytes; what is smaller is not worth it."""
_PACKED_ALREADY = frozenset({"image/jpeg", "image/png", "image/webp"})
_GZIP = 16 + zlib.MAX_WBITS
_QUICKLY = 1  # it stays on this machine


@dataclass(slots=True)
class Incoming:
    """A request as it comes in: names of headers in small letters, and no body if that was too large."""

    method: str
    path: str
    query: dict[str, Any]
    headers: Mapping[str, str]
    keeps_alive: bool
    body: bytes | None = b""


def read_head(text: bytes) -> Incoming:
    """Return the request that these lines begin.

    Raises:
        ValueError: They are no HTTP/1.1 or 1.0.
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
    wish = headers.get("connection", "").lower()
    keeps_alive = "close" not in wish if version == "HTTP/1.1" else "keep-alive" in wish
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


def write_answer(answer: Answer, incoming: Incoming, *, packs: bool) -> tuple[bytes, bytes]:
    """Return head and body of the answer to a request.

    A server that `packs` does so with all that is large enough, for whoever takes it.
    """
    headers, body = dict(answer.headers), answer.body
    if packs and len(body) >= _PACKED_FROM and answer.content_type not in _PACKED_ALREADY:
        headers["vary"] = "Accept-Encoding"
        if "gzip" in incoming.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
            packer = zlib.compressobj(_QUICKLY, wbits=_GZIP)
            body = packer.compress(body) + packer.flush()
    if answer.status not in _WITHOUT_BODY:
        headers["content-length"] = str(len(body))
    if not incoming.keeps_alive:
        headers["connection"] = "close"
    return write_head(answer.status, answer.content_type, headers), b"" if incoming.method == "HEAD" else body
