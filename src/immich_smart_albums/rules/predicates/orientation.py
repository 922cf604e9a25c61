"""Whether an asset is wide, high or square."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import SHAPE_FIELDS, shape
from immich_smart_albums.rules.syntax.reader import read_list
from immich_smart_albums.rules.tree import Filter
from immich_smart_albums.rules.values.schema import one_or_list, words

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import ScalarNode, ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader
    from immich_smart_albums.rules.tree import Node, Record

_WORDS = ("landscape", "portrait", "square")


def _read(_word: ScalarNode, value: ValueNode, reader: Reader) -> Node | None:
    return read_list(value, reader, f"one of {', '.join(_WORDS)}", lambda item: _one(item, reader))


def _one(value: ValueNode, reader: Reader) -> Filter | None:
    wanted = reader.choice(value, _WORDS)
    if wanted is None:
        return None
    return Filter(f"orientation {wanted}", lambda record: _of(record) == wanted, frozenset(SHAPE_FIELDS), _of)


def _of(record: Record) -> str | None:
    size = shape(record)
    if size is None:
        return None
    width, height = size
    return "square" if width == height else "landscape" if width > height else "portrait"


PREDICATE = Predicate(
    "orientation",
    "Whether the photo is wide, high or square.",
    _read,
    schema=one_or_list(words(*_WORDS)),
    picker=Picker.CHOICE,
    phrase="is {}",
    examples=(
        ("orientation: landscape", "wider than high"),
        ("orientation: [portrait, square]", "not wider than high"),
    ),
    options={"landscape": "wider than high", "portrait": "higher than wide", "square": "as wide as high"},
    notes="As it is shown: a photo that the camera took on its side is turned first.",
)
