"""Decides from the record of an asset whether a condition of a search holds, where the record shows it."""

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
    """The check of one condition on records."""

    fields: frozenset[str]
    """The fields that a record must have for it, dotted below exifInfo."""
    holds: Callable[[Record], bool | None]
    """Returns whether the condition holds. None if the record does not show it."""


_UNDECIDED = Verifiable(frozenset(), lambda _record: None)


@dataclass(frozen=True, slots=True)
class SearchContext:
    """The server and the form of a search, on which it depends what records show of a condition."""

    capabilities: Capabilities
    kind: Kind
    is_filter: bool
    """Whether the search is sent by `filter`, and not by flat fields."""
    own_id: str | None
    """The user whose photos show whether they are favourites. None if it is not known."""
    asks_for_people: bool = True
    """Whether the search asks for people if a condition is about them."""

    @property
    def shows_people(self) -> bool:
        """Whether a photo that is found by a person shows a person."""
        return self.asks_for_people and self.kind is Kind.METADATA and self.capabilities.shows_whom_it_finds

    def verifiable(self, condition: Condition) -> Verifiable:
        """Returns the check of a condition on records."""
        return _verifiable(condition, self)


def _verifiable(condition: Condition, context: SearchContext) -> Verifiable:
    row, value = BY_NAME[condition.field], condition.value
    path = row.record_path
    if path is None:
        return _UNDECIDED
    match row.proof:
        case Proof.EQUAL | Proof.CONTAINED:
            # A flat search by EXIF finds no photo without EXIF; before 1.125, such a photo has null.
            is_joined = context.capabilities.joins_exif and not context.is_filter
            return _value(condition, path, record_match.MISSING if is_joined else None)
        case Proof.MOMENT:
            return _moment(condition, path) if context.capabilities.returns(path) else _UNDECIDED
        case Proof.TRASHED:
            is_trashed = (condition.operator, value) != ("eq", None)
            settled = True if value is None else None  # a record does not show when it was trashed
            return Verifiable(frozenset({path}), lambda record: settled if record.get(path) is is_trashed else False)
        case Proof.OWN:
            return Verifiable(frozenset({path, "ownerId"}), partial(record_match.is_favorite, value, context.own_id))
        case Proof.PRESENT:
            return Verifiable(
                frozenset({path}), lambda record: (record.get(path, record_match.MISSING) is not None) is value
            )
        case Proof.SOMEBODY if context.shows_people and (
            value is True or (row.type is Type.IDS and condition.operator != "none")
        ):
            # Only whether anybody is on it: 3.2 and later may show other ids than they search for.
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
            return _UNDECIDED


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
