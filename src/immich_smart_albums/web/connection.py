"""One connection to the studio: it has to ask for something in time, and what is no request is refused quietly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio

PATIENCE = 15.0
"""Seconds until the head of a request has to be there."""

MOST = 200
"""Connections at a time: a browser has six."""

_REFUSAL = (
    "HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
    "content-security-policy: default-src 'none'\r\nx-content-type-options: nosniff\r\n\r\n{status}\n"
)


class BrowserConnection(H11Protocol):
    """As uvicorn has it, except that nobody holds one for nothing, and that its refusals are as safe as all answers."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's is the same
        """Take it, if there are not too many."""
        super().connection_made(transport)
        if len(self.connections) > MOST:
            self._refuse("503 Service Unavailable")
        else:
            self._wait_for_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._wait_no_longer()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._wait_for_request()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - that is what uvicorn calls it
        """Refuse what is no request."""
        self._refuse("400 Bad Request")

    def _refuse(self, status: str) -> None:
        self.transport.write(_REFUSAL.format(status=status).encode())
        self.transport.close()

    def _wait_for_request(self) -> None:
        self._wait_no_longer()
        self._patience = self.loop.call_later(PATIENCE, self._give_up)

    def _wait_no_longer(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        if getattr(self.cycle, "response_complete", True):  # there is no cycle before the first request
            self.transport.close()
