"""Threads for requests: used again, left behind when they are late, and gone with whoever asked them."""

from __future__ import annotations

import signal
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest

from immich_smart_albums.immich.http.worker_threads import TooLateError, WorkerThreads

LONG = 60.0


def test_one_thread_does_one_thing_after_another() -> None:
    helpers = WorkerThreads()
    assert len({helpers.run(threading.current_thread, LONG) for _ in range(20)}) == 1


def test_what_fails_is_raised_and_the_thread_goes_on() -> None:
    helpers = WorkerThreads()
    before = helpers.run(threading.current_thread, LONG)
    with pytest.raises(ZeroDivisionError):
        helpers.run(lambda: 1 / 0, LONG)
    assert helpers.run(threading.current_thread, LONG) is before


def test_one_that_is_late_is_not_asked_again_and_ends_when_it_is_done() -> None:
    helpers = WorkerThreads()
    go_on, stuck = threading.Event(), helpers.run(threading.current_thread, LONG)
    with pytest.raises(TooLateError):
        helpers.run(go_on.wait, 0.001)
    assert helpers.run(threading.current_thread, LONG) is not stuck
    go_on.set()
    stuck.join(LONG)
    assert not stuck.is_alive()


def test_whoever_waits_does_so_bit_by_bit_and_for_as_long_as_it_takes() -> None:
    helpers, go_on = WorkerThreads(longest_wait=0.001), threading.Event()
    opener = threading.Timer(0.02, go_on.set)
    opener.start()
    assert helpers.run(lambda: go_on.wait(LONG), LONG)
    opener.join()


def test_one_that_nobody_waits_for_any_more_is_not_asked_again() -> None:
    class InterruptionError(Exception):
        pass

    def interrupt(*_: object) -> None:
        if not was_interrupted.is_set():
            was_interrupted.set()
            raise InterruptionError

    def interrupt_whoever_waits() -> None:
        while not was_interrupted.wait(0.01):  # a signal that comes just before the wait does not end it
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)

    helpers, was_interrupted = WorkerThreads(), threading.Event()
    left = helpers.run(threading.current_thread, LONG)
    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        with pytest.raises(InterruptionError):
            helpers.run(interrupt_whoever_waits, LONG)
        left.join(LONG)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert not left.is_alive()


def test_what_was_done_is_forgotten() -> None:
    class Work:
        def __call__(self) -> None:
            pass

    helpers, work = WorkerThreads(), Work()
    reference = weakref.ref(work)
    helpers.run(work, LONG)
    del work
    helpers.run(lambda: None, LONG)
    assert reference() is None


def test_they_end_when_nobody_can_ask_them_any_more() -> None:
    helpers = WorkerThreads()
    together = threading.Barrier(2, timeout=LONG)

    def meet() -> threading.Thread:
        together.wait()
        return threading.current_thread()

    with ThreadPoolExecutor(2) as pool:
        threads = {task.result() for task in [pool.submit(helpers.run, meet, LONG) for _ in range(2)]}
    assert len(threads) == 2
    del helpers
    for thread in threads:
        thread.join(LONG)
        assert not thread.is_alive()
