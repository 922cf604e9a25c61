"""Flat searches as conditions of a structured one (3.2 and later), where both surely mean the same.

    >>> from immich_smart_albums.selection.compile.notation import search, write_query
    >>> emma, noah = search(personIds=("emma",)).query, search(personIds=("noah",)).query
    >>> print(write_query(one_of([structured(emma), structured(noah)])))
    (personIds any [emma, noah])
    >>> print(write_query(together(structured(emma), opposite(structured(noah)))))
    (personIds all [emma], personIds none [noah])

A structured search takes "any of these people", "none of them", lists of values, and one choice between branches, so
that one request answers what takes several flat ones. What it means is read from Immich's own query builders
(`searchAssetBuilder` and `searchAssetBuilderLegacy` in server/src/utils/database.ts, 2026-08): the same for both
shapes, descendants of tags and wildcards in texts included, but for what stays flat here:

- tests for a missing value, for which not every release treats assets without EXIF as the flat search does;
- negations of what may be missing, because in SQL nothing is unequal to NULL;
- choices between something in EXIF and something else: one such branch makes the server leave out assets without EXIF
  from all of them, and what excludes must find these as well.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Condition, Kind, Query
from immich_smart_albums.model.search_fields import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from immich_smart_albums.model.query import Branch, Value

_REMEMBERED = 1 << 14

_OPPOSITES = {"gte": "lt", "lt": "gte", "lte": "gt", "gt": "lte"}


@lru_cache(maxsize=_REMEMBERED)
def structured(query: Query) -> Query | None:
    """A plain search as a structured one that finds the same. None if there is none for certain.

    A search without filters has no conditions either.
    """
    if query.is_structured:
        return query
    conditions = [_condition(name, value) for name, value in query.filters]
    known = [condition for condition in conditions if condition is not None]
    if len(known) < len(conditions):
        return None
    return Query(Kind.METADATA, (), query.visibility, conditions=tuple(sorted(known, key=_order)))


def together(*queries: Query) -> Query | None:
    """The structured search for what all of several, of one visibility, find. None if there is none."""
    conditions = _joined(chain.from_iterable(query.conditions for query in queries))
    choices = [query.either for query in queries if query.either]
    if conditions is None or len(choices) > 1:
        return None
    return Query(Kind.METADATA, (), queries[0].visibility, conditions=conditions, either=choices[0] if choices else ())


def one_of(queries: Sequence[Query]) -> Query | None:
    """The structured search for what any of several, of one visibility, finds. None if there is none."""
    if any(query.either or not query.conditions for query in queries) or len(set(map(needs_exif, queries))) > 1:
        return None
    branches = _listed(dict.fromkeys(query.conditions for query in queries))
    visibility = queries[0].visibility
    if len(branches) == 1:
        return Query(Kind.METADATA, (), visibility, conditions=branches[0])
    return Query(Kind.METADATA, (), visibility, either=branches)


@lru_cache(maxsize=_REMEMBERED)
def needs_exif(query: Query) -> bool:
    """Whether a structured search leaves out assets without EXIF."""
    conditions = chain(query.conditions, *query.either)
    return any(BY_NAME[condition.field].is_in_exif for condition in conditions)


@lru_cache(maxsize=_REMEMBERED)
def opposite(query: Query) -> Query | None:
    """The structured search for everything of a visibility that a search does not find. None if there is none."""
    if query.either or len(query.conditions) != 1:
        return None
    (condition,) = query.conditions
    negated = _negated(condition)
    return None if negated is None else Query(Kind.METADATA, (), query.visibility, conditions=(negated,))


def _condition(name: str, value: Value) -> Condition | None:
    row = BY_NAME[name]
    if row.absence is not None and value == row.absence[0]:
        return Condition(row.absence[1], "eq", value=False)
    if value is None or value == "" or row.condition is None:
        return None
    return Condition(*row.condition, value)


def _negated(condition: Condition) -> Condition | None:
    row = BY_NAME[condition.field]
    match condition:
        case Condition(field, "all" | "any", (only,)) if row.is_additive:
            return Condition(field, "none", (str(only),))
        case Condition(field, "any", ids) if row.is_additive:
            return Condition(field, "none", ids)
        case _ if not row.always_known:
            return None
        case Condition(field, "eq", bool() as value):
            return Condition(field, "eq", not value)
        case Condition(field, "like", value):
            return Condition(field, "notLike", value)
        case Condition(field, "eq", value) if row.single:
            return Condition(field, "ne", value)
        case Condition(field, operator, value) if operator in _OPPOSITES:
            return Condition(field, _OPPOSITES[operator], value)
        case _:
            return None


def _joined(conditions: Iterable[Condition]) -> Branch | None:
    """Conditions that hold together, each operator of a field once. None if that cannot be."""
    found: dict[tuple[str, str], Condition] = {}
    for condition in conditions:
        place = (condition.field, condition.operator)
        joined = condition if place not in found else _both(found[place], condition)
        if joined is None:
            return None
        found[place] = joined
    return tuple(sorted(found.values(), key=_order))


def _both(one: Condition, other: Condition) -> Condition | None:
    match one, other:
        case _ if one == other:
            return one
        case Condition(field, "all" | "none" as operator, tuple() as ours), Condition(_, _, tuple() as theirs):
            return Condition(field, operator, tuple(sorted({*_texts(ours), *_texts(theirs)})))
        case Condition(_, "gt" | "gte", str() as ours), Condition(_, _, str() as theirs):
            return one if ours > theirs else other
        case Condition(_, "lt" | "lte", str() as ours), Condition(_, _, str() as theirs):
            return one if ours < theirs else other
        case _:
            return None


def _listed(branches: Iterable[Branch]) -> tuple[Branch, ...]:
    """Branches of which those that differ in one value only are a list."""
    lists: dict[object, set[object]] = {}
    places: dict[object, Branch] = {}
    for branch in branches:
        match branch:
            case (Condition(field, "all", (_,) as value),):
                operator = "any"
            case (Condition(field, "eq", value),) if BY_NAME[field].single and "in" in BY_NAME[field].operators:
                operator = "in"
            case _:
                places[branch] = branch
                continue
        places.setdefault((field, operator), ())
        lists.setdefault((field, operator), set()).update(_tuple(value))
    for place, values in lists.items():
        field, operator = place  # type: ignore[misc]
        places[place] = (Condition(field, operator, tuple(sorted(values))),)  # type: ignore[type-var,arg-type]
    return tuple(_single(branch) for branch in places.values())


def _single(branch: Branch) -> Branch:
    """A list of one value as that value."""
    match branch:
        case (Condition(field, "any", (_,) as ids),):
            return (Condition(field, "all", ids),)
        case (Condition(field, "in", (value,)),):
            return (Condition(field, "eq", value),)
        case _:
            return branch


def _tuple(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple) else ()


def _order(condition: Condition) -> tuple[str, str]:
    return condition.field, condition.operator
