"""Predicate `near`: where on earth an asset was taken, by its coordinates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.text.forms import nfc
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import exif, has_exif, number
from immich_smart_albums.rules.syntax.diagnostics import did_you_mean
from immich_smart_albums.rules.tree import Filter
from immich_smart_albums.rules.values.geo import Point, distance, in_polygon, read_box, read_circle, read_polygon, shown
from immich_smart_albums.rules.values.kinds import ByHand, MappingByHand, OneOf, OneOrMany
from immich_smart_albums.rules.values.numbers import written
from immich_smart_albums.rules.values.schema import SCALAR, TEXT, mapping
from immich_smart_albums.rules.values.single import NoneIs

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_smart_albums.rules.syntax.document import MappingNode, ValueNode
    from immich_smart_albums.rules.syntax.reader import Circle, Reader
    from immich_smart_albums.rules.tree import Node, Record

_MEANT = "a place on earth"
_LATITUDE, _LONGITUDE = exif("latitude"), exif("longitude")


def _named(value: ValueNode, reader: Reader) -> Node | None:
    name = reader.text(value, "the name of a place")
    if name is None:
        return None
    circle = reader.places.get(nfc(name))
    if circle is None:
        otherwise = 'Name it under "places:", or write {lat: …, lon: …, radius: …}.'
        hint = did_you_mean(name, reader.places, otherwise)
        reader.problem(value, f"there is no place named {name!r} under places", hint=hint)
        return None
    return _around(circle, f"near {name!r}")


def _area(value: MappingNode, reader: Reader) -> Node | None:
    keys = [key.text for key, _ in value.entries]
    if keys == ["box"]:
        return _in_box(value.entries[0][1], reader)
    if keys == ["polygon"]:
        return _in_polygon(value.entries[0][1], reader)
    if not {"lat", "lon", "radius"}.isdisjoint(keys):
        circle = read_circle(value, reader)
        return None if circle is None else _around(circle)
    reader.problem(value, f"{_MEANT} is expected here", hint="It takes lat, lon and radius, or a box, or a polygon.")
    return None


def _around(circle: Circle, title: str = "") -> Filter:
    middle = (circle.latitude, circle.longitude)
    words = f"within {written(circle.radius)} m of {shown(middle)}"
    return _filter(words, lambda point: distance(middle, point) <= circle.radius, title)


def _in_box(value: ValueNode, reader: Reader) -> Filter | None:
    box = read_box(value, reader)
    if box is None:
        return None
    south, west, north, east = box

    def holds(point: Point) -> bool:
        latitude, longitude = point
        across = longitude >= west or longitude <= east
        return south <= latitude <= north and (across if west > east else west <= longitude <= east)

    return _filter(f"in the box from {shown((south, west))} to {shown((north, east))}", holds)


def _in_polygon(value: ValueNode, reader: Reader) -> Filter | None:
    corners = read_polygon(value, reader)
    if corners is None:
        return None
    return _filter(f"in the polygon {'; '.join(map(shown, corners))}", lambda point: in_polygon(point, corners))


def _filter(words: str, holds: Callable[[Point], bool], title: str = "") -> Filter:
    def test(record: Record) -> bool:
        point = _point(record)
        return point is not None and holds(point)

    return Filter(words, test, _FIELDS, _point, text=title)


def _point(record: Record) -> Point | None:
    latitude, longitude = number(_LATITUDE(record)), number(_LONGITUDE(record))
    return None if latitude is None or longitude is None else (latitude, longitude)


_FIELDS = frozenset({"exifInfo.latitude", "exifInfo.longitude"})
_NOWHERE = Filter("no coordinates", lambda record: has_exif(record) and _point(record) is None, _FIELDS, _point)
_CORNER = {"anyOf": [mapping(lat=SCALAR, lon=SCALAR), {"type": "array", "items": SCALAR, "minItems": 2, "maxItems": 2}]}

_OPTIONS = {
    "lat": "latitude in degrees, north is positive; with `lon` and `radius`",
    "lon": "longitude in degrees, east is positive",
    "radius": "distance with its unit: `500m`, `2km`, `1mi`",
    "box": "`south`, `west`, `north`, `east` in degrees; across the date line where west is larger than east",
    "polygon": "at least three corners, `[lat, lon]` each; its sides are straight on a map",
}

PREDICATE = Predicate(
    "near",
    "Where on earth the photo was taken: around a point, in a box, in a polygon.",
    value=OneOrMany(
        OneOf(
            ByHand(_named, TEXT, meant=_MEANT),
            NoneIs(_NOWHERE),
            MappingByHand(
                _area,
                mapping(
                    lat=SCALAR,
                    lon=SCALAR,
                    radius=TEXT,
                    box=mapping(south=SCALAR, west=SCALAR, north=SCALAR, east=SCALAR),
                    polygon={"type": "array", "items": _CORNER, "minItems": 3},
                ),
                _OPTIONS,
            ),
        )
    ),
    picker=Picker.NEAR,
    phrase="was taken near {}",
    examples=(
        ("near: cabin", "around a place that the file names under `places`"),
        ("near: {lat: 60.17, lon: 24.94, radius: 2km}", "within two kilometres of the centre of Helsinki"),
        ("near: {box: {south: 59.7, west: 20.5, north: 70.1, east: 31.6}}", "in the box around Finland"),
        ("near: {polygon: [[60.1, 24.8], [60.3, 24.8], [60.2, 25.2]]}", "in this triangle"),
        ("near: none", "without coordinates"),
    ),
    notes=(
        "Distances are along the surface of the earth. Immich's search knows no coordinates, so put something beside "
        "it that narrows the search, such as `place` or `taken`, where the library is large."
    ),
)
