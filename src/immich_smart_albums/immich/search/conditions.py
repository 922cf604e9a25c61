"""Holding returned assets against the conditions of a structured search, as far as a record tells."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from immich_smart_albums.immich.search import record_match
from immich_smart_albums.model.instants import to_milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from immich_smart_albums.immich.search.page import Record
    from immich_smart_albums.model.query import Condition

_PLAIN = {name: name for name in ("id", "libraryId", "type", "isOffline", "originalFileName", "originalPath")}
_IN_EXIF = {
    **{name: name for name in ("city", "state", "country", "make", "model", "lensModel", "rating", "description")},
    "fileSizeInBytes": "fileSizeInByte",
}
_MOMENTS = {"takenAt": "fileCreatedAt", "createdAt": "createdAt", "updatedAt": "updatedAt"}


@dataclass(frozen=True, slots=True)
class Verifiable:
    """What can be said of one condition."""

    fields: frozenset[str]
    """What a record must have for it, dotted below exifInfo."""
    holds: Callable[[Record], bool | None]
    """None where the record does not settle it."""


def verifiable(condition: Condition, own_id: str | None) -> Verifiable:
    """How a condition is held against a record."""
    name, value = condition.field, condition.value
    if name in _PLAIN:
        return _value(condition, _PLAIN[name], lambda record: record.get(_PLAIN[name], record_match.MISSING))
    if name in _IN_EXIF:
        return _value(
            condition, f"exifInfo.{_IN_EXIF[name]}", lambda record: record_match.exif(record, _IN_EXIF[name], None)
        )
    if name in _MOMENTS:
        return _moment(condition, _MOMENTS[name])
    if name == "trashedAt":
        is_trashed = (condition.operator, value) != ("eq", None)
        settled = True if value is None else None  # a record does not tell when
        return Verifiable(
            frozenset({"isTrashed"}), lambda record: settled if record.get("isTrashed") is is_trashed else False
        )
    if name == "isFavorite":
        return Verifiable(frozenset({"isFavorite", "ownerId"}), partial(record_match.is_favorite, value, own_id))
    if name == "isMotion":
        return Verifiable(
            frozenset({"livePhotoVideoId"}),
            lambda record: (record.get("livePhotoVideoId", record_match.MISSING) is not None) is value,
        )
    if (name, value) == ("hasPeople", True) or (name == "personIds" and condition.operator != "none"):
        # Only whether somebody is on it: 3.2 and later may show other ids than they search for.
        is_settled = name == "hasPeople"
        return Verifiable(frozenset({"people"}), lambda record: (is_settled or None) if record.get("people") else False)
    if name == "checksum" and condition.operator in {"eq", "in"}:
        shown = [record_match.shown_checksum(str(each)) for each in (value if isinstance(value, tuple) else (value,))]
        return Verifiable(
            frozenset({"checksum"}),
            lambda record: record.get("checksum") in shown or (None if None in shown else False),
        )
    return Verifiable(frozenset(), lambda _record: None)


def _value(condition: Condition, field: str, get: Callable[[Record], object]) -> Verifiable:
    """A condition on a value of the record; as in SQL, a value that is missing only equals null."""
    compare, wanted = _COMPARISONS[condition.operator], condition.value

    def holds(record: Record) -> bool | None:
        value = get(record)
        if wanted is None:
            return value is not record_match.MISSING and (value is None) is (condition.operator == "eq")
        return False if value is None or value is record_match.MISSING else compare(value, wanted)

    return Verifiable(frozenset({field}), holds)


def _moment(condition: Condition, field: str) -> Verifiable:
    """A condition on an instant. Records show milliseconds, the server compares microseconds."""
    compare = _ORDERS.get(condition.operator)
    if compare is None:
        return Verifiable(frozenset({field}), lambda _record: None)
    bound = to_milliseconds(str(condition.value))

    def holds(record: Record) -> bool:
        moment = record_match.moment(record, field)
        return moment is not None and compare(moment, bound)

    return Verifiable(frozenset({field}), holds)


_ORDERS: Mapping[str, Callable[[int, int], bool]] = {
    "eq": operator.eq,
    "gt": operator.ge,  # the microseconds may make the difference
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}

_COMPARISONS: Mapping[str, Callable[[object, object], bool | None]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "in": lambda value, wanted: isinstance(wanted, tuple) and value in wanted,
    "notIn": lambda value, wanted: isinstance(wanted, tuple) and value not in wanted,
    "like": lambda value, wanted: record_match.contains(value, str(wanted)),
    "notLike": lambda value, wanted: record_match.lacks(value, str(wanted)),
    "startsWith": lambda value, wanted: record_match.starts(value, str(wanted)),
    "endsWith": lambda value, wanted: record_match.ends(value, str(wanted)),
    "lt": lambda value, wanted: _compared(operator.lt, value, wanted),
    "lte": lambda value, wanted: _compared(operator.le, value, wanted),
    "gt": lambda value, wanted: _compared(operator.gt, value, wanted),
    "gte": lambda value, wanted: _compared(operator.ge, value, wanted),
}


def _compared(compare: Callable[[float, float], bool], value: object, wanted: object) -> bool:
    return isinstance(value, int | float) and isinstance(wanted, int | float) and compare(value, wanted)
