"""The predicate on stars: none, rejected, and one to five."""

from __future__ import annotations

import pytest

from tests.support.asset_records import holds, record, search, words
from tests.support.yaml_values import Quoted, assert_problem


@pytest.mark.parametrize(
    ("match", "meaning"),
    [
        ({"rating": 5}, "rating 5"),
        ({"rating": {"min": 4}}, ("any", "rating 4", "rating 5")),
        ({"rating": Quoted("< 2")}, "rating 1"),
        ({"rating": ["none", "rejected", "-1"]}, ("any", "no rating", "rating -1", "rating -1")),
    ],
)
def test_stars_are_read(match: object, meaning: object) -> None:
    assert words(match) == meaning


@pytest.mark.parametrize(
    ("match", "fields", "expected"),
    [
        ({"rating": {"max": 2}}, {"rating": 1}, True),
        ({"rating": {"max": 2}}, {"rating": -1}, False),
        ({"rating": {"max": 2}}, {}, False),
        ({"rating": "rejected"}, {"rating": -1}, True),
        ({"rating": "none"}, {}, True),
        ({"rating": "none"}, {"rating": -1}, False),
        ({"rating": "none"}, {"rating": 0}, True),
        ({"rating": {"max": 2}}, {"rating": 0}, False),
    ],
)
def test_stars_hold(match: object, fields: dict[str, object], expected: bool) -> None:
    assert holds(match, record(**fields)) is expected


@pytest.mark.parametrize(
    ("rating", "filters"), [(4, {"rating": 4}), ("none", {"rating": None}), ("rejected", None), ("4..4", {"rating": 4})]
)
def test_the_server_finds_ratings_one_by_one(rating: object, filters: dict[str, object] | None) -> None:
    assert search({"rating": rating}) == (filters, filters is not None)


@pytest.mark.parametrize(
    ("match", "message", "hint"),
    [
        ({"rating": 7}, "no rating from 1 to 5 lies in this range", None),
        ({"rating": 0}, "a number of stars from 1 to 5 is expected here, not '0'", "rating: none"),
        ({"rating": ["Unrated"]}, "a number of stars from 1 to 5 is expected here", "rating: none"),
        ({"rating": "..0"}, "no rating from 1 to 5 lies in this range", "rating: none"),
        ({"rating": "good"}, "a number of stars from 1 to 5 or a range is expected here", None),
    ],
)
def test_what_is_no_rating_is_told(match: object, message: str, hint: str | None) -> None:
    assert_problem(match, message, hint)
