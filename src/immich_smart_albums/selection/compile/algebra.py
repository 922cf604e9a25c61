"""Arithmetic of searches: what some of them have in common, what any of them finds, and what one does not.

    >>> from immich_smart_albums.selection.compile.notation import search, write_query
    >>> nice, emma, noah = (search(**{name: value}).query for name, value in (
    ...     ("city", "Nice"), ("personIds", ("emma",)), ("personIds", ("noah",))))
    >>> print(write_query(intersect(nice, emma)))
    (city='Nice', personIds=[emma])
    >>> print(write_query(unite([emma, noah])))
    (personIds any [emma, noah])
    >>> print(write_query(intersect(emma, complement(noah))))
    (personIds=[emma], personIds none [noah])

A search by metadata is a set of tests that hold together, on the assets of a *universe*: the account's own and its
partners', in some visibilities, with or without the trash. Two searches of one universe are one search; whether they
can be written as one depends on their conditions. Ranked and capped searches are never put together with anything:
another condition would change what they keep.

Only `filter` (3.2 and later) takes "any of these people", "none of them", lists of values, and one choice between
branches, so that one request answers what takes several flat ones. What is never made of conditions here:

- negations of what may be missing, because in SQL nothing is unequal to NULL;
- choices between something in EXIF and something else: one such branch makes the server leave out assets without EXIF
  from all of them, and what excludes must find these as well.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

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
    """Returns the search for everything that a search could find if it had no conditions.

    None if a condition lets in what no other search finds: other people's photos, or trashed ones.
    """
    if not WIDENING.isdisjoint(condition.field for condition in query.conditions):
        return None
    return Query(Kind.METADATA, (_WITH_TRASH,) if _WITH_TRASH in query.where else (), query.visibility)


@lru_cache(maxsize=_REMEMBERED)
def is_composable(query: Query) -> bool:
    """Returns whether more conditions would narrow a search and change nothing else."""
    is_whole = query.limit is None and not query.until
    return query.kind is Kind.METADATA and is_whole and universe(query) is not None


@lru_cache(maxsize=_REMEMBERED)
def intersect(one: Query, other: Query) -> Query | None:
    """Returns the search for what two composable searches have in common. None if there is no single one.

    Two cities have none; two people have one, since `personIds` finds photos of all of them.
    """
    is_one = is_composable(one) and is_composable(other) and universe(one) == universe(other)
    return _with_all(one, other) if is_one else None


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
    """Returns the search for what an album's search finds and the conditions of another one hold for.

    None if there is none. An album's search finds other members' photos as well, which no other search does. So the
    returned search finds less than the album's, and more than the two have in common: it may stand for the album where
    all that it is held against passes `scope`.
    """
    is_album = {condition.field for condition in album.conditions} & WIDENING == {"albumIds"}
    if not is_album or album.kind is not Kind.METADATA or album.limit is not None:
        return None
    is_alike = album.visibility == scope.visibility and album.get("withDeleted") == scope.get("withDeleted")
    # Immich ignores isNotInAlbum beside albumIds.
    if not is_composable(scope) or not is_alike or scope.get("hasAlbums") is not None:
        return None
    return _with_all(album, scope)


def unite(queries: Sequence[Query]) -> Query | None:
    """Returns the search by `filter` for what any of several searches of one universe finds. None if there is none."""
    if not all(query.where and not query.any_of and query.is_filter for query in queries):
        return None
    if len(set(map(needs_exif, queries))) > 1:
        return None
    branches = _listed(dict.fromkeys(query.where for query in queries))
    if len(branches) == 1:
        return replace(queries[0], where=branches[0])
    return replace(queries[0], where=(), any_of=branches)


def complement(query: Query) -> Query | None:
    """Returns the search by `filter` for everything of a universe that a search does not find.

    None if there is none: the search has several conditions, or a photo may lack the field, as in `rating=5`.
    """
    if query.any_of or len(query.where) != 1:
        return None
    negated = _negated(query.where[0])
    return None if negated is None else replace(query, where=(negated,))


def needs_exif(query: Query) -> bool:
    """Returns whether a search leaves out assets without EXIF because of what it asks."""
    return any(BY_NAME[condition.field].is_in_exif for condition in query.conditions)


def _with_all(one: Query, other: Query) -> Query | None:
    """The search with the conditions of both. None if one search cannot have them all."""
    where = _joined((*one.where, *other.where))
    if where is None or (one.any_of and other.any_of and one.any_of != other.any_of):
        return None
    query = replace(one, where=where, any_of=one.any_of or other.any_of)
    # What flat fields say stays what they say: not every server takes anything else.
    return query if (query.is_flat if one.is_flat and other.is_flat else query.is_filter) else None


def _joined(conditions: Iterable[Condition]) -> Branch | None:
    """Conditions that hold together, each operator of a field once. None if that cannot be."""
    merged: dict[tuple[str, str], Condition] = {}
    for condition in conditions:
        place = condition[:2]
        joined = condition if place not in merged else _both(merged[place], condition)
        if joined is None:
            return None
        merged[place] = joined
    return ordered(merged.values())


def _both(one: Condition, other: Condition) -> Condition | None:
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
        lists.setdefault((field, operator), set()).update(value if isinstance(value, tuple) else (value,))
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


def _texts(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(sorted(set(map(str, values))))
