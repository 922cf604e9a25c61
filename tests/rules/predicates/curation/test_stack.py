"""The predicate on stacks, and on the photo that one is shown by."""

from __future__ import annotations

import pytest

from tests.support.asset_records import assert_one_field_decides
from tests.support.resolved_names import checks, shape
from tests.support.yaml_values import node, problem


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({"stack": True}, ("not", "in no stack")),
        ({"stack": False}, "in no stack"),
        ({"stack": "primary"}, ("all", ("not", "in no stack"), "first of its stack")),
    ],
)
def test_values_are_read(match: object, expected: object) -> None:
    assert shape(node(match)) == expected


def test_what_is_wrong_is_told() -> None:
    assert problem({"stack": []}).message == "true, false or primary is expected here, and the list is empty"


def test_a_record_passes_by_one_field() -> None:
    (check,) = checks(node({"stack": False}))
    assert_one_field_decides(check, {"stack": None}, None, {"id": "s", "primaryAssetId": "1"})


def test_the_first_of_a_stack_is_the_one_that_it_is_shown_by() -> None:
    _, first = checks(node({"stack": "primary"}))
    stack = {"id": "s", "primaryAssetId": "1", "assetCount": 3}
    assert first.holds({"id": "1", "stack": stack})
    assert first.evidence({"id": "1", "stack": stack}) == "1"
    assert not first.holds({"id": "2", "stack": stack})
    assert not first.holds({"id": "1", "stack": None})
