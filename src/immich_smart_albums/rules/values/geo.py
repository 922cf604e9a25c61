"""Points, distances and areas on earth: reads them from rules files, and calculates with them."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from immich_smart_albums.rules.syntax.document import MappingNode, ScalarNode, SequenceNode, ValueNode, name_of
from immich_smart_albums.rules.syntax.reader import Circle
from immich_smart_albums.rules.values.numbers import plain_number, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from immich_smart_albums.rules.syntax.reader import Reader

Point = tuple[float, float]
"""Latitude and longitude in degrees."""

_RADIUS = 6_371_008.8
"""Of the earth, in metres, as a sphere: distances are right to about half a percent."""

_METRES = {"m": 1.0, "km": 1000.0, "mi": 1609.344}
_DISTANCE = re.compile(r"(\d{1,7}(?:\.\d{1,6})?)\s*(m|km|mi)", re.ASCII | re.IGNORECASE)
_HALF_ROUND = 20_037_500
"""Metres to the other side of the earth."""


def distance(one: Point, other: Point) -> float:
    """Returns the distance of two points in metres, along the surface."""
    (lat1, lon1), (lat2, lon2) = ((math.radians(lat), math.radians(lon)) for lat, lon in (one, other))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * _RADIUS * math.asin(min(1.0, math.sqrt(half)))


def in_polygon(point: Point, corners: Sequence[Point]) -> bool:
    """Returns whether a point lies in a polygon whose sides are straight on a map; it may cross the date line."""
    latitude, longitude = point
    inside = False
    # Longitudes without the jump at the date line: each side goes the short way around.
    east = [corners[0][1]]
    for _, corner in corners[1:]:
        east.append(east[-1] + (corner - east[-1] + 180) % 360 - 180)
    middle = (min(east) + max(east)) / 2
    longitude += 360 * round((middle - longitude) / 360)
    for place, (lat1, _) in enumerate(corners):
        lat2, lon2 = corners[place - 1][0], east[place - 1]
        if (lat1 > latitude) != (lat2 > latitude):
            lon1 = east[place]
            if longitude < lon1 + (latitude - lat1) / (lat2 - lat1) * (lon2 - lon1):
                inside = not inside
    return inside


def read_circle(value: ValueNode, reader: Reader) -> Circle | None:
    """Returns the circle `{lat, lon, radius}`. None, with a problem noted, for anything else."""
    entries = reader.entries(value, ("lat", "lon", "radius"), "a place on earth")
    if entries is None or _lacks(entries, ("lat", "lon", "radius"), value, reader):
        return None
    latitude, longitude = _degrees(entries["lat"], reader, 90), _degrees(entries["lon"], reader, 180)
    radius = _metres(entries["radius"], reader)
    if latitude is None or longitude is None or radius is None:
        return None
    return Circle(latitude, longitude, radius)


def read_box(value: ValueNode, reader: Reader) -> tuple[float, float, float, float] | None:
    """Returns the box `{south, west, north, east}`. None, with a problem noted, for anything else.

    If west is larger than east, it lies across the date line.
    """
    sides = ("south", "west", "north", "east")
    entries = reader.entries(value, sides, "a box")
    if entries is None or _lacks(entries, sides, value, reader):
        return None
    south, north = (_degrees(entries[side], reader, 90) for side in ("south", "north"))
    west, east = (_degrees(entries[side], reader, 180) for side in ("west", "east"))
    if south is None or north is None or west is None or east is None:
        return None
    if south > north:
        reader.problem(value, "the south of this box lies north of its north: nothing can match", hint="Swap them.")
        return None
    return south, west, north, east


def read_polygon(value: ValueNode, reader: Reader) -> tuple[Point, ...] | None:
    """Returns at least three corners, each `[lat, lon]` or `{lat, lon}`.

    None, with a problem noted, for anything else.
    """
    if not isinstance(value, SequenceNode) or len(value.items) < 3:
        reader.problem(value, "at least three corners are expected here", hint="Write [[60.1, 24.9], [60.2, 25.1], …].")
        return None
    corners = [_corner(item, reader) for item in value.items]
    read = tuple(corner for corner in corners if corner is not None)
    return read if len(read) == len(corners) else None


def _corner(value: ValueNode, reader: Reader) -> Point | None:
    if isinstance(value, SequenceNode) and len(value.items) == 2:
        pair = value.items
    elif isinstance(value, MappingNode):
        entries = reader.entries(value, ("lat", "lon"), "a corner")
        if entries is None or _lacks(entries, ("lat", "lon"), value, reader):
            return None
        pair = (entries["lat"], entries["lon"])
    else:
        reader.problem(value, f"a corner such as [60.1, 24.9] is expected here, not {name_of(value)}")
        return None
    latitude, longitude = _degrees(pair[0], reader, 90), _degrees(pair[1], reader, 180)
    return None if latitude is None or longitude is None else (latitude, longitude)


def _lacks(entries: dict[str, ValueNode], words: Sequence[str], node: ValueNode, reader: Reader) -> bool:
    missing = [word for word in words if word not in entries]
    if missing:
        reader.problem(node, f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing here")
    return bool(missing)


def _degrees(value: ValueNode, reader: Reader, most: int) -> float | None:
    number = plain_number(value.text.strip()) if isinstance(value, ScalarNode) else None
    if number is not None and -most <= number <= most:
        return number
    reader.problem(value, f"degrees from -{most} to {most} are expected here, not {name_of(value)}")
    return None


def _metres(value: ValueNode, reader: Reader) -> float | None:
    match = _DISTANCE.fullmatch(value.text.strip()) if isinstance(value, ScalarNode) else None
    metres = float(match[1]) * _METRES[match[2].lower()] if match else 0
    if 0 < metres <= _HALF_ROUND:
        return metres
    message = f"a distance is expected here, not {name_of(value)}"
    reader.problem(value, message, hint="Write it with its unit: 500m, 2km or 1.5mi.")
    return None


def shown(point: Point) -> str:
    """Returns a point as `60.17, 24.94`."""
    return f"{written(point[0])}, {written(point[1])}"
