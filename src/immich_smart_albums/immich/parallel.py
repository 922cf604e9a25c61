"""Several streams of batches at once, as one stream."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

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


def in_parallel(
    streams: Sequence[Callable[[], Iterable[T]]], concurrency: int
) -> Generator[T, None, None]:
    """What all streams give, in the order in which it arrives. The first failure ends them all and is raised."""
    ready: queue.Queue[T | _Failed | _Ended] = queue.Queue(_WAITING)
    stop = threading.Event()

    def hand_over(item: T | _Failed | _Ended) -> None:
        while not stop.is_set():
            try:
                ready.put(item, timeout=0.05)
            except queue.Full:
                continue
            return

    def run(stream: Callable[[], Iterable[T]]) -> None:
        if stop.is_set():
            return
        try:
            for item in stream():
                hand_over(item)
                if stop.is_set():
                    return
        except BaseException as error:  # noqa: BLE001 - raised again where the streams are read
            hand_over(_Failed(error))
        else:
            hand_over(_Ended())

    pool = ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="read")
    try:
        for stream in streams:
            pool.submit(run, stream)
        running = len(streams)
        while running:
            item = ready.get()
            if isinstance(item, _Failed):
                raise item.error
            if isinstance(item, _Ended):
                running -= 1
            else:
                yield item
    finally:
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)
