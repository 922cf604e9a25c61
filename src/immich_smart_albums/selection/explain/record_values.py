"""Values in an asset's record of the fields that a search is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.search_fields import BY_NAME

if TYPE_CHECKING:
    from immich_smart_albums.model.query import Query
    from immich_smart_albums.rules.tree import Record

_LISTS = {"people": "name", "tags": "value"}
"""Lists in a record, and what each of their elements is called by."""


def record_values(query: Query, record: Record) -> dict[str, object]:
    """Returns the values in a record that a query is about, by the record's names. Empty if it shows none of them."""
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
