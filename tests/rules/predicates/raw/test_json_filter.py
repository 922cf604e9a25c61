"""The predicate on whatever a record holds: a path and an expression."""

from __future__ import annotations

import pytest

from tests.support.asset_records import check, holds, record
from tests.support.yaml_values import problem


@pytest.mark.parametrize(
    ("wanted", "meaning", "title"),
    [
        ("$.exifInfo.make:Apple", "$.exifInfo.make:Apple", "local filter '$.exifInfo.make:Apple'"),
        ("$.duplicateId", "$.duplicateId", "local filter '$.duplicateId'"),
        ({"path": "$.duplicateId"}, "$.duplicateId", "local filter '$.duplicateId:'"),
        (
            {"path": "$.exifInfo.make", "regex": "Apple", "description": "Apple phones"},
            "$.exifInfo.make:Apple",
            "local filter 'Apple phones'",
        ),
    ],
)
def test_local_filters_are_read(wanted: object, meaning: str, title: str) -> None:
    result = check({"json": wanted})
    assert (result.key, result.text, str(result.origin)) == (meaning, title, "rules.yaml:1:8")


def test_local_filters_hold() -> None:
    apple = record(make="Apple", duplicateId=None)
    assert holds({"json": "$.exifInfo.make:appl"}, apple)
    assert not holds({"json": {"path": "$.duplicateId"}}, apple)
    assert holds({"json": [{"path": "$.duplicateId"}, "$.exifInfo.make"]}, apple)


@pytest.mark.parametrize(
    ("wanted", "where", "message"),
    [
        ("make:Apple", 8, "a filter is expected here, a mapping, not 'make:Apple'"),
        ({"regex": "x"}, 8, "there is no path"),
        ({}, 8, "there is no path"),
        ({"path": "$.make", "regx": "x"}, 23, "unknown word 'regx' in a filter"),
        ({"path": ["$.make"]}, 15, "a text for path is expected here, not a list"),
        ({"path": "$.id", "regex": ""}, 28, "a text for regex is expected here, not nothing"),
        ({"path": "$.id", "regex": "(x"}, 28, "not a regular expression"),
        ({"path": "$.id["}, 15, ""),
        ({"path": "$.maek"}, 15, "assets have no field 'maek'"),
        ("$.maek:x", 8, "assets have no field 'maek'"),
        ([{"path": "$.id"}, {"path": "$.maek"}], 30, "assets have no field 'maek'"),
    ],
)
def test_what_is_no_local_filter_is_told_at_its_word(wanted: object, where: int, message: str) -> None:
    result = problem({"json": wanted})
    assert message in result.message
    assert result.where == f"rules.yaml:1:{where}"
