"""The predicate on how long a video is, in the forms of all versions."""

from __future__ import annotations

import pytest

from immich_smart_albums.errors import FilterError
from tests.support.asset_records import check, holds, record, words
from tests.support.yaml_values import assert_problem


@pytest.mark.parametrize(
    ("match", "meaning"),
    [
        ({"duration": "10s..2m"}, "duration from 10 s to 120 s"),
        ({"duration": "1h 30min.."}, "duration from 5400 s"),
        ({"duration": "1:30:00.5"}, "duration 5400.5 s"),
        ({"duration": {"max": "0:10"}}, "duration to 10 s"),
        ({"duration": "2 seconds"}, "duration 2 s"),
    ],
)
def test_lengths_are_read(match: object, meaning: object) -> None:
    assert words(match) == meaning


@pytest.mark.parametrize(
    ("match", "fields", "expected"),
    [
        ({"duration": {"max": "10s"}}, {"duration": "0:00:02.00000"}, True),
        ({"duration": {"max": "10s"}}, {"duration": 2000}, True),
        ({"duration": {"max": "10s"}}, {"duration": 10_500}, False),
        ({"duration": {"max": "10s"}}, {"duration": "0:00:00.00000"}, False),
        ({"duration": {"max": "10s"}}, {"duration": None}, False),
        ({"duration": "1h.."}, {"duration": "1:00:00.00000"}, True),
    ],
)
def test_lengths_hold(match: object, fields: dict[str, object], expected: bool) -> None:
    assert holds(match, record(**fields)) is expected


def test_a_record_without_its_duration_is_no_photo() -> None:
    with pytest.raises(FilterError, match="duration"):
        check({"duration": "1s"}).holds({})


@pytest.mark.parametrize(
    ("match", "message", "hint"),
    [
        ({"duration": 30}, "a length of time such as 30s or 1:30 or a range is expected here, not '30'", None),
        ({"duration": "10ms"}, "a length of time", None),
    ],
)
def test_what_is_no_length_is_told(match: object, message: str, hint: str | None) -> None:
    assert_problem(match, message, hint)


def test_the_reason_is_the_number_in_its_unit() -> None:
    assert check({"duration": "1s"}).evidence(record(duration="0:01:02.50000")) == 62.5
