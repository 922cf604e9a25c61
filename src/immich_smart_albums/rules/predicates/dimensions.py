"""How many pixels an asset has."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import SHAPE_FIELDS, number_in, shape
from immich_smart_albums.rules.syntax.reader import options, read_list
from immich_smart_albums.rules.values.numbers import Unit, plain_number, read_range, written
from immich_smart_albums.rules.values.schema import RANGE, mapping, one_or_list

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_smart_albums.rules.syntax.document import ScalarNode, ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader
    from immich_smart_albums.rules.tree import Node, Record

_PIXELS = Unit("a number of pixels", plain_number, written, "1920..3840")
_MEGAPIXELS = Unit("a number of megapixels", plain_number, written, "12..")

_MEASURES: dict[str, tuple[Unit, Callable[[float, float], float]]] = {
    "width": (_PIXELS, lambda width, _: width),
    "height": (_PIXELS, lambda _, height: height),
    "megapixels": (_MEGAPIXELS, lambda width, height: width * height / 1_000_000),
}


def _read(_word: ScalarNode, value: ValueNode, reader: Reader) -> Node | None:
    readers = {word: partial(_listed, word=word, reader=reader) for word in _MEASURES}
    return options(value, reader, "a mapping of dimensions", readers)


def _listed(value: ValueNode, word: str, reader: Reader) -> Node | None:
    return read_list(value, reader, _MEASURES[word][0].meant, lambda item: _one(item, word, reader))


def _one(value: ValueNode, word: str, reader: Reader) -> Node | None:
    unit, measure = _MEASURES[word]
    wanted = read_range(value, reader, unit)

    def measured(record: Record) -> float | None:
        size = shape(record)
        return None if size is None else measure(*size)

    return None if wanted is None else number_in(word, wanted, unit, measured, *SHAPE_FIELDS)


_RANGES = one_or_list(RANGE)

PREDICATE = Predicate(
    "dimensions",
    "Width, height and megapixels.",
    _read,
    schema=mapping(width=_RANGES, height=_RANGES, megapixels=_RANGES),
    picker=Picker.NUMBER,
    phrase="measures {}",
    examples=(
        ("dimensions: {megapixels: {min: 12}}", "twelve megapixels or more"),
        ("dimensions: {width: 1920, height: 1080}", "exactly so many pixels"),
        ("dimensions: {width: ..640}", "at most 640 pixels wide"),
    ),
    options={
        "width": "pixels from left to right",
        "height": "pixels from top to bottom",
        "megapixels": "millions of pixels",
    },
    notes=(
        "As it is shown: a photo that the camera took on its side is turned first. Options side by side must all hold."
    ),
)
