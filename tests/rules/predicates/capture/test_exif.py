"""The predicate on what the camera wrote: numbers, and exposures as fractions."""

from __future__ import annotations

import pytest

from tests.support.asset_records import check, holds, record, words
from tests.support.yaml_values import Quoted, assert_problem


@pytest.mark.parametrize(
    ("match", "meaning"),
    [
        ({"exif": {"iso": 400}}, "iso 400"),
        ({"exif": {"iso": Quoted("> 400")}}, "iso above 400"),
        ({"exif": {"iso": Quoted("< 400")}}, "iso below 400"),
        ({"exif": {"iso": "..400"}}, "iso to 400"),
        ({"exif": {"iso": "none"}}, "no iso"),
        ({"exif": {"f-number": "f/1.8..2.8"}}, "f-number from 1.8 to 2.8"),
        ({"exif": {"focal-length": "24mm..70 mm"}}, "focal-length from 24 to 70"),
        ({"exif": {"exposure": "1/125"}}, "exposure 1/125 s"),
        ({"exif": {"exposure": "0.3s..30"}}, "exposure from 0.3 s to 30 s"),
        ({"exif": {"exposure": "0..1/2.5"}}, "exposure from 0 s to 0.4 s"),
        ({"exif": {"iso": [None, 100], "exposure": "2.."}}, ("all", ("any", "no iso", "iso 100"), "exposure from 2 s")),
    ],
)
def test_numbers_are_read(match: object, meaning: object) -> None:
    assert words(match) == meaning


@pytest.mark.parametrize(
    ("match", "fields", "expected"),
    [
        ({"exif": {"exposure": "1/125"}}, {"exposureTime": "1/125"}, True),
        ({"exif": {"exposure": "..1/500"}}, {"exposureTime": "1/1000"}, True),
        ({"exif": {"exposure": "..1/500"}}, {"exposureTime": "1/60"}, False),
        ({"exif": {"exposure": "1.."}}, {"exposureTime": "2"}, True),
        ({"exif": {"exposure": "0.3..1"}}, {"exposureTime": "0.5"}, True),
        ({"exif": {"exposure": "1.."}}, {"exposureTime": "bulb"}, False),
        ({"exif": {"exposure": "1.."}}, {"exposureTime": "1/0"}, False),
        ({"exif": {"exposure": "1.."}}, {"exposureTime": 2}, True),
        ({"exif": {"f-number": 1.8}}, {"fNumber": 1.7999999523}, True),
        ({"exif": {"focal-length": "6.7..6.8"}}, {"focalLength": 6.765}, True),
        ({"exif": {"iso": "none"}}, {}, True),
        ({"exif": {"iso": "none"}}, {"iso": 100}, False),
    ],
)
def test_numbers_hold(match: object, fields: dict[str, object], expected: bool) -> None:
    assert holds(match, record(**fields)) is expected


@pytest.mark.parametrize(
    ("match", "message", "hint"),
    [
        ({"exif": {}}, "a mapping of EXIF numbers is empty", "It takes iso, f-number"),
        ({"exif": 400}, "a mapping of EXIF numbers is expected here, a mapping, not '400'", None),
        ({"exif": {"isoo": 1}}, "unknown word 'isoo'", "Did you mean 'iso'?"),
        ({"exif": {"iso": "high"}}, "an ISO number or a range is expected here, not 'high'", "100..800"),
        ({"exif": {"iso": ".."}}, "an ISO number or a range is expected here, not '..'", None),
        ({"exif": {"iso": "100..x"}}, "an ISO number or a range", None),
        ({"exif": {"iso": "x..100"}}, "an ISO number or a range", None),
        ({"exif": {"iso": Quoted("> x")}}, "an ISO number or a range", None),
        ({"exif": {"iso": [[1]]}}, "an ISO number or a range is expected here, not a list", None),
        ({"exif": {"iso": "800..100"}}, "the range ends before it begins", "Swap"),
        ({"exif": {"iso": {"min": 800, "max": 100}}}, "the range ends before it begins", "Swap"),
        ({"exif": {"iso": {}}}, "an ISO number or a range is expected here", "min, max or both"),
        ({"exif": {"iso": {"min": "x"}}}, "an ISO number is expected here, not 'x'", None),
        ({"exif": {"iso": {"min": [1]}}}, "an ISO number is expected here, not a list", None),
        ({"exif": {"iso": {"mn": 1}}}, "unknown word 'mn' in an ISO number", "Did you mean 'min'?"),
        ({"exif": {"exposure": "1/0"}}, "an exposure in seconds or a range is expected here", "1/500..1/60"),
        ({"exif": {"exposure": "fast"}}, "an exposure in seconds", None),
    ],
)
def test_what_is_no_number_is_told(match: object, message: str, hint: str | None) -> None:
    assert_problem(match, message, hint)


def test_the_reason_is_the_number_in_its_unit() -> None:
    assert check({"exif": {"exposure": 1}}).evidence(record(exposureTime="1/4")) == 0.25
