"""Threads that do what may get stuck, for somebody who does not wait for ever."""

from __future__ import annotations

import queue
import threading
import weakref
from contextlib import suppress
from itertools import repeat
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class LateError(Exception):
    """It was not done in time, and may still be under way."""


class Helpers:
    """Threads that wait for work: as many as there ever was to do at once. They end with this object."""

    def __init__(self, longest_wait: float = 1.0) -> None:
        """Hears a Ctrl-C after so many seconds at the latest, wherever it strikes."""
        self._longest_wait = longest_wait
        self._idle: list[_Helper] = []
        weakref.finalize(self, _dismiss, self._idle)

    def run(self, work: Callable[[], T], seconds: float) -> T:
        """Returns what a function returns, or raises what it raises. Raises LateError if that takes longer.

        A helper that is late is left behind: it ends when it is done at last.
        """
        try:
            helper = self._idle.pop()
        except IndexError:
            helper = _Helper()
        try:
            helper.tasks.put(work)
            result, error = self._outcome(helper, seconds)
        except BaseException:
            helper.tasks.put(None)
            raise
        self._idle.append(helper)
        if error is not None:
            raise error
        return result  # type: ignore[no-any-return]  # of this work

    def _outcome(self, helper: _Helper, seconds: float) -> tuple[Any, BaseException | None]:
        # Python hears a signal that comes just before a wait only after it; so no wait is long.
        waits, rest = divmod(seconds, self._longest_wait)
        for wait in (*repeat(self._longest_wait, int(waits)), rest):
            with suppress(queue.Empty):
                return helper.outcomes.get(timeout=wait)
        raise LateError


class _Helper:
    """One thread, with what it is to do, and what came of it."""

    def __init__(self) -> None:
        self.tasks: queue.SimpleQueue[Callable[[], Any] | None] = queue.SimpleQueue()
        self.outcomes: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()
        # It knows its queues only: who asked, and for what, must not live for as long as it waits.
        threading.Thread(target=_work, args=(self.tasks, self.outcomes), name="request", daemon=True).start()


def _work(
    tasks: queue.SimpleQueue[Callable[[], Any] | None], outcomes: queue.SimpleQueue[tuple[Any, BaseException | None]]
) -> None:
    while (task := tasks.get()) is not None:
        try:
            outcomes.put((task(), None))
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            outcomes.put((None, error))
        del task


def _dismiss(helpers: list[_Helper]) -> None:
    for helper in helpers:
        helper.tasks.put(None)
