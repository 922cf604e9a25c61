"""Distances and areas on earth."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from immich_smart_albums.rules.values.geo import distance, in_polygon

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
