"""Several streams of batches at once, as one stream."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

T = TypeVar("T")

_WAITING = 8
"""Batches that may wait to be used before their streams pause, so that memory does not follow the library."""


class _Failed:
    def __init__(self, error: BaseException) -> None:
        self.error = error


class _Ended:
    pass


def in_parallel(streams: Sequence[Callable[[], Iterable[T]]], concurrency: int) -> Generator[T, None, None]:
    """What all streams give, in the order in which it arrives. The first failure ends them all and is raised."""
    belt: _Belt[T] = _Belt()
    pool = ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="read")
    try:
        for stream in streams:
            pool.submit(belt.run, stream)
        running = len(streams)
        while running:
            item = belt.ready.get()
            if isinstance(item, _Failed):
                raise item.error
            if isinstance(item, _Ended):
                running -= 1
            else:
                yield item
    finally:
        belt.stop.set()
        pool.shutdown(wait=False, cancel_futures=True)


class _Belt(Generic[T]):
    """Carries batches from the streams' threads to the one reader, and the reader's "enough" back."""

    def __init__(self) -> None:
        self.ready: queue.Queue[T | _Failed | _Ended] = queue.Queue(_WAITING)
        self.stop = threading.Event()

    def run(self, stream: Callable[[], Iterable[T]]) -> None:
        """Read one stream to its end, or until nobody wants more."""
        try:
            for item in stream():
                self._put(item)
                if self.stop.is_set():
                    return
        except BaseException as error:  # noqa: BLE001 - raised again where the streams are read
            self._put(_Failed(error))
        else:
            self._put(_Ended())

    def _put(self, item: T | _Failed | _Ended) -> None:
        while not self.stop.is_set():
            try:
                self.ready.put(item, timeout=0.05)
            except queue.Full:
                continue
            return
