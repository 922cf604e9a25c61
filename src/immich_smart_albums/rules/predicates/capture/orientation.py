"""Predicate `orientation`: whether an asset is wide, high or square."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import SHAPE_FIELDS, shape
from immich_smart_albums.rules.tree import Filter
from immich_smart_albums.rules.values.kinds import OneOrMany
from immich_smart_albums.rules.values.single import Choice

if TYPE_CHECKING:
    from immich_smart_albums.rules.tree import Record


def _of(record: Record) -> str | None:
    size = shape(record)
    if size is None:
        return None
    width, height = size
    return "square" if width == height else "landscape" if width > height else "portrait"


_WORDS = {"landscape": "wider than high", "portrait": "higher than wide", "square": "as wide as high"}


def _is(wanted: str) -> Filter:
    return Filter(f"orientation {wanted}", lambda record: _of(record) == wanted, frozenset(SHAPE_FIELDS), _of)


PREDICATE = Predicate(
    "orientation",
    "Whether the photo is wide, high or square.",
    value=OneOrMany(Choice(_WORDS).means(_is)),
    picker=Picker.CHOICE,
    phrase="is {}",
    examples=(
        ("orientation: landscape", "wider than high"),
        ("orientation: [portrait, square]", "not wider than high"),
    ),
    notes="As it is shown: a photo that the camera took on its side is turned first.",
)
