"""What needs the bare connection: answers that break off, and connections that are reset."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from asyncio.transports import Transport

    from starlette.types import Receive, Scope, Send

    from immich_sandbox.request import Answer

_KEY = "sandbox.transport"
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class SandboxProtocol(H11Protocol):
    """The usual HTTP/1.1 protocol; it also hands the connection to the application, in the ASGI scope."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # uvicorn's is the same
        """Let the application reach the connection."""
        super().connection_made(transport)
        # asyncio does this for most sockets, but not for those of a listener that was made outside of it.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        application = self.app

        async def with_transport(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI, thrice typed
            scope[_KEY] = transport
            await application(scope, receive, send)

        self.app = with_transport


@dataclass(frozen=True, slots=True)
class Connection:
    """Where one answer goes."""

    scope: Scope
    receive: Receive
    send: Send

    async def answer(self, answer: Answer, *, drip: float = 0.0) -> None:
        """Send an answer; with `drip`, byte by byte with a pause of so many seconds after each."""
        response = Response(answer.body, answer.status, answer.headers, answer.content_type or None)
        await response(self.scope, self.receive, self._slowly(drip) if drip else self.send)

    async def cut(self, answer: Answer, after: int) -> None:
        """Promise the whole body, send `after` bytes of it, and close."""
        transport: Transport = self.scope[_KEY]
        head = (
            f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n"
            f"content-type: {answer.content_type}\r\ncontent-length: {len(answer.body)}\r\n\r\n"
        )
        transport.write(head.encode() + answer.body[:after])
        transport.close()
        await self._until_gone()

    async def reset(self) -> None:
        """Close the connection with RST instead of an answer."""
        transport: Transport = self.scope[_KEY]
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        transport.abort()
        await self._until_gone()

    def _slowly(self, pause: float) -> Send:
        async def send(message: Any) -> None:  # noqa: ANN401 - an ASGI message
            if message["type"] != "http.response.body":
                await self.send(message)
                return
            for byte in message.get("body", b""):
                await self.send({"type": "http.response.body", "body": bytes((byte,)), "more_body": True})
                await asyncio.sleep(pause)
            await self.send({"type": "http.response.body", "body": b"", "more_body": False})

        return send

    async def _until_gone(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass
