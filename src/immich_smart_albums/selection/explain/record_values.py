"""Reads from a photo's record the values that a search looks at: `{"exifInfo.city": "Nice"}` for `(city='Kyoto')`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.search_fields import BY_NAME

if TYPE_CHECKING:
    from immich_smart_albums.model.query import Query
    from immich_smart_albums.rules.tree import Record

_LISTS = {"people": "name", "tags": "value"}
"""Lists in a record, with the field that names each element."""


def record_values(query: Query, record: Record) -> dict[str, object]:
    """Returns the values in a record of the fields that a query has conditions on, by their paths.

    Empty if records show none of these fields.
    """
    rows = (BY_NAME[condition.field] for condition in query.conditions)
    paths = dict.fromkeys(row.record_path for row in rows if row.record_path is not None)
    return {path: _value(path, record) for path in paths}


def _value(field: str, record: Record) -> object:
    if field in _LISTS:
        elements = record.get(field)
        elements = elements if isinstance(elements, list) else []
        return [element.get(_LISTS[field]) or "(no name)" for element in elements if isinstance(element, dict)]
    holder: object = record
    *outer, name = field.split(".")
    for part in outer:
        holder = holder.get(part) if isinstance(holder, dict) else None
    return holder.get(name) if isinstance(holder, dict) else None
