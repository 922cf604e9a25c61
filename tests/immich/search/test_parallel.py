"""Several streams as one: complete, bounded, and over when the reader says so."""

from __future__ import annotations

import threading
from contextlib import closing
from itertools import count
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.errors import Refused
from immich_smart_albums.immich.search.parallel import in_parallel
from tests.support.immich_clients import NOTHING, metadata, server_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_sandbox import Sandbox


def readers() -> list[threading.Thread]:
    """The threads that read."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("read")]


def assert_they_end() -> None:
    """The reading threads end by themselves; the limit is for a test that fails, not for one that passes."""
    for thread in readers():
        thread.join(timeout=120)
        assert not thread.is_alive()


@pytest.fixture(autouse=True)
def no_thread_is_left_behind() -> Iterator[None]:
    yield
    assert_they_end()


@pytest.mark.parametrize("concurrency", [1, 2, 5])
def test_everything_of_all_streams_arrives(concurrency: int) -> None:
    streams = [lambda start=start: range(start, start + 100) for start in (0, 100, 200)]
    assert sorted(in_parallel(streams, concurrency)) == list(range(300))


def test_no_streams_are_nothing() -> None:
    assert list(in_parallel([], 3)) == []


def test_the_first_failure_is_raised_and_ends_the_others() -> None:
    def breaks() -> Iterator[int]:
        yield 1
        message = "out of film"
        raise ValueError(message)

    with pytest.raises(ValueError, match="out of film"):
        list(in_parallel([count, breaks, count], 3))


def test_a_reader_who_has_enough_ends_the_streams() -> None:
    with closing(in_parallel([count, count, count], 2)) as numbers:
        assert next(numbers) == 0
    assert_they_end()


def test_streams_do_not_run_ahead_of_their_reader() -> None:
    made: list[int] = []

    def numbers() -> Iterator[int]:
        for number in count():
            made.append(number)
            yield number

    with closing(in_parallel([numbers], 1)) as stream:
        for expected in range(5):
            assert next(stream) == expected
        assert len(made) <= 5 + 8 + 1  # used, waiting, in hand
    assert_they_end()
    assert len(made) <= 5 + 8 + 1 + 1


def test_a_search_that_is_closed_early_leaves_no_thread_and_asks_no_more(newest: Sandbox) -> None:
    server = server_at(newest, concurrency=4)
    with closing(server.searches.find(metadata(), NOTHING)) as batches:
        for _ in range(7):
            next(batches)
        assert readers()
    assert_they_end()
    requests_before = len(newest.requests)
    assert_they_end()
    assert len(newest.requests) == requests_before


def test_the_failure_of_one_window_fails_the_search(running: dict[str, Sandbox]) -> None:
    sandbox = running["3.1"]
    sandbox.faults.status(400, message="Sorry", path="/api/search/metadata", nth=9)
    try:
        with pytest.raises(Refused, match="Sorry"):
            list(server_at(sandbox, concurrency=4).searches.find(metadata(), NOTHING))
    finally:
        sandbox.faults.clear()
