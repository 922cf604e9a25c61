"""The predicate on descriptions."""

from __future__ import annotations

import pytest

from tests.support.asset_records import holds, record, search, words
from tests.support.yaml_values import Quoted, assert_problem


@pytest.mark.parametrize(
    ("match", "meaning"),
    [
        ({"description": "birthday"}, "description matches 'birthday'"),
        ({"description": Quoted("none")}, "description matches 'none'"),
        ({"description": ["none", {"contains": "x"}]}, ("any", "no description", "description contains 'x'")),
    ],
)
def test_texts_are_read(match: object, meaning: object) -> None:
    assert words(match) == meaning


@pytest.mark.parametrize(
    ("match", "fields", "expected"),
    [
        ({"description": "birthday"}, {"description": "Emma's Birthday"}, True),
        ({"description": "birthday"}, {"description": None}, False),
        ({"description": "^$"}, {"description": ""}, True),
        ({"description": "none"}, {"description": ""}, True),
        ({"description": "none"}, {"description": None}, True),
        ({"description": "none"}, {"description": "x"}, False),
        ({"description": "none"}, {"exifInfo": None}, False),
    ],
)
def test_descriptions_hold(match: object, fields: dict[str, object], expected: bool) -> None:
    assert holds(match, record(**fields)) is expected


@pytest.mark.parametrize(
    ("match", "filters"),
    [
        ({"description": "birthday"}, {"description": "birthday"}),
        ({"description": "none"}, None),
    ],
)
def test_a_search_surely_finds_the_texts(match: object, filters: dict[str, str] | None) -> None:
    assert search(match) == (filters, False)


@pytest.mark.parametrize(
    ("match", "message", "hint"),
    [
        (
            {"description": {"glob": "x"}},
            "unknown word 'glob' in a test of the description",
            "Known are regex, contains",
        ),
    ],
)
def test_what_is_no_test_of_a_text_is_told(match: object, message: str, hint: str | None) -> None:
    assert_problem(match, message, hint)
