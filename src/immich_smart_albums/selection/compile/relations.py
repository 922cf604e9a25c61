"""Relations of searches: one finds all that another does, or nothing of it.

    >>> from immich_smart_albums.selection.compile.notation import search
    >>> nice, kyoto = search(city="Nice").query, search(city="Kyoto").query
    >>> best_of_nice = search(city="Nice", rating=5).query
    >>> is_superset(nice, best_of_nice), is_superset(best_of_nice, nice)
    (True, False)
    >>> why_disjoint(nice, kyoto)
    "city cannot be 'Nice' and 'Kyoto'"

Both are cautious: False, or None, means that it is not known.
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
"""Conditions of a wider search, at most one less."""

_MOMENTS = ("taken", "created", "updated", "trashed")

_REMEMBERED = 1 << 16


def is_superset(wide: Query, narrow: Query) -> bool:
    """Returns whether a composable search surely finds all that another does: it has no other conditions."""
    return (
        is_composable(wide)
        and universe(wide) == universe(narrow)
        and wide.any_of in ((), narrow.any_of)
        and set(wide.where) <= set(narrow.where)
    )


def supersets(query: Query) -> Iterator[Query]:
    """Yields wider searches, from that for everything in the universe up: with some of the conditions left out."""
    everything = universe(query)
    if everything is None:
        return
    own = [condition for condition in query.where if condition not in everything.where]
    # With more conditions it is unlikely that another rule sends just that search.
    for count in range(min(len(own) + bool(query.any_of), _FEW)):
        for subset in combinations(own, count):
            yield replace(query, where=ordered((*everything.where, *subset)), any_of=())


@lru_cache(maxsize=_REMEMBERED)
def why_disjoint(one: Query, other: Query) -> str | None:
    """Returns the reason why no photo can be found by both of two searches. None if one can.

    Ranked and capped searches count as well: what they find passes all their conditions.
    """
    if not one.visibility & other.visibility:
        return f"a photo is not in {_visibility_text(one)} and in {_visibility_text(other)}"
    ours, theirs = one.flat_fields, other.flat_fields
    for name in sorted(name for name in ours.keys() & theirs.keys() if BY_NAME[name].single):
        # An empty text means "none" to servers before 3.0, and nothing to later ones.
        if ours[name] != theirs[name] and "" not in (ours[name], theirs[name]):
            return f"{name} cannot be {_value_text(ours[name])} and {_value_text(theirs[name])}"
    if "tagIds" in ours and "tagIds" in theirs and (ours["tagIds"] is None) != (theirs["tagIds"] is None):
        return "a photo without tags has none of them"
    for first, second in ((ours, theirs), (theirs, ours)):
        if "isNotInAlbum" in first and "albumIds" in second:
            return "a photo in no album is not in one"
        for moment in _MOMENTS:
            after, before = first.get(f"{moment}After"), second.get(f"{moment}Before")
            if isinstance(after, str) and isinstance(before, str) and after > before:
                return f"no photo is {moment} from {after} and until {before}"
    return None


def _visibility_text(query: Query) -> str:
    return " or ".join(sorted(visibility.value for visibility in query.visibility))


def _value_text(value: Value) -> str:
    match value:
        case None:
            return "unknown"
        case bool():
            return str(value).lower()
        case _:
            return repr(value)
