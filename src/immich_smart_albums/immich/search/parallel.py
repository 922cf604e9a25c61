"""Reads several streams at once, as one stream."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

T = TypeVar("T")

_WAITING = 8
"""Items that may wait for the reader before streams pause, so that memory does not grow with the library."""


class _Failed:
    def __init__(self, error: BaseException) -> None:
        self.error = error


class _Ended:
    pass


def in_parallel(streams: Sequence[Callable[[], Iterable[T]]], concurrency: int) -> Generator[T, None, None]:
    """Yields the items of all streams, in the order in which they arrive.

    The first failure of a stream ends the others, and is raised.
    """
    channel: _Channel[T] = _Channel()
    pool = ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="read")
    try:
        for stream in streams:
            pool.submit(channel.run, stream)
        running = len(streams)
        while running:
            item = channel.take()
            if isinstance(item, _Failed):
                raise item.error
            if isinstance(item, _Ended):
                running -= 1
            else:
                yield item
    finally:
        channel.end(concurrency)
        pool.shutdown(wait=False, cancel_futures=True)


class _Channel(Generic[T]):
    """Carries items from the streams' threads to the reader, and the reader's end back to the threads."""

    def __init__(self) -> None:
        self._items: queue.SimpleQueue[T | _Failed | _Ended] = queue.SimpleQueue()
        self._places = threading.Semaphore(_WAITING)
        self._stop = threading.Event()

    def take(self) -> T | _Failed | _Ended:
        """Wait for the next item. Returns it."""
        item = self._items.get()
        self._places.release()
        return item

    def end(self, threads: int) -> None:
        """End all streams: threads that wait for a place go on, and end."""
        self._stop.set()
        self._places.release(threads)

    def run(self, stream: Callable[[], Iterable[T]]) -> None:
        """Read one stream to its end, or until `end` is called."""
        try:
            for item in stream():
                self._put(item)
                if self._stop.is_set():
                    return
        except BaseException as error:  # noqa: BLE001 - raised again where the streams are read
            self._put(_Failed(error))
        else:
            self._put(_Ended())

    def _put(self, item: T | _Failed | _Ended) -> None:
        if not self._stop.is_set():
            self._places.acquire()
            self._items.put(item)
