"""Predicate `dimensions`: how many pixels an asset has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import SHAPE_FIELDS, number_in, shape
from immich_smart_albums.rules.values.kinds import OneOrMany, Options, Value
from immich_smart_albums.rules.values.numbers import Unit, plain_number, written
from immich_smart_albums.rules.values.single import NumberRange

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_smart_albums.rules.tree import Node, Record

_PIXELS = Unit("a number of pixels", plain_number, written, "1920..3840")
_MEGAPIXELS = Unit("a number of megapixels", plain_number, written, "12..")


def _measure(word: str, unit: Unit, measure: Callable[[float, float], float]) -> Value[Node]:
    def measured(record: Record) -> float | None:
        size = shape(record)
        return None if size is None else measure(*size)

    return OneOrMany(NumberRange(unit).means(lambda wanted: number_in(word, wanted, unit, measured, *SHAPE_FIELDS)))


PREDICATE = Predicate(
    "dimensions",
    "Width, height and megapixels.",
    value=Options(
        "a mapping of dimensions",
        {
            "width": ("pixels from left to right", _measure("width", _PIXELS, lambda width, _: width)),
            "height": ("pixels from top to bottom", _measure("height", _PIXELS, lambda _, height: height)),
            "megapixels": (
                "millions of pixels",
                _measure("megapixels", _MEGAPIXELS, lambda width, height: width * height / 1_000_000),
            ),
        },
    ),
    picker=Picker.NUMBER,
    phrase="measures {}",
    examples=(
        ("dimensions: {megapixels: {min: 12}}", "twelve megapixels or more"),
        ("dimensions: {width: 1920, height: 1080}", "exactly so many pixels"),
        ("dimensions: {width: ..640}", "at most 640 pixels wide"),
    ),
    notes=(
        "As it is shown: a photo that the camera took on its side is turned first. Options side by side must all hold."
    ),
)
