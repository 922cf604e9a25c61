"""The predicate on wide, high and square photos, as they are shown."""

from __future__ import annotations

import pytest

from tests.support.asset_records import check, holds, record, words
from tests.support.yaml_values import assert_problem


def test_shapes_are_read() -> None:
    assert words({"orientation": ["portrait", "square"]}) == ("any", "orientation portrait", "orientation square")


@pytest.mark.parametrize(
    ("match", "fields", "expected"),
    [
        ({"orientation": "landscape"}, {"exifImageWidth": 4000, "exifImageHeight": 3000, "orientation": "3"}, True),
        ({"orientation": "portrait"}, {"exifImageWidth": 4000, "exifImageHeight": 3000, "orientation": "5"}, True),
        ({"orientation": "portrait"}, {"exifImageWidth": 1920, "exifImageHeight": 1080, "orientation": "-90"}, True),
        ({"orientation": "square"}, {"exifImageWidth": 100, "exifImageHeight": 100, "orientation": None}, True),
        ({"orientation": "landscape"}, {}, False),
    ],
)
def test_shapes_hold(match: object, fields: dict[str, object], expected: bool) -> None:
    assert holds(match, record(**fields)) is expected


@pytest.mark.parametrize(
    ("match", "message", "hint"),
    [
        ({"orientation": "landscpe"}, "one of landscape, portrait, square is expected here", "Did you mean landscape?"),
    ],
)
def test_what_is_no_shape_is_told(match: object, message: str, hint: str | None) -> None:
    assert_problem(match, message, hint)


def test_the_reason_is_how_it_is_shown() -> None:
    assert check({"orientation": "portrait"}).evidence(record(exifImageWidth=4000, exifImageHeight=3000)) == "landscape"
