"""Ctrl-C, and being asked to end, while something is written: the request under way is awaited, so that it is known."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Patience:
    """Ends a run between two requests. The second time that it is asked to, at once."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._is_asked = False

    def at_next(self, now: Callable[[], str]) -> str:
        """The time, which is asked for before each request; raises KeyboardInterrupt, once, if the run is to end."""
        if self._is_asked:
            self._is_asked = False
            raise KeyboardInterrupt
        return now()

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Catch the signals meanwhile; elsewhere than in the main thread nobody sends any."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {each: signal.signal(each, self._asked) for each in _SIGNALS}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def _asked(self, _signal: int, _frame: FrameType | None) -> None:
        if self._is_asked:
            raise KeyboardInterrupt
        self._is_asked = True
        self._say("ending after the request under way; once more ends at once")
