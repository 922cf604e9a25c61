"""How it is made sure that a server heard each property of a request: fields and what stands beside them.

A server drops what it does not know, and so may something on the way. What a record shows is held against the search
(`verify`, `conditions`). Where a record leaves a property open, and for counts, which have no records, the server is
put to a test once in a run (`controls`): by the control that stands here, for fields that of the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.model.search_field import Control, Type
from immich_smart_albums.model.search_fields import BY_NAME, FIELDS

if TYPE_CHECKING:
    from immich_smart_albums.model.query import Value


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a request, and how it is verified."""

    control: Control
    values: tuple[Value, ...] = ()
    """For APART: values that no photo has at once, rare ones first."""


_TRUTH: tuple[Value, ...] = (True, False)

PROPERTIES: dict[str, Property] = {name: Property(row.control, row.apart) for name, row in FIELDS.items()} | {
    "visibility": Property(Control.APART, ("hidden", "archive")),
    "isArchived": Property(Control.APART, _TRUTH),
    "isVisible": Property(Control.APART, _TRUTH),
    "withArchived": Property(Control.REACH),
    "withExif": Property(Control.EXIF),
    "withPeople": Property(Control.PEOPLE),
    "page": Property(Control.ANSWER),
    "size": Property(Control.ANSWER),
    "filter": Property(Control.ANSWER),
    "orderBy": Property(Control.ANSWER),
    "cursor": Property(Control.ANSWER),
}
"""Every property of a flat search, and those beside a search by `filter`."""

NEGATIONS = {"none": "any", "ne": "eq", "notIn": "in", "notLike": "like"}
"""Operators of a search by `filter` that say what must not be, and under which the same value finds just that."""


def control_of(field: str, operator: str) -> Control:
    """Returns how a condition of a search by `filter` is verified where records leave it open."""
    if BY_NAME[field].type is Type.TRUTH:
        return Control.APART
    return Control.CONTRADICTION if operator in NEGATIONS else Control.NOTHING
