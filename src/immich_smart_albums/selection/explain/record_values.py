"""What an asset's record shows of the fields that a search is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from immich_smart_albums.model.query import Query
    from immich_smart_albums.rules.tree import Record

_FIELDS = {
    **{
        name: f"exifInfo.{name}"
        for name in ("city", "state", "country", "make", "model", "lensModel", "rating", "description")
    },
    **{
        name: name
        for name in (
            *("checksum", "createdAt", "isFavorite", "isOffline", "libraryId", "originalFileName", "originalPath"),
            *("type", "updatedAt", "visibility"),
        )
    },
    **{f"{word}{end}": f"{word}At" for word in ("created", "updated") for end in ("After", "Before")},
    "fileSizeInBytes": "exifInfo.fileSizeInByte",
    "isMotion": "livePhotoVideoId",
    "personIds": "people",
    "tagIds": "tags",
    "takenAfter": "fileCreatedAt",
    "takenAt": "fileCreatedAt",
    "takenBefore": "fileCreatedAt",
    "trashedAfter": "isTrashed",
    "trashedAt": "isTrashed",
    "trashedBefore": "isTrashed",
    "withDeleted": "isTrashed",
}
"""For the fields of searches, flat and structured, what shows them in a record; dotted below exifInfo."""

_LISTS = {"people": "name", "tags": "value"}
"""Lists in a record, and what each of their elements is called by."""


def record_values(query: Query, record: Record) -> dict[str, object]:
    """The values in a record that a query is about, by the record's names; empty where it shows none of them."""
    asked = [name for name, _ in query.filters]
    asked += [condition.field for branch in (query.conditions, *query.either) for condition in branch]
    return {field: _value(field, record) for field in dict.fromkeys(_FIELDS[name] for name in asked if name in _FIELDS)}


def _value(field: str, record: Record) -> object:
    if field in _LISTS:
        elements = record.get(field)
        elements = elements if isinstance(elements, list) else []
        return [element.get(_LISTS[field]) or "(no name)" for element in elements if isinstance(element, dict)]
    holder: object = record
    *outer, name = field.split(".")
    for each in outer:
        holder = holder.get(each) if isinstance(holder, dict) else None
    return holder.get(name) if isinstance(holder, dict) else None
