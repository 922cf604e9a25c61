"""Getters for the fields of an asset's record, and filters on one of them.

A fact that is missing, or null, is not known: no range and no text holds for it, only `none` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.errors import FilterError
from immich_smart_albums.rules.tree import Filter, Getter, Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_smart_albums.model.query import Query
    from immich_smart_albums.rules.values.numbers import Range, Unit


def field(name: str) -> Getter:
    """Returns a getter for a top-level field that every record has."""
    return lambda record: required(record, name)


def optional(name: str) -> Getter:
    """Returns a getter for a top-level field that a record may lack."""
    return lambda record: record.get(name)


def exif(name: str) -> Getter:
    """Returns a getter for a field of `exifInfo`."""

    def fact(record: Record) -> object:
        fields = record.get("exifInfo")
        return fields.get(name) if isinstance(fields, dict) else None

    return fact


def has_exif(record: Record) -> bool:
    """Returns whether Immich has read the file. Until then nothing is known, not even that something is missing."""
    return isinstance(record.get("exifInfo"), dict)


def number(value: object) -> float | None:
    """Returns the number that a getter reads. None if it is no number."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def number_in(word: str, wanted: Range, unit: Unit, fact: Callable[[Record], float | None], *fields: str) -> Filter:
    """Returns a filter for records whose number lies in a range."""

    def holds(record: Record) -> bool:
        value = fact(record)
        return value is not None and value in wanted

    return Filter(f"{word} {wanted.words(unit)}", holds, frozenset(fields), fact)


def equals(word: str, wanted: str | int, fact: Getter, field_name: str, *, within: Query | None = None) -> Filter:
    """Returns a filter for records with exactly this value; its `superset` finds exactly the same."""
    return Filter(
        f"{word} {wanted!r}",
        lambda record: fact(record) == wanted,
        frozenset({field_name}),
        fact,
        within,
        superset_is_exact=within is not None,
    )


def is_missing(word: str, fact: Getter, field_name: str, *, within: Query | None = None) -> Filter:
    """Returns a filter for files that were read and lack the field; its `superset` finds exactly the same."""
    return Filter(
        f"no {word}",
        lambda record: has_exif(record) and fact(record) is None,
        frozenset({field_name}),
        fact,
        within,
        superset_is_exact=within is not None,
    )


def required(record: Record, name: str) -> object:
    """Returns a top-level field whose absence means nothing. Raises FilterError if the record lacks it."""
    if name not in record:
        message = f"the server did not tell {name!r} of asset {record.get('id')}"
        raise FilterError(message, hint="Nothing is decided without it. Please report this with the server's version.")
    return record[name]


SHAPE_FIELDS = ("exifInfo.exifImageWidth", "exifInfo.exifImageHeight", "exifInfo.orientation")

_WIDTH, _HEIGHT, _ORIENTATION = exif("exifImageWidth"), exif("exifImageHeight"), exif("orientation")
_TURNED = frozenset({"5", "6", "7", "8", "90", "-90"})
"""EXIF orientations that swap width and height, and the rotations of videos (as Immich's own web page reads them)."""


def shape(record: Record) -> tuple[float, float] | None:
    """Returns width and height in pixels, neither of them 0. None if Immich does not know both."""
    width, height = number(_WIDTH(record)), number(_HEIGHT(record))
    if not width or not height:
        return None
    return (height, width) if str(_ORIENTATION(record)) in _TURNED else (width, height)
