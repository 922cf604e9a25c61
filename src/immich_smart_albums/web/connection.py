"""Connections to the studio: limited in number and in idle time, with refusals as safe as every other response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio

IDLE_TIMEOUT = 15.0
"""Seconds until the head of a request has to be there."""

MOST_CONNECTIONS = 200
"""Open at a time. A browser has six."""

_REFUSAL = (
    "HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
    "content-security-policy: default-src 'none'\r\nx-content-type-options: nosniff\r\n\r\n{status}\n"
)


class BrowserConnection(H11Protocol):
    """Uvicorn's connection, with a limit, a timeout, and refusals of its own."""

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's is the same
        """Accept the connection, unless there are too many."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            self._refuse("503 Service Unavailable")
        else:
            self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop its timer."""
        self._stop_timer()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Start the timer for the next request."""
        super().on_response_complete()
        self._start_timer()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - that is what uvicorn calls it
        """Refuse bytes that are no request."""
        self._refuse("400 Bad Request")

    def _refuse(self, status: str) -> None:
        self.transport.write(_REFUSAL.format(status=status).encode())
        self.transport.close()

    def _start_timer(self) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(IDLE_TIMEOUT, self._close_if_idle)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _close_if_idle(self) -> None:
        if getattr(self.cycle, "response_complete", True):  # there is no cycle before the first request
            self.transport.close()
