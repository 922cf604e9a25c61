"""The predicate on the size of files."""

from __future__ import annotations

import pytest

from tests.support.asset_records import holds, record, words
from tests.support.yaml_values import assert_problem


@pytest.mark.parametrize(
    ("match", "meaning"),
    [
        ({"size": "5MB"}, "size 5000000 bytes"),
        ({"size": {"min": "1.5 kB", "max": "1GiB"}}, "size from 1500 bytes to 1073741824 bytes"),
        ({"size": "12b.."}, "size from 12 bytes"),
    ],
)
def test_sizes_are_read(match: object, meaning: object) -> None:
    assert words(match) == meaning


@pytest.mark.parametrize(
    ("match", "fields", "expected"),
    [
        ({"size": {"min": "5MB"}}, {"fileSizeInByte": 5_000_000}, True),
        ({"size": {"min": "5MB"}}, {"fileSizeInByte": 4_999_999}, False),
        ({"size": {"min": "5MB"}}, {}, False),
    ],
)
def test_sizes_hold(match: object, fields: dict[str, object], expected: bool) -> None:
    assert holds(match, record(**fields)) is expected


@pytest.mark.parametrize(
    ("match", "message", "hint"),
    [
        ({"size": 5000000}, "a size with its unit, such as 5MB, or a range is expected here, not '5000000'", None),
    ],
)
def test_what_is_no_size_is_told(match: object, message: str, hint: str | None) -> None:
    assert_problem(match, message, hint)
