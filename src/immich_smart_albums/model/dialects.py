"""Translates conditions to and from the two dialects of Immich's searches: flat fields, and `filter` (3.2 and later).

    >>> where(city="Nice", takenAfter="2024-01-01T00:00:00.000Z", isNotInAlbum=True)  # doctest: +NORMALIZE_WHITESPACE
    (Condition(field='city', operator='eq', value='Nice'),
     Condition(field='hasAlbums', operator='eq', value=False),
     Condition(field='takenAt', operator='gte', value='2024-01-01T00:00:00.000Z'))
    >>> as_flat(Condition("hasAlbums", "eq", value=False)), as_flat(Condition("personIds", "none", ("ben",)))
    (('isNotInAlbum', True), None)

A condition means what the flat field means, in every version. It is sent by `filter` only if that surely means the
same, by Immich's own query builders (`searchAssetBuilder` and `searchAssetBuilderLegacy` in
server/src/utils/database.ts, 2026-08), also for descendants of tags and for wildcards in texts. These stay flat:

- tests for a missing value, since not every release treats assets without EXIF as the flat search does;
- fields that let in what is in the trash, or what others put into an album;
- fields of which nothing is certain.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from immich_smart_albums.model.condition import Condition, ordered
from immich_smart_albums.model.search_field import Type
from immich_smart_albums.model.search_fields import BY_NAME, FIELDS, ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.model.condition import Branch, Value

_FLAT = {row.condition: row.name for row in ROWS if row.condition is not None}
_ABSENCES = {Condition(row.absence[1], "eq", value=False): row for row in ROWS if row.absence is not None}

_REMEMBERED = 1 << 16


def where(**filters: Value) -> Branch:
    """Returns the conditions that flat fields with these values mean."""
    return conditions_of(filters)


def conditions_of(filters: Mapping[str, Value]) -> Branch:
    """Returns the same as `where` for fields in a mapping."""
    return ordered(as_condition(name, value) for name, value in filters.items())


def as_condition(name: str, value: Value) -> Condition:
    """Returns the condition that a flat field with a value means."""
    meaning = _in_filter(name, value)
    if meaning is not None:
        return meaning
    row = BY_NAME[name]
    if value == "" and row.condition is not None and row.condition[0] == name:
        return Condition(*row.condition, value)
    return Condition(name, "all" if row.type is Type.IDS and value is not None else "eq", value)


def as_flat(condition: Condition) -> tuple[str, Value] | None:
    """Returns the flat field, and its value, that means a condition. None if there is none."""
    # Not cached by equality: 1 equals true, and a server takes only one of them.
    absence = _ABSENCES.get(condition) if condition.value is False else None
    if absence is not None and absence.absence is not None:
        return absence.name, absence.absence[0]
    name, value = _FLAT.get((condition.field, condition.operator), condition.field), condition.value
    return (name, value) if name in FIELDS and as_condition(name, value) == condition else None


def shown_name(condition: Condition) -> str:
    """Returns the name of a condition's field in messages: that of the flat field, if there is one."""
    flat = as_flat(condition)
    return condition.field if flat is None else flat[0]


@lru_cache(maxsize=_REMEMBERED)
def is_in_filter(condition: Condition) -> bool:
    """Returns whether `filter` can surely ask for a condition."""
    flat = as_flat(condition)
    is_sure = flat is None or _in_filter(*flat) is not None
    return is_sure and condition.operator in BY_NAME[condition.field].operators


def _in_filter(name: str, value: Value) -> Condition | None:
    """Returns the condition of `filter` that surely means the same as a flat field. None if there is none."""
    row = BY_NAME[name]
    if row.absence is not None and value is row.absence[0]:
        return Condition(row.absence[1], "eq", value=False)
    if value is None or value == "" or row.condition is None:
        return None
    return Condition(*row.condition, value)
