"""Calls of Immich become few runs, and soon."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from immich_smart_albums.daemon.uploads import FEW, LONGEST, MOST, QUIET, UploadQueue


def starts(calls: list[float]) -> list[float]:
    """When runs start, with calls at these times."""
    uploads, result, waiting = UploadQueue(), [], sorted(calls)
    while True:
        due = uploads.due_at()
        if waiting and (due is None or waiting[0] <= due):
            uploads.note(f"photo {waiting[0]}", waiting.pop(0))
        elif due is not None:
            result.append(due)
            assert uploads.take(due)
        else:
            return result


def test_one_photo_is_run_for_at_once() -> None:
    assert starts([100.0]) == [100 + QUIET]


def test_photos_one_after_another_are_each_run_for_at_once() -> None:
    assert starts([0.0, 20.0, 40.0]) == [QUIET, 20 + QUIET, 40 + QUIET]


def test_a_burst_is_one_run() -> None:
    assert starts([tick / 10 for tick in range(50)]) == [4.9 + QUIET]


@pytest.mark.parametrize("seconds", [1, 5, 60, 180])
def test_two_thousand_calls_are_three_runs_at_most(seconds: int) -> None:
    result = starts([tick * seconds / 2000 for tick in range(2000)])
    assert len(result) <= 3
    assert result[0] <= LONGEST + 1e-6


def test_bursts_every_few_seconds_are_three_runs_at_most() -> None:
    assert len(starts([burst * 5 + tick / 100 for burst in range(12) for tick in range(160)])) <= 3


def test_after_a_crowd_a_single_photo_is_run_for_at_once_again() -> None:
    assert starts([*(tick / 100 for tick in range(500)), 2000.0])[-1] == 2000 + QUIET


def test_ids_are_bounded_and_calls_are_counted() -> None:
    uploads = UploadQueue()
    for tick in range(MOST + 5):
        uploads.note(str(tick), 1.0)
    uploads.note("0", 1.0)
    assert uploads.calls == MOST + 6
    assert len(uploads.take(10.0)) == MOST
    assert uploads.due_at() is None


@given(st.lists(st.floats(0, 7200), min_size=1, max_size=200))
def test_every_call_is_followed_by_a_run(calls: list[float]) -> None:
    result = starts(calls)
    assert result[-1] >= max(calls)
    few = len(calls) <= FEW
    assert not few or all(any(call <= start <= call + LONGEST for start in result) for call in calls)
