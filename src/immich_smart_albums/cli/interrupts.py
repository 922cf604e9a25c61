"""Signals that end a run: Ctrl-C, SIGTERM, and a terminal that is closed.

While something is written, a run ends after the request under way, so that its outcome is known; else at once.
"""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def end_as_by_ctrl_c() -> None:
    """Let the other signals end this process as Ctrl-C does, with the same message and exit code."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # signals that are ignored, as under nohup, stay ignored
            signal.signal(number, _interrupt)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


class GracefulStop:
    """Lets a run end between two requests after a first signal, and at once after a second."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._is_requested = False

    def is_requested(self) -> bool:
        """Returns whether the run should end before the next request."""
        return self._is_requested

    @contextmanager
    def handling_signals(self) -> Iterator[None]:
        """Returns a context in which signals are caught. Only the main thread gets any."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        caught = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
        previous = {number: signal.signal(number, self._on_signal) for number in caught}
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _on_signal(self, _signal: int, _frame: FrameType | None) -> None:
        if self._is_requested:
            raise KeyboardInterrupt
        self._is_requested = True
        self._say("ending after the request under way; once more ends at once")
