"""Time-outs, and which failed requests are sent again."""

from __future__ import annotations

from dataclasses import dataclass

from immich_smart_albums.errors import ServerError, Unreachable

LONGEST_RETRY_AFTER = 60.0
"""Seconds. If `Retry-After` is longer, the request is not sent again."""

HINT_TIME_OUT = 10.0
"""Seconds to wait for an answer on which nothing depends."""


@dataclass(frozen=True, slots=True)
class TimeOuts:
    """Seconds to connect, between two pieces of an answer, for a whole answer, and for all tries of one request."""

    connect: float = 10.0
    read: float = 60.0
    answer: float = 180.0
    tries: float = 240.0
    hint: float = HINT_TIME_OUT
    """For an answer on which nothing depends."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The deadline of one exchange as a whole."""

    started: float
    seconds: float

    def check(self, request: str, now: float) -> None:
        """Raise Unreachable if the deadline has passed."""
        if now - self.started > self.seconds:
            raise self.too_slow(request)

    def too_slow(self, request: str) -> Unreachable:
        """Returns the error for an exchange that missed its deadline."""
        message = f"{request}: the answer took longer than {self.seconds:.0f} s"
        error = Unreachable(message, hint="The server or the network is too slow; allow more with --timeout.")
        error.may_be_running = True
        return error


class RetryPolicy:
    """Decides whether one request is sent again after a failure, and after how long."""

    def __init__(self, *, has_answered: bool) -> None:
        """Start with the first attempt. `has_answered`: whether the server ever answered."""
        self._has_answered = has_answered
        self._internal_errors = 0

    def pause(self, error: Exception) -> bool | float:
        """Returns False to give up, True for the usual pause, or the seconds that the server asked for."""
        if not isinstance(error, ServerError) or error.retry is None:
            return False
        if error.retry == "once":
            self._internal_errors += 1
            return self._internal_errors == 1
        if error.retry == "if known":
            # A server that never answered is probably not there: fail at once. One that did may be restarting.
            return self._has_answered
        if isinstance(error.retry, float):
            return error.retry if error.retry <= LONGEST_RETRY_AFTER else False
        return True
