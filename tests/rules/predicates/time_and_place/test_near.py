"""The predicate on points and areas on earth."""

from __future__ import annotations

import pytest

from tests.support.asset_records import check, holds, record, words
from tests.support.yaml_values import assert_problem, problem, value

HELSINKI, TALLINN = (60.1699, 24.9384), (59.4370, 24.7536)

FIJI = {"south": -20, "west": 176, "north": -12, "east": -178}

TRIANGLE = [[0, 0], [10, 0], [0, 10]]


@pytest.mark.parametrize(
    ("match", "fields", "expected"),
    [
        ({"near": "none"}, {"latitude": 1.0}, True),
        ({"near": "none"}, {"latitude": 1.0, "longitude": 2}, False),
    ],
)
def test_what_is_missing_is_none(match: object, fields: dict[str, object], expected: bool) -> None:
    assert holds(match, record(**fields)) is expected


def test_of_a_file_that_immich_has_not_read_nothing_is_known_to_be_missing() -> None:
    assert not holds({"near": "none"}, {"id": "1"})
    assert holds({"near": "none"}, record())


@pytest.mark.parametrize(
    ("area", "point", "expected"),
    [
        ("cabin", (61.2, 24.1), True),
        ("cabin", (61.217, 24.1), True),
        ("cabin", (61.219, 24.1), False),
        ({"lat": 60.1699, "lon": 24.9384, "radius": "83km"}, TALLINN, True),
        ({"lat": 60.1699, "lon": 24.9384, "radius": "81 km"}, TALLINN, False),
        ({"lat": 60.1699, "lon": 24.9384, "radius": "51.5mi"}, TALLINN, True),
        ({"lat": 0, "lon": 180, "radius": "20km"}, (0, -179.9), True),
        ({"lat": 90, "lon": 0, "radius": "20km"}, (89.9, 137), True),
        ({"lat": 0, "lon": 0, "radius": "500m"}, (0, 180), False),
        ({"box": FIJI}, (-17, 179), True),
        ({"box": FIJI}, (-17, -179), True),
        ({"box": FIJI}, (-17, 175), False),
        ({"box": FIJI}, (-11, 179), False),
        ({"box": {"south": 0, "west": 0, "north": 10, "east": 10}}, (10, 0), True),
        ({"box": {"south": 0, "west": 0, "north": 10, "east": 10}}, (5, -1), False),
        ({"polygon": TRIANGLE}, (2, 2), True),
        ({"polygon": TRIANGLE}, (6, 6), False),
        ({"polygon": TRIANGLE}, (-1, 5), False),
        ({"polygon": [{"lat": 0, "lon": 179}, {"lat": 0, "lon": -179}, {"lat": 2, "lon": 180}]}, (0.5, -179.8), True),
        ({"polygon": [{"lat": 0, "lon": 179}, {"lat": 0, "lon": -179}, {"lat": 2, "lon": 180}]}, (0.5, 0), False),
        (["cabin", {"box": FIJI}], (61.2, 24.1), True),
    ],
)
def test_areas_hold_what_lies_in_them(area: object, point: tuple[float, float], expected: bool) -> None:
    assert holds({"near": area}, record(latitude=point[0], longitude=point[1])) is expected
    assert not holds({"near": area}, record(latitude=point[0]))


@pytest.mark.parametrize(
    ("area", "meaning"),
    [
        ("cabin", "within 2000 m of 61.2, 24.1"),
        ({"lat": 60, "lon": -0.5, "radius": "1mi"}, "within 1609.344 m of 60, -0.5"),
        ({"box": FIJI}, "in the box from -20, 176 to -12, -178"),
        ({"polygon": TRIANGLE}, "in the polygon 0, 0; 10, 0; 0, 10"),
        ("none", "no coordinates"),
    ],
)
def test_areas_in_words(area: object, meaning: str) -> None:
    assert words({"near": area}) == meaning


@pytest.mark.parametrize(
    ("match", "message", "hint"),
    [
        ({"near": "cabn"}, "there is no place named 'cabn' under places", "Did you mean 'cabin'?"),
        ({"near": "xyz"}, "there is no place named 'xyz'", "or write {lat"),
        ({"near": ""}, "the name of a place is expected here", None),
        ({"near": {}}, "a place on earth is expected here", "It takes lat, lon and radius"),
        ({"near": {"box": FIJI, "polygon": TRIANGLE}}, "a place on earth is expected here", "or a box"),
        ({"near": {"lat": 1, "lon": 2}}, "radius is missing here", None),
        ({"near": {"radius": "1km"}}, "lat and lon are missing here", None),
        ({"near": {"lat": 1, "lon": 2, "radius": "1km", "x": 1}}, "unknown word 'x'", None),
        ({"near": {"lat": 1, "lon": 2, "radius": 500}}, "a distance is expected here, not '500'", "500m, 2km or 1.5mi"),
        ({"near": {"lat": 1, "lon": 2, "radius": "0km"}}, "a distance is expected here", None),
        ({"near": {"lat": 1, "lon": 2, "radius": "30000km"}}, "a distance is expected here", None),
        ({"near": {"lat": 1, "lon": 2, "radius": ["1km"]}}, "a distance is expected here, not a list", None),
        ({"near": {"lat": 91, "lon": 2, "radius": "1km"}}, "degrees from -90 to 90 are expected here, not '91'", None),
        ({"near": {"lat": 1, "lon": "181", "radius": "1km"}}, "degrees from -180 to 180", None),
        ({"near": {"box": {"south": 1, "west": 1, "north": 0, "east": 2}}}, "lies north of its north", "Swap"),
        ({"near": {"box": {"south": 1}}}, "west and north and east are missing here", None),
        ({"near": {"box": {"south": 0, "west": 1, "north": 0, "east": "x"}}}, "degrees from -180 to 180", None),
        ({"near": {"box": [1, 2, 3, 4]}}, "a box is expected here, a mapping, not a list", None),
        ({"near": {"polygon": [[0, 0], [1, 1]]}}, "at least three corners are expected here", None),
        ({"near": {"polygon": [[0, 0], [1, 1], "x"]}}, "a corner such as [60.1, 24.9] is expected here, not 'x'", None),
        ({"near": {"polygon": [[0, 0], [1, 1], [1, 200]]}}, "degrees from -180 to 180", None),
        ({"near": {"polygon": [[0, 0], [1, 1], {"lat": 1}]}}, "lon is missing here", None),
        ({"near": {"polygon": [[0, 0], [1, 1], {"lat": 1, "lng": 1}]}}, "unknown word 'lng'", "Did you mean"),
    ],
)
def test_what_is_no_place_on_earth_is_told(match: object, message: str, hint: str | None) -> None:
    assert_problem(match, message, hint)


def test_a_problem_stands_under_the_value() -> None:
    assert value({"near": "cabn"}).span.line == 1
    assert problem({"near": "cabn"}).excerpt == "{near: cabn}\n       ^"


def test_the_reason_is_what_immich_knows() -> None:
    assert check({"near": "cabin"}).evidence(record(latitude=48.9, longitude=2.3)) == (48.9, 2.3)
