"""The predicate on words in the picture."""

from __future__ import annotations

import pytest

from tests.support.resolved_names import shape
from tests.support.yaml_values import node, problem


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({"text": " boarding pass "}, {"ocr": "boarding pass"}),
        ({"text": ["receipt", 2024]}, ("any", {"ocr": "receipt"}, {"ocr": "2024"})),
    ],
)
def test_values_are_read(match: object, expected: object) -> None:
    assert shape(node(match)) == expected


@pytest.mark.parametrize(
    ("match", "message"),
    [
        ({"text": ""}, "words in the picture is expected here, not nothing"),
        ({"text": []}, "words in the picture is expected here, and the list is empty"),
    ],
)
def test_what_is_wrong_is_told(match: object, message: str) -> None:
    assert problem(match).message == message
