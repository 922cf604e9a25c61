"""Threads for work that may get stuck, so that the caller need not wait for it for ever."""

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


class TooLateError(Exception):
    """The work was not done in time, and may still be under way."""


class WorkerThreads:
    """Threads that wait for work. One is added whenever all are busy; they end with this object."""

    def __init__(self, longest_wait: float = 1.0) -> None:
        """Start no thread yet. A Ctrl-C is handled after at most `longest_wait` seconds."""
        self._longest_wait = longest_wait
        self._idle: list[_Worker] = []
        weakref.finalize(self, _dismiss, self._idle)

    def run(self, work: Callable[[], T], seconds: float) -> T:
        """Run a function in a thread. Returns what it returns, and raises what it raises.

        Raises TooLateError if it takes longer than `seconds`. Its thread is then left alone, and ends when it is done.
        """
        try:
            worker = self._idle.pop()
        except IndexError:
            worker = _Worker()
        try:
            worker.tasks.put(work)
            result, error = self._outcome(worker, seconds)
        except BaseException:
            worker.tasks.put(None)
            raise
        self._idle.append(worker)
        if error is not None:
            raise error
        return result  # type: ignore[no-any-return]  # of this work

    def _outcome(self, worker: _Worker, seconds: float) -> tuple[Any, BaseException | None]:
        # Python handles a signal that comes just before a wait only after it. So no wait is long.
        waits, rest = divmod(seconds, self._longest_wait)
        for wait in (*repeat(self._longest_wait, int(waits)), rest):
            with suppress(queue.Empty):
                return worker.outcomes.get(timeout=wait)
        raise TooLateError


class _Worker:
    """One thread, with the queues for its tasks and their outcomes."""

    def __init__(self) -> None:
        self.tasks: queue.SimpleQueue[Callable[[], Any] | None] = queue.SimpleQueue()
        self.outcomes: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()
        # The thread knows only its queues, so that no caller is kept alive by a thread that waits.
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


def _dismiss(workers: list[_Worker]) -> None:
    for worker in workers:
        worker.tasks.put(None)
