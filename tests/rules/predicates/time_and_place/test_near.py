"""Places by name, points and areas on earth, cameras and lenses."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from immich_smart_albums.rules.values.geo import distance, in_polygon
from tests.support.asset_records import check, holds, record, words
from tests.support.yaml_values import Quoted, problem, value

ANY_PLACE = ("any", "city 'Paris'", "state 'Paris'", "country 'Paris'")


@pytest.mark.parametrize(
    ("match", "meaning"),
    [
        ({"place": "Paris"}, ANY_PLACE),
        ({"place": ["Paris"]}, ANY_PLACE),
        ({"place": {"city": "Paris"}}, "city 'Paris'"),
        (
            {"place": {"city": ["Paris", "none"], "country": "France"}},
            ("all", ("any", "city 'Paris'", "no city"), "country 'France'"),
        ),
        ({"place": {"state": None}}, "no state"),
        ({"place": {"city": Quoted("none")}}, "city 'none'"),
        ({"place": "none"}, "no place"),
        ({"place": [None, {"city": "Paris"}]}, ("any", "no place", "city 'Paris'")),
        ({"camera": "Apple"}, ("any", "make 'Apple'", "model 'Apple'")),
        (
            {"camera": {"make": "Apple", "model": ["A", "B"]}},
            ("all", "make 'Apple'", ("any", "model 'A'", "model 'B'")),
        ),
        ({"camera": {"lens": "FE 85mm F1.8"}}, "lens 'FE 85mm F1.8'"),
        ({"camera": {"lens": "~"}}, "no lens"),
        ({"camera": "none"}, "no camera"),
    ],
)
def test_names_are_read(match: object, meaning: object) -> None:
    assert words(match) == meaning


@pytest.mark.parametrize(
    ("match", "fields", "expected"),
    [
        ({"place": "Paris"}, {"city": "Paris"}, True),
        ({"place": "Uusimaa"}, {"city": "Helsinki", "state": "Uusimaa"}, True),
        ({"place": "Paris"}, {"city": "paris"}, False),
        ({"place": "Paris"}, {}, False),
        ({"place": {"city": "Springfield", "state": "Illinois"}}, {"city": "Springfield", "state": "Missouri"}, False),
        ({"place": {"country": "France", "city": "none"}}, {"country": "France"}, True),
        ({"place": {"country": "France", "city": "none"}}, {"country": "France", "city": "Nice"}, False),
        ({"place": "none"}, {}, True),
        ({"place": "none"}, {"country": "France"}, False),
        ({"camera": "Apple"}, {"make": "Apple", "model": "iPhone 8"}, True),
        ({"camera": "iPhone 8"}, {"make": "Apple", "model": "iPhone 8"}, True),
        ({"camera": "none"}, {"lensModel": "50mm"}, True),
        ({"camera": "none"}, {"make": "Apple"}, False),
        ({"camera": {"lens": "50mm"}}, {"lensModel": "50mm"}, True),
        ({"near": "none"}, {"latitude": 1.0}, True),
        ({"near": "none"}, {"latitude": 1.0, "longitude": 2}, False),
    ],
)
def test_names_are_exact(match: object, fields: dict[str, object], expected: bool) -> None:
    assert holds(match, record(**fields)) is expected


@pytest.mark.parametrize("word", ["place", "camera", "near"])
def test_of_a_file_that_immich_has_not_read_nothing_is_known_to_be_missing(word: str) -> None:
    assert not holds({word: "none"}, {"id": "1"})
    assert holds({word: "none"}, record())


@pytest.mark.parametrize(
    ("match", "filters"),
    [
        ({"place": {"city": "Paris"}}, {"city": "Paris"}),
        ({"place": {"city": "none"}}, {"city": None}),
        ({"place": "none"}, {"city": None, "country": None, "state": None}),
        ({"camera": {"lens": "x"}}, {"lensModel": "x"}),
        ({"camera": "none"}, {"make": None, "model": None}),
    ],
)
def test_the_server_finds_exactly_the_same_names(match: object, filters: dict[str, object]) -> None:
    result = check(match)
    assert result.superset is not None
    assert result.superset.flat_fields == filters
    assert result.superset_is_exact


def test_the_reason_is_what_immich_knows() -> None:
    paris = record(city="Paris", country="France", latitude=48.9, longitude=2.3)
    assert check({"place": {"city": "Nice"}}).evidence(paris) == "Paris"
    assert check({"place": "none"}).evidence(paris) == ["Paris", "France"]
    assert check({"near": "cabin"}).evidence(paris) == (48.9, 2.3)


HELSINKI, TALLINN = (60.1699, 24.9384), (59.4370, 24.7536)
FIJI = {"south": -20, "west": 176, "north": -12, "east": -178}
TRIANGLE = [[0, 0], [10, 0], [0, 10]]


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


coordinates = st.tuples(st.floats(-89, 89), st.floats(-180, 180))


@given(coordinates, coordinates)
def test_a_distance_is_that_of_the_straight_line_bent(one: tuple[float, float], other: tuple[float, float]) -> None:
    def vector(point: tuple[float, float]) -> tuple[float, ...]:
        lat, lon = map(math.radians, point)
        return (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))

    chord = math.dist(vector(one), vector(other))
    assert distance(one, other) == pytest.approx(2 * 6_371_008.8 * math.asin(min(1, chord / 2)), abs=1, rel=1e-6)


@given(coordinates, st.floats(0.1, 20), st.floats(-179, 179))
def test_a_polygon_means_the_same_wherever_it_lies(point: tuple[float, float], side: float, shift: float) -> None:
    def moved(longitude: float) -> float:
        return (longitude + shift + 180) % 360 - 180

    corners = [(-side, -side), (-side, side), (side, side), (side, -side)]
    latitude, longitude = point
    inside = abs(latitude) < side and abs(longitude) < side
    if abs(abs(latitude) - side) > 1e-6 and abs(abs(longitude) - side) > 1e-6:
        moved_corners = [(lat, moved(lon)) for lat, lon in corners]
        assert in_polygon((latitude, moved(longitude)), moved_corners) is inside


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
        ({"place": {}}, "a place is empty", "It takes name, city, state, country."),
        ({"place": {"town": "Paris"}}, "unknown word 'town' in a place", "Known are name, city"),
        ({"place": {"city": {"a": 1}}}, "a city is expected here, not a mapping", None),
        ({"place": Quoted(" ")}, "the name of a city, state or country is expected here, not a blank text", None),
        ({"camera": {"len": "x"}}, "unknown word 'len'", "Did you mean 'lens'?"),
        ({"camera": ""}, "the make or model of a camera is expected here, not nothing", None),
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
def test_what_is_no_place_or_camera_is_told(match: object, message: str, hint: str | None) -> None:
    result = problem(match)
    assert message in result.message
    assert (hint or "") in (result.hint or "")


def test_a_problem_stands_under_the_value() -> None:
    assert value({"near": "cabn"}).span.line == 1
    assert problem({"near": "cabn"}).excerpt == "{near: cabn}\n       ^"
