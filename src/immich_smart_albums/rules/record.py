"""Getters for fields of an asset's record, and filters on one field.

A field that is missing, or null, is unknown: no range and no text holds for it, only `none` does.
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

    def get(record: Record) -> object:
        fields = record.get("exifInfo")
        return fields.get(name) if isinstance(fields, dict) else None

    return get


def has_exif(record: Record) -> bool:
    """Returns whether a record has EXIF. Without, nothing is known of the file, not even that something is missing."""
    return isinstance(record.get("exifInfo"), dict)


def number(value: object) -> float | None:
    """Returns a value that is a number. None for any other."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def number_in(word: str, wanted: Range, unit: Unit, getter: Callable[[Record], float | None], *fields: str) -> Filter:
    """Returns a filter for a number in a range; `getter` reads it from these fields."""

    def holds(record: Record) -> bool:
        value = getter(record)
        return value is not None and value in wanted

    return Filter(f"{word} {wanted.words(unit)}", holds, frozenset(fields), getter)


def equals(word: str, wanted: str | int, getter: Getter, field_name: str, *, within: Query | None = None) -> Filter:
    """Returns a filter for a value; `within` is a search that finds exactly the same."""
    return Filter(
        f"{word} {wanted!r}",
        lambda record: getter(record) == wanted,
        frozenset({field_name}),
        getter,
        within,
        superset_is_exact=within is not None,
    )


def is_missing(word: str, getter: Getter, field_name: str, *, within: Query | None = None) -> Filter:
    """Returns a filter for files that were read and lack a field; `within` is a search that finds exactly the same."""
    return Filter(
        f"no {word}",
        lambda record: has_exif(record) and getter(record) is None,
        frozenset({field_name}),
        getter,
        within,
        superset_is_exact=within is not None,
    )


def required(record: Record, name: str) -> object:
    """Returns a top-level field that every record has. Raises FilterError if this one lacks it."""
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
