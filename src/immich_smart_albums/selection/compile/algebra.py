"""Set algebra of searches: intersection, union and complement, each as one search if there is one.

    >>> from immich_smart_albums.selection.compile.notation import search, write_query
    >>> nice, emma, noah = (search(**{name: value}).query for name, value in (
    ...     ("city", "Nice"), ("personIds", ("emma",)), ("personIds", ("noah",))))
    >>> print(write_query(intersect(nice, emma)))
    (city='Nice', personIds=[emma])
    >>> print(write_query(unite([emma, noah])))
    (personIds any [emma, noah])
    >>> print(write_query(intersect(emma, complement(noah))))
    (personIds=[emma], personIds none [noah])

A metadata search has conditions that hold together, on the photos of a *universe*: the account's own and its partners',
in some visibilities, with or without the trash. Only searches of one universe are combined, and never ranked or capped
ones: another condition would change which photos are among the first.

Only `filter` (3.2 and later) takes "any of these people", "none of them", lists of values, and one choice between
branches. Two things are never made, although `filter` would take them:

- the complement of a field that a photo may lack, because in SQL nothing is unequal to NULL;
- the union of something in EXIF and something else: with one such branch the server leaves out photos without EXIF,
  also those that another branch finds.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from immich_smart_albums.model.condition import Condition, ordered
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.model.search_field import Widens
from immich_smart_albums.model.search_fields import BY_NAME, ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from immich_smart_albums.model.condition import Branch

WIDENING = frozenset(row.name for row in ROWS if row.widens in {Widens.OTHERS, Widens.TRASH})
"""Fields that let assets in which a search without them leaves out: other people's (since 3.0), and trashed ones."""

_WITH_TRASH = Condition("withDeleted", "eq", value=True)

_OPPOSITES = {"gte": "lt", "lt": "gte", "lte": "gt", "gt": "lte"}

_REMEMBERED = 1 << 16


@lru_cache(maxsize=_REMEMBERED)
def universe(query: Query) -> Query | None:
    """Returns the search for everything that a search would find without conditions.

    None if a condition lets in photos that no other search finds: other people's, or only those in the trash.
    """
    if not WIDENING.isdisjoint(condition.field for condition in query.conditions):
        return None
    return Query(Kind.METADATA, (_WITH_TRASH,) if _WITH_TRASH in query.where else (), query.visibility)


def in_universe(query: Query, universe: Query) -> Query:
    """Returns a composable search with its conditions, in another universe."""
    own = (condition for condition in query.where if condition.field != "withDeleted")
    return replace(query, where=ordered((*own, *universe.where)), visibility=universe.visibility)


@lru_cache(maxsize=_REMEMBERED)
def is_composable(query: Query) -> bool:
    """Returns whether another condition would only narrow a search: it has a universe, no ranking and no limit."""
    is_whole = query.limit is None and not query.until
    return query.kind is Kind.METADATA and is_whole and universe(query) is not None


@lru_cache(maxsize=_REMEMBERED)
def intersect(one: Query, other: Query) -> Query | None:
    """Returns the search for what two composable searches have in common. None if there is no single one.

    Two cities have none; two people have one, since `personIds` finds photos of all of them.
    """
    if not (is_composable(one) and is_composable(other) and universe(one) == universe(other)):
        return None
    return _with_all(one, other)


def intersect_all(queries: Sequence[Query]) -> Query | None:
    """Returns the search for what all of one or more composable searches have in common.

    None if there is no single one.
    """
    common: Query | None = queries[0]
    for query in queries[1:]:
        common = None if common is None else intersect(common, query)
    return common


@lru_cache(maxsize=_REMEMBERED)
def narrow_album(album: Query, scope: Query) -> Query | None:
    """Returns the search for what is in an album and passes the conditions of another search. None if there is none.

    Only a search with an album finds other members' photos. So the result is no intersection: among them it finds
    photos that `scope` does not.
    """
    is_album = {condition.field for condition in album.conditions} & WIDENING == {"albumIds"}
    if not is_album or album.kind is not Kind.METADATA or album.limit is not None or not is_composable(scope):
        return None
    if album.visibility != scope.visibility or album.get("withDeleted") != scope.get("withDeleted"):
        return None
    # Immich ignores isNotInAlbum beside albumIds.
    return None if scope.get("hasAlbums") is not None else _with_all(album, scope)


def unite(queries: Sequence[Query]) -> Query | None:
    """Returns the search by `filter` for all that searches of one universe find. None if there is none."""
    if not all(query.where and not query.any_of and query.is_filter for query in queries):
        return None
    if len(set(map(needs_exif, queries))) > 1:
        return None
    branches = _merged_branches(dict.fromkeys(query.where for query in queries))
    if len(branches) == 1:
        return replace(queries[0], where=branches[0])
    return replace(queries[0], where=(), any_of=branches)


def complement(query: Query) -> Query | None:
    """Returns the search by `filter` for everything in its universe that a search does not find.

    None if it has several conditions, or a photo may lack the field, as in `rating=5`.
    """
    if query.any_of or len(query.where) != 1:
        return None
    negated = _negated(query.where[0])
    return None if negated is None else replace(query, where=(negated,))


def needs_exif(query: Query) -> bool:
    """Returns whether a search leaves out photos without EXIF, because it has a condition on it."""
    return any(BY_NAME[condition.field].is_in_exif for condition in query.conditions)


def _with_all(one: Query, other: Query) -> Query | None:
    """Returns the search with the conditions of both. None if one search cannot have them all."""
    where = _joined((*one.where, *other.where))
    if where is None or (one.any_of and other.any_of and one.any_of != other.any_of):
        return None
    query = replace(one, where=where, any_of=one.any_of or other.any_of)
    # Flat fields stay flat: not every server takes `filter`.
    can_be_sent = query.is_flat if one.is_flat and other.is_flat else query.is_filter
    return query if can_be_sent else None


def _joined(conditions: Iterable[Condition]) -> Branch | None:
    """Returns conditions that hold together, with each operator of a field once. None if that cannot be."""
    merged: dict[tuple[str, str], Condition] = {}
    for condition in conditions:
        key = (condition.field, condition.operator)
        joined = condition if key not in merged else _both(merged[key], condition)
        if joined is None:
            return None
        merged[key] = joined
    return ordered(merged.values())


def _both(one: Condition, other: Condition) -> Condition | None:
    """Returns two conditions with the same field and operator as one. None if there is none."""
    match one, other:
        case _ if one == other:
            return one
        case Condition(field, "all" | "none" as operator, tuple() as ours), Condition(_, _, tuple() as theirs):
            return Condition(field, operator, _texts((*ours, *theirs)))
        # Dates are complete and in UTC, so that texts compare as instants do.
        case Condition(_, "gt" | "gte", str() as ours), Condition(_, _, str() as theirs):
            return one if ours > theirs else other
        case Condition(_, "lt" | "lte", str() as ours), Condition(_, _, str() as theirs):
            return one if ours < theirs else other
        case _:
            return None


def _negated(condition: Condition) -> Condition | None:
    """Returns the condition that holds for all other photos. None if there is none, or a photo may lack the field."""
    row = BY_NAME[condition.field]
    match condition:
        case Condition(field, "all", (only,)) if row.is_additive:
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


def _merged_branches(branches: Iterable[Branch]) -> tuple[Branch, ...]:
    """Returns the branches, with a list for those that differ in one value: `city='Nice' or city='Rome'` by `in`."""
    groups: dict[object, list[Branch]] = {}
    for branch in branches:
        groups.setdefault(_list_of(branch) or branch, []).append(branch)
    return tuple(_as_list(group) if len(group) > 1 else _single(group[0]) for group in groups.values())


def _list_of(branch: Branch) -> tuple[str, str] | None:
    """Returns field and operator of the list that a branch can be an element of. None if there is none."""
    match branch:
        case (Condition(field, "all", (_,)),):
            return field, "any"
        case (Condition(field, "eq"),) if BY_NAME[field].single and "in" in BY_NAME[field].operators:
            return field, "in"
        case _:
            return None


def _as_list(branches: Sequence[Branch]) -> Branch:
    """Returns the branch with a list for branches of one condition each, on the same field."""
    conditions = list(chain.from_iterable(branches))
    field, operator, _ = conditions[0]
    values: list[Any] = [condition.value for condition in conditions]
    if operator == "all":
        return (Condition(field, "any", _texts(chain.from_iterable(values))),)
    return (Condition(field, "in", tuple(sorted(values))),)


def _single(branch: Branch) -> Branch:
    """Returns a branch with a list of one value as that with the value."""
    match branch:
        case (Condition(field, "any", (_,) as ids),):
            return (Condition(field, "all", ids),)
        case (Condition(field, "in", (value,)),):
            return (Condition(field, "eq", value),)
        case _:
            return branch


def _texts(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(sorted(set(map(str, values))))
