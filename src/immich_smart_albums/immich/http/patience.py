"""Time-outs, and the failures that are worth another try."""

from __future__ import annotations

from dataclasses import dataclass

from immich_smart_albums.errors import ServerError, Unreachable

LONGEST_RETRY_AFTER = 60.0
"""Seconds. A server that asks for more is not waited for."""

HURRY = 10.0
"""Seconds. An answer that is good to have and no more is not waited for longer."""


@dataclass(frozen=True, slots=True)
class TimeOuts:
    """Seconds to connect, between two pieces of an answer, for a whole answer, and for all tries of one request."""

    connect: float = 10.0
    read: float = 60.0
    answer: float = 180.0
    tries: float = 240.0
    hurry: float = HURRY
    """For an answer that is good to have and no more."""


@dataclass(frozen=True, slots=True)
class Patience:
    """The time that one exchange may take as a whole."""

    started: float
    seconds: float

    def check(self, request: str, now: float) -> None:
        """Raises Unreachable if the exchange has taken longer than it may."""
        if now - self.started > self.seconds:
            raise self.too_slow(request)

    def too_slow(self, request: str) -> Unreachable:
        """Returns the failure of an exchange that has taken longer."""
        message = f"{request}: the answer took longer than {self.seconds:.0f} s"
        error = Unreachable(message, hint="The server or the network is too slow; allow more with --timeout.")
        error.may_be_running = True
        return error


class Tries:
    """Decides which failures of one request are worth another try, and after how long."""

    def __init__(self, *, repeat: bool, refused_too: bool) -> None:
        self._repeat = repeat
        self._refused_too = refused_too
        self._internal_errors = 0

    def pause(self, error: Exception) -> bool | float:
        """Returns False to give up, True for the usual pause, or the seconds that the server asked for."""
        if not self._repeat or not isinstance(error, ServerError) or error.again is None:
            return False
        if error.again == "once":
            self._internal_errors += 1
            return self._internal_errors == 1
        if error.again == "if known":
            # A server that never answered is probably not there: say so at once. One that did may be restarting.
            return self._refused_too
        if isinstance(error.again, float):
            return error.again if error.again <= LONGEST_RETRY_AFTER else False
        return True
