"""Relations of searches: one finds all that another does, or nothing of it.

>>> from immich_smart_albums.selection.compile.notation import search, write_query
>>> nice, kyoto, both = (search(**filters).query for filters in (
...     {"city": "Nice"}, {"city": "Kyoto"}, {"city": "Nice", "rating": 5}))
>>> print(why_disjoint(nice, kyoto))
city cannot be 'Nice' and 'Kyoto'
>>> is_superset(nice, both), is_superset(both, nice)
(True, False)
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

from immich_smart_albums.model.condition import ordered
from immich_smart_albums.model.search_fields import BY_NAME
from immich_smart_albums.selection.compile.algebra import is_composable, universe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.model.query import Query, Value

_FEW = 4

_MOMENTS = ("taken", "created", "updated", "trashed")

_REMEMBERED = 1 << 16


def is_superset(wide: Query, narrow: Query) -> bool:
    """Returns whether a composable search surely finds everything that another one finds, because it asks for less."""
    return (
        is_composable(wide)
        and universe(wide) == universe(narrow)
        and wide.any_of in ((), narrow.any_of)
        and set(wide.where) <= set(narrow.where)
    )


def supersets(query: Query) -> Iterator[Query]:
    """Yields the searches that find all that one does, and more: it with some of its conditions left out."""
    around = universe(query)
    if around is None:
        return
    own = [condition for condition in query.where if condition not in around.where]
    # Of a search with many conditions only those with few are of interest: others are unlikely to be sent as well.
    for count in range(min(len(own) + bool(query.any_of), _FEW)):
        for subset in combinations(own, count):
            yield replace(query, where=ordered((*around.where, *subset)), any_of=())


@lru_cache(maxsize=_REMEMBERED)
def why_disjoint(one: Query, other: Query) -> str | None:
    """Returns in words why no asset can be in both of two searches. None if one can be.

    `no photo is taken from … and until …` is such a text. Holds for ranked and capped searches as well: what they find
    passes all their conditions.
    """
    if not one.visibility & other.visibility:
        return f"a photo is not in {_places(one)} and in {_places(other)}"
    ours, theirs = one.flat_fields, other.flat_fields
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
