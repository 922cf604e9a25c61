"""The predicate on width, height and megapixels, as a photo is shown."""

from __future__ import annotations

import pytest

from tests.support.asset_records import check, holds, record, words
from tests.support.yaml_values import assert_problem


@pytest.mark.parametrize(
    ("match", "meaning"),
    [
        ({"dimensions": {"megapixels": "12..", "width": 4000}}, ("all", "megapixels from 12", "width 4000")),
    ],
)
def test_dimensions_are_read(match: object, meaning: object) -> None:
    assert words(match) == meaning


@pytest.mark.parametrize(
    ("match", "fields", "expected"),
    [
        ({"dimensions": {"width": 4000}}, {"exifImageWidth": 4000, "exifImageHeight": 3000, "orientation": "1"}, True),
        ({"dimensions": {"width": 3000}}, {"exifImageWidth": 4000, "exifImageHeight": 3000, "orientation": "6"}, True),
        ({"dimensions": {"height": 4000}}, {"exifImageWidth": 4000, "exifImageHeight": 3000, "orientation": "8"}, True),
        ({"dimensions": {"megapixels": 12}}, {"exifImageWidth": 4000, "exifImageHeight": 3000}, True),
        ({"dimensions": {"width": "1.."}}, {"exifImageWidth": 4000}, False),
        ({"dimensions": {"width": "0.."}}, {"exifImageWidth": 0, "exifImageHeight": 3000}, False),
    ],
)
def test_dimensions_hold(match: object, fields: dict[str, object], expected: bool) -> None:
    assert holds(match, record(**fields)) is expected


@pytest.mark.parametrize(
    ("match", "message", "hint"),
    [
        ({"dimensions": {"width": "4000px"}}, "a number of pixels or a range", None),
    ],
)
def test_what_are_no_dimensions_is_told(match: object, message: str, hint: str | None) -> None:
    assert_problem(match, message, hint)


def test_the_reason_is_the_number_in_its_unit() -> None:
    assert check({"dimensions": {"megapixels": 1}}).evidence(record(exifImageWidth=4000, exifImageHeight=3000)) == 12
