"""The predicate on files that are missing."""

from __future__ import annotations

import pytest

from tests.support.resolved_names import shape
from tests.support.yaml_values import node, problem


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({"offline": True}, {"isOffline": True, "withDeleted": True}),
        ({"offline": False}, ("not", {"isOffline": True, "withDeleted": True})),
    ],
)
def test_values_are_read(match: object, expected: object) -> None:
    assert shape(node(match)) == expected


def test_what_is_wrong_is_told() -> None:
    assert problem({"offline": "any"}).message == "true or false is expected here, not 'any'"
