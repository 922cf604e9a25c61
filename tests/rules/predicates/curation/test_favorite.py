"""The predicate on favourites."""

from __future__ import annotations

import pytest

from tests.support.asset_records import assert_one_field_decides
from tests.support.resolved_names import checks, shape
from tests.support.yaml_values import Quoted, node, problem


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({"favorite": True}, "favorite"),
        ({"favourite": False}, ("not", "favorite")),
    ],
)
def test_values_are_read(match: object, expected: object) -> None:
    assert shape(node(match)) == expected


def test_what_is_wrong_is_told() -> None:
    assert problem({"favorite": Quoted("true")}).message == "true or false is expected here, not 'true'"


def test_a_record_passes_by_one_field() -> None:
    (check,) = checks(node({"favorite": True}))
    assert_one_field_decides(check, {"isFavorite": True}, True)
