"""Numbers: ranges and units, exposure, sizes, dimensions, orientation, durations, ratings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from immich_smart_albums.errors import FilterError
from immich_smart_albums.rules.values.numbers import Range, Unit, plain_number, written
from tests.support.asset_records import check, holds, record, words
from tests.support.yaml_values import Quoted, problem


@pytest.mark.parametrize(
    ("iso", "inside", "outside"),
    [
        (400, [400], [399, 401]),
        ("100..800", [100, 800], [99, 801]),
        ("100 .. 800", [100, 800], [99, 801]),
        ("100..", [100, 99999], [99]),
        ("..800", [800, 0], [801]),
        (Quoted(">= 400"), [400], [399]),
        (Quoted("<=400"), [400], [401]),
        (Quoted("> 400"), [401], [400]),
        (Quoted("<400"), [399], [400]),
        ({"min": 100}, [100], [99]),
        ({"max": 800}, [800], [801]),
        ({"min": 100, "max": 800}, [100, 800], [99, 801]),
        ([100, "400..800"], [100, 400], [200]),
    ],
)
def test_ranges_have_their_ends(iso: object, inside: list[int], outside: list[int]) -> None:
    assert all(holds({"exif": {"iso": iso}}, record(iso=number)) for number in inside)
    assert not any(holds({"exif": {"iso": iso}}, record(iso=number)) for number in [*outside, None, True])


@given(st.floats(0.001, 1e9), st.floats(0.001, 1e9))
def test_a_range_holds_its_own_ends_and_is_told_apart_from_others(one: float, other: float) -> None:
    low, high = sorted((one, other))
    unit = Unit("", plain_number, written, "")
    assert low in Range(low, high)
    assert high in Range(low, high)
    assert (low in Range(low, None, has_low=False)) is False
    if one != other:
        assert Range(one, None).words(unit) != Range(other, None).words(unit)


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
        ({"size": "5MB"}, "size 5000000 bytes"),
        ({"size": {"min": "1.5 kB", "max": "1GiB"}}, "size from 1500 bytes to 1073741824 bytes"),
        ({"size": "12b.."}, "size from 12 bytes"),
        ({"dimensions": {"megapixels": "12..", "width": 4000}}, ("all", "megapixels from 12", "width 4000")),
        ({"orientation": ["portrait", "square"]}, ("any", "orientation portrait", "orientation square")),
        ({"duration": "10s..2m"}, "duration from 10 s to 120 s"),
        ({"duration": "1h 30min.."}, "duration from 5400 s"),
        ({"duration": "1:30:00.5"}, "duration 5400.5 s"),
        ({"duration": {"max": "0:10"}}, "duration to 10 s"),
        ({"duration": "2 seconds"}, "duration 2 s"),
        ({"rating": 5}, "rating 5"),
        ({"rating": {"min": 4}}, ("any", "rating 4", "rating 5")),
        ({"rating": Quoted("< 2")}, "rating 1"),
        ({"rating": ["none", "rejected", "-1"]}, ("any", "no rating", "rating -1", "rating -1")),
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
        ({"size": {"min": "5MB"}}, {"fileSizeInByte": 5_000_000}, True),
        ({"size": {"min": "5MB"}}, {"fileSizeInByte": 4_999_999}, False),
        ({"size": {"min": "5MB"}}, {}, False),
        ({"dimensions": {"width": 4000}}, {"exifImageWidth": 4000, "exifImageHeight": 3000, "orientation": "1"}, True),
        ({"dimensions": {"width": 3000}}, {"exifImageWidth": 4000, "exifImageHeight": 3000, "orientation": "6"}, True),
        ({"dimensions": {"height": 4000}}, {"exifImageWidth": 4000, "exifImageHeight": 3000, "orientation": "8"}, True),
        ({"dimensions": {"megapixels": 12}}, {"exifImageWidth": 4000, "exifImageHeight": 3000}, True),
        ({"dimensions": {"width": "1.."}}, {"exifImageWidth": 4000}, False),
        ({"dimensions": {"width": "0.."}}, {"exifImageWidth": 0, "exifImageHeight": 3000}, False),
        ({"orientation": "landscape"}, {"exifImageWidth": 4000, "exifImageHeight": 3000, "orientation": "3"}, True),
        ({"orientation": "portrait"}, {"exifImageWidth": 4000, "exifImageHeight": 3000, "orientation": "5"}, True),
        ({"orientation": "portrait"}, {"exifImageWidth": 1920, "exifImageHeight": 1080, "orientation": "-90"}, True),
        ({"orientation": "square"}, {"exifImageWidth": 100, "exifImageHeight": 100, "orientation": None}, True),
        ({"orientation": "landscape"}, {}, False),
        ({"duration": {"max": "10s"}}, {"duration": "0:00:02.00000"}, True),
        ({"duration": {"max": "10s"}}, {"duration": 2000}, True),
        ({"duration": {"max": "10s"}}, {"duration": 10_500}, False),
        ({"duration": {"max": "10s"}}, {"duration": "0:00:00.00000"}, False),
        ({"duration": {"max": "10s"}}, {"duration": None}, False),
        ({"duration": "1h.."}, {"duration": "1:00:00.00000"}, True),
        ({"rating": {"max": 2}}, {"rating": 1}, True),
        ({"rating": {"max": 2}}, {"rating": -1}, False),
        ({"rating": {"max": 2}}, {}, False),
        ({"rating": "rejected"}, {"rating": -1}, True),
        ({"rating": "none"}, {}, True),
        ({"rating": "none"}, {"rating": -1}, False),
        ({"rating": "none"}, {"rating": 0}, True),
        ({"rating": {"max": 2}}, {"rating": 0}, False),
    ],
)
def test_numbers_hold(match: object, fields: dict[str, object], expected: bool) -> None:
    assert holds(match, record(**fields)) is expected


@pytest.mark.parametrize(
    ("rating", "filters"), [(4, {"rating": 4}), ("none", {"rating": None}), ("rejected", None), ("4..4", {"rating": 4})]
)
def test_the_server_finds_ratings_one_by_one(rating: object, filters: dict[str, object] | None) -> None:
    result = check({"rating": rating})
    assert (result.superset and result.superset.flat_fields) == filters
    assert result.superset_is_exact is (filters is not None)


def test_the_reason_is_the_number_in_its_unit() -> None:
    given_ = record(exposureTime="1/4", duration="0:01:02.50000", exifImageWidth=4000, exifImageHeight=3000)
    assert check({"exif": {"exposure": 1}}).evidence(given_) == 0.25
    assert check({"duration": "1s"}).evidence(given_) == 62.5
    assert check({"dimensions": {"megapixels": 1}}).evidence(given_) == 12
    assert check({"orientation": "portrait"}).evidence(given_) == "landscape"


def test_a_record_without_its_duration_is_no_photo() -> None:
    with pytest.raises(FilterError, match="duration"):
        check({"duration": "1s"}).holds({})


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
        ({"size": 5000000}, "a size with its unit, such as 5MB, or a range is expected here, not '5000000'", None),
        ({"dimensions": {"width": "4000px"}}, "a number of pixels or a range", None),
        ({"orientation": "landscpe"}, "one of landscape, portrait, square is expected here", "Did you mean landscape?"),
        ({"duration": 30}, "a length of time such as 30s or 1:30 or a range is expected here, not '30'", None),
        ({"duration": "10ms"}, "a length of time", None),
        ({"rating": 7}, "no rating from 1 to 5 lies in this range", None),
        ({"rating": 0}, "a number of stars from 1 to 5 is expected here, not '0'", "rating: none"),
        ({"rating": ["Unrated"]}, "a number of stars from 1 to 5 is expected here", "rating: none"),
        ({"rating": "..0"}, "no rating from 1 to 5 lies in this range", "rating: none"),
        ({"rating": "good"}, "a number of stars from 1 to 5 or a range is expected here", None),
    ],
)
def test_what_is_no_number_is_told(match: object, message: str, hint: str | None) -> None:
    result = problem(match)
    assert message in result.message
    assert (hint or "") in (result.hint or "")
