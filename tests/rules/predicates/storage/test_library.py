"""The predicate on external libraries."""

from __future__ import annotations

import pytest

from tests.support.asset_records import assert_one_field_decides
from tests.support.payloads import ANNA, BEN, NOT_V4
from tests.support.resolved_names import checks, shape
from tests.support.yaml_values import node, problem


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({"library": ANNA.upper()}, f"library {ANNA}"),
        ({"library": [ANNA, BEN]}, ("any", f"library {ANNA}", f"library {BEN}")),
        ({"library": "none"}, "in no external library"),
        ({"library": "any"}, ("not", "in no external library")),
    ],
)
def test_values_are_read(match: object, expected: object) -> None:
    assert shape(node(match)) == expected


@pytest.mark.parametrize(
    ("match", "message"),
    [
        ({"library": ""}, "the id of an external library is expected here, not nothing"),
        (
            {"library": "Photos"},
            "the id of an external library is expected here, or any or none, not 'Photos'",
        ),
        (
            {"library": NOT_V4},
            f"the id of an external library is expected here, or any or none, not '{NOT_V4}'",
        ),
    ],
)
def test_what_is_wrong_is_told(match: object, message: str) -> None:
    assert problem(match).message == message


@pytest.mark.parametrize(
    ("match", "record", "value"),
    [
        ({"library": ANNA}, {"libraryId": ANNA}, ANNA),
        ({"library": "none"}, {"libraryId": None}, None),
    ],
)
def test_a_record_passes_by_one_field(match: object, record: dict[str, object], value: object) -> None:
    (check,) = checks(node(match))
    assert_one_field_decides(check, record, value)
