"""Sends messages in a thread of its own, so that a run neither waits for them nor fails with them."""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import urllib3

from immich_smart_albums.daemon.messages.requests import ping_of, request_of
from immich_smart_albums.rules.album import MessageService

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_smart_albums.daemon.messages.message import Message
    from immich_smart_albums.daemon.messages.receivers import Receiver
    from immich_smart_albums.daemon.messages.requests import Request

MOST = 100
"""Messages that may wait. More are dropped, and reported."""

TIMEOUT = 10.0
"""Seconds for one request."""

TRIES = 3

PAUSE = 2.0
"""Seconds between two tries."""

_TOO_MANY = "they come faster than they can be sent"


@dataclass(frozen=True, slots=True)
class Ping:
    """The start or the end of a run."""

    what: str
    """start, or an exit code."""
    run: str
    text: str = ""


class Outbox:
    """A queue of messages that are sent in order."""

    def __init__(
        self,
        on_result: Callable[[str, str | None], None],
        *,
        wait: Callable[[float], object],
    ) -> None:
        """`on_result` gets for each message the receiver's name, and why it could not be sent; None if it was."""
        self._on_result = on_result
        self._wait = wait
        self._queue: queue.Queue[tuple[Receiver, Message | Ping] | None] = queue.Queue(MOST)
        self._http = urllib3.PoolManager(num_pools=4, retries=False, timeout=urllib3.Timeout(total=TIMEOUT))
        self._thread = threading.Thread(target=self._work, name="messages", daemon=True)
        self._thread.start()

    def put(self, receiver: Receiver, message: Message | Ping) -> None:
        """Add a message. Never blocks, and never raises."""
        try:
            self._queue.put_nowait((receiver, message))
        except queue.Full:
            self._on_result(receiver.name, _TOO_MANY)

    def close(self, seconds: float = TIMEOUT) -> None:
        """Send what is left, for some seconds at most."""
        try:
            self._queue.put_nowait(None)
        except queue.Full:
            return
        self._thread.join(seconds)

    def _work(self) -> None:
        while (entry := self._queue.get()) is not None:
            receiver, message = entry
            try:
                why = self._send(receiver, message)
            except Exception as error:  # noqa: BLE001 - no message may end the thread, nor show its address
                why = type(error).__name__
            self._on_result(receiver.name, why)

    def _send(self, receiver: Receiver, message: Message | Ping) -> str | None:
        """Send a message, with retries. Returns why it could not be sent; None if it was."""
        if receiver.target.service is MessageService.APPRISE:
            return None if isinstance(message, Ping) else _by_apprise(receiver, message)
        try:
            if isinstance(message, Ping):
                request = ping_of(receiver, message.what, message.run, message.text)
            else:
                request = request_of(message, receiver)
        except ValueError as error:
            return str(error)
        why: str | None = None
        for attempt in range(TRIES):
            if attempt:
                self._wait(PAUSE)
            why, is_final = self._try(request)
            if why is None or is_final:
                return why
        return why

    def _try(self, request: Request) -> tuple[str | None, bool]:
        """Send a request once. Returns why that failed, None if it did not; and whether a retry makes no sense."""
        try:
            answer = self._http.request(
                "POST", request.url, body=request.body, headers=dict(request.headers), redirect=False
            )
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            return f"no answer ({type(error).__name__})", False
        if 200 <= answer.status < 300:
            return None, True
        return f"it was answered with {answer.status}", 300 <= answer.status < 500 and answer.status != 429


def _by_apprise(receiver: Receiver, message: Message) -> str | None:
    try:
        apprise = import_module("apprise")  # an extra, which most do without
    except ImportError:
        return "apprise is not installed: pip install apprise"
    sender = apprise.Apprise()
    if not sender.add(receiver.address.reveal()):
        return "apprise does not know this kind of address"
    links = "".join(f"\n{action.label}: {action.url}" for action in message.actions)
    return None if sender.notify(title=message.title, body=message.body + links) else "apprise could not send it"
