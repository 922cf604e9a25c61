"""Arithmetic of searches: what two of them have in common, and whether anything can be in both.

    >>> from immich_smart_albums.selection.compile.notation import search, write_query
    >>> nice, kyoto, emma = search(city="Nice").query, search(city="Kyoto").query, search(personIds=("emma",)).query
    >>> print(write_query(intersect(nice, emma)))
    (city='Nice', personIds=[emma])
    >>> print(why_disjoint(nice, kyoto))
    city cannot be 'Nice' and 'Kyoto'

A search by metadata is a set of tests that hold together, on the assets of a *universe*: the account's own and its
partners', in some visibilities, with or without the trash. Two searches of one universe are one search; whether they
can be written as one depends on their fields. Ranked and capped searches are never put together with anything: another
filter would change what they keep.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.model.search_field import Widens
from immich_smart_albums.model.search_fields import BY_NAME, ROWS
from immich_smart_albums.selection.compile.structured import structured, together

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.model.query import Value

WIDENING = frozenset(row.name for row in ROWS if row.widens in {Widens.OTHERS, Widens.TRASH})
"""Fields that let assets in which a search without them leaves out: other people's (since 3.0), and trashed ones."""

_FEW = 4

_MOMENTS = ("taken", "created", "updated", "trashed")

_AFTER = frozenset(f"{moment}After" for moment in _MOMENTS)
_BEFORE = frozenset(f"{moment}Before" for moment in _MOMENTS)

_REMEMBERED = 1 << 16


@lru_cache(maxsize=_REMEMBERED)
def universe(query: Query) -> Query | None:
    """The search for everything that a search could find if it had no filters. None if no search says that."""
    if WIDENING & {name for name, _ in query.filters}:
        return None
    trash = tuple(pair for pair in query.filters if pair == ("withDeleted", True))
    return Query(Kind.METADATA, trash, query.visibility)


@lru_cache(maxsize=_REMEMBERED)
def is_composable(query: Query) -> bool:
    """Whether more filters would narrow a search and change nothing else."""
    is_whole = query.limit is None and not query.until
    return query.kind is Kind.METADATA and is_whole and universe(query) is not None


def is_superset(wide: Query, narrow: Query) -> bool:
    """Whether a plain flat search surely finds everything that another one finds, because it asks for less."""
    return (
        is_composable(wide)
        and not wide.is_structured
        and universe(wide) == universe(narrow)
        and set(wide.filters) <= set(narrow.filters)
    )


def supersets(query: Query) -> Iterator[Query]:
    """The plain flat searches that cover one, and are not the same: it with some filters left out."""
    around = universe(query)
    if around is not None and not query.is_structured:
        own = [pair for pair in query.filters if pair not in around.filters]
        # Of a search with many filters only those with few are of interest: others are unlikely to be sent as well.
        for count in range(min(len(own), _FEW)):
            for some in combinations(own, count):
                yield replace(query, filters=tuple(sorted((*around.filters, *some))))


@lru_cache(maxsize=_REMEMBERED)
def intersect(one: Query, other: Query) -> Query | None:
    """The search for what two plain searches have in common. None if there is no single one."""
    if not (is_composable(one) and is_composable(other)) or universe(one) != universe(other):
        return None
    if one.is_structured or other.is_structured:
        pair = structured(one), structured(other)
        return None if None in pair else together(*(query for query in pair if query is not None))
    filters = _all_filters(one, other)
    return None if filters is None else replace(one, filters=filters)


@lru_cache(maxsize=_REMEMBERED)
def narrow_album(album: Query, scope: Query) -> Query | None:
    """The search for what an album's search finds and the filters of a plain one fit. None if there is none.

    An album's search finds other members' photos as well, which no plain search does. So this one is less than the
    album's, and more than what both find: it may stand for the album where all that it is held against passes `scope`.
    """
    is_album = {name for name, _ in album.filters} & WIDENING == {"albumIds"}
    if not is_album or album.kind is not Kind.METADATA or album.limit is not None or album.is_structured:
        return None
    is_plain = is_composable(scope) and not scope.is_structured and scope.visibility == album.visibility
    # Immich ignores isNotInAlbum beside albumIds.
    if not is_plain or scope.get("isNotInAlbum") is not None or album.get("withDeleted") != scope.get("withDeleted"):
        return None
    filters = _all_filters(album, scope)
    return None if filters is None else replace(album, filters=filters)


def _all_filters(one: Query, other: Query) -> tuple[tuple[str, Value], ...] | None:
    """The filters of both. None if one search cannot have them all."""
    filters = dict(one.filters)
    for name, value in other.filters:
        if name not in filters or filters[name] == value:
            filters[name] = value
            continue
        merged = _both_values(name, filters[name], value)
        if merged is None:
            return None
        filters[name] = merged
    return tuple(sorted(filters.items()))


def _both_values(name: str, one: Value, other: Value) -> Value:
    """A value that means two different ones together. None if there is none."""
    if BY_NAME[name].is_additive and isinstance(one, tuple) and isinstance(other, tuple):
        return tuple(sorted({*one, *other}))
    if isinstance(one, str) and isinstance(other, str):
        # Dates are complete and in UTC, so that texts compare as instants do.
        if name in _AFTER:
            return max(one, other)
        if name in _BEFORE:
            return min(one, other)
    return None


@lru_cache(maxsize=_REMEMBERED)
def why_disjoint(one: Query, other: Query) -> str | None:
    """Why no asset can be in both of two searches, in words. None if one can be.

    Holds for ranked and capped searches as well: what they find passes all their filters.
    """
    if not one.visibility & other.visibility:
        return f"a photo is not in {_places(one)} and in {_places(other)}"
    ours, theirs = dict(one.filters), dict(other.filters)
    for name in sorted(name for name in ours.keys() & theirs.keys() if BY_NAME[name].single):
        # An empty text means "none" to servers before 3.0, and nothing to later ones.
        if ours[name] != theirs[name] and "" not in (ours[name], theirs[name]):
            return f"{name} cannot be {_shown(ours[name])} and {_shown(theirs[name])}"
    if "tagIds" in ours and "tagIds" in theirs and (ours["tagIds"] is None) != (theirs["tagIds"] is None):
        return "a photo without tags has none of them"
    for mine, others in ((ours, theirs), (theirs, ours)):
        if "isNotInAlbum" in mine and "albumIds" in others:
            return "a photo in no album is not in one"
        for moment in _MOMENTS:
            after, before = mine.get(f"{moment}After"), others.get(f"{moment}Before")
            if isinstance(after, str) and isinstance(before, str) and after > before:
                return f"no photo is {moment} from {after} and until {before}"
    return None


def _places(query: Query) -> str:
    return " or ".join(sorted(visibility.value for visibility in query.visibility))


def _shown(value: Value) -> str:
    match value:
        case None:
            return "unknown"
        case bool():
            return str(value).lower()
        case _:
            return repr(value)
