"""The table of the properties of a request, each with the control that shows whether the server obeys it.

A server drops properties that it does not know, and so may a proxy. Returned records are verified (`verify`,
`conditions`). For properties that records do not show, and for counts, which have no records, the server is tested once
in a run (`controls`) by the control in this table; for search fields it is that of the table of fields.
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
"""Operators of `filter` that exclude, each with its opposite."""


def control_of(field: str, operator: str) -> Control:
    """Returns the control of a condition of `filter` that records do not show."""
    if BY_NAME[field].type is Type.TRUTH:
        return Control.APART
    return Control.CONTRADICTION if operator in NEGATIONS else Control.NOTHING
