"""Checks returned assets against the conditions of a search, where their records tell."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from immich_smart_albums.immich.search import record_match
from immich_smart_albums.model.condition import Kind
from immich_smart_albums.model.instants import to_milliseconds
from immich_smart_albums.model.search_field import Proof, Type
from immich_smart_albums.model.search_fields import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from immich_smart_albums.immich.search.page import Record
    from immich_smart_albums.immich.versions import Capabilities
    from immich_smart_albums.model.condition import Condition


@dataclass(frozen=True, slots=True)
class Verifiable:
    """The check of one condition on records, and the fields that it needs."""

    fields: frozenset[str]
    """What a record must have for it, dotted below exifInfo."""
    holds: Callable[[Record], bool | None]
    """None if the record does not settle it."""


_OPEN = Verifiable(frozenset(), lambda _record: None)


@dataclass(frozen=True, slots=True)
class Answering:
    """The server and the form of search that answer: they decide what a record shows of a condition."""

    capabilities: Capabilities
    kind: Kind
    is_filter: bool
    """Whether it is asked by `filter`, and not by flat fields."""
    own_id: str | None
    """Whose photos show whether they are favourites. None if nobody knows."""
    asks_for_people: bool = True
    """Whether people are asked for where they tell something of a condition."""

    @property
    def shows_people(self) -> bool:
        """Whether what is found by somebody's face shows somebody."""
        return self.asks_for_people and self.kind is Kind.METADATA and self.capabilities.shows_whom_it_finds

    def verifiable(self, condition: Condition) -> Verifiable:
        """Returns how a condition is held against a record."""
        return _verifiable(condition, self)


def _verifiable(condition: Condition, answering: Answering) -> Verifiable:
    row, value = BY_NAME[condition.field], condition.value
    path = row.record_path
    if path is None:
        return _OPEN
    match row.proof:
        case Proof.EQUAL | Proof.CONTAINED:
            # A flat search by EXIF finds nothing without it; before 1.125, what has none has null.
            is_joined = answering.capabilities.joins_exif and not answering.is_filter
            return _value(condition, path, record_match.MISSING if is_joined else None)
        case Proof.MOMENT:
            return _moment(condition, path) if answering.capabilities.returns(path) else _OPEN
        case Proof.TRASHED:
            is_trashed = (condition.operator, value) != ("eq", None)
            settled = True if value is None else None  # a record does not tell when
            return Verifiable(frozenset({path}), lambda record: settled if record.get(path) is is_trashed else False)
        case Proof.OWN:
            return Verifiable(frozenset({path, "ownerId"}), partial(record_match.is_favorite, value, answering.own_id))
        case Proof.PRESENT:
            return Verifiable(
                frozenset({path}), lambda record: (record.get(path, record_match.MISSING) is not None) is value
            )
        case Proof.SOMEBODY if answering.shows_people and (
            value is True or (row.type is Type.IDS and condition.operator != "none")
        ):
            # Only whether somebody is on it: 3.2 and later may show other ids than they search for.
            is_settled = row.type is Type.TRUTH
            return Verifiable(frozenset({path}), lambda record: (is_settled or None) if record.get(path) else False)
        case Proof.CHECKSUM if condition.operator in {"eq", "in"}:
            values = value if isinstance(value, tuple) else (value,)
            shown = [record_match.shown_checksum(str(checksum)) for checksum in values]
            return Verifiable(
                frozenset({path}),
                lambda record: record.get(path) in shown or (None if None in shown else False),
            )
        case _:
            return _OPEN


def _value(condition: Condition, path: str, missing: object) -> Verifiable:
    """A condition on a value of the record; as in SQL, a value that is missing only equals null."""
    compare, wanted = _COMPARISONS[condition.operator], condition.value

    def holds(record: Record) -> bool | None:
        value = record_match.shown(record, path, missing)
        if wanted is None:
            return value is not record_match.MISSING and (value is None) is (condition.operator == "eq")
        return False if value is None or value is record_match.MISSING else compare(value, wanted)

    return Verifiable(frozenset({path}), holds)


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
