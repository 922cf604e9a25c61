"""Merges alternatives that are distinct by their records: one search by `filter` finds the photos of all of them.

    >>> from dataclasses import replace
    >>> from immich_smart_albums.immich.versions import Capabilities
    >>> from immich_smart_albums.model.version import Version
    >>> from immich_smart_albums.selection.compile.notation import equal, search, write
    >>> from immich_smart_albums.selection.compile.pushdown import Pushdown
    >>> sharp = Filter("sharp", lambda _: True, frozenset({"exifInfo.iso"}), lambda _: None)
    >>> emma_in_nice = (search(personIds=("emma",)), equal("city", "Nice"), sharp)
    >>> noah_in_kyoto = (search(personIds=("noah",)), equal("city", "Kyoto"), sharp)
    >>> pushdown = Pushdown(Capabilities(Version(3, 2)), takes_filter=True)
    >>> (merged,) = merge_distinct([emma_in_nice, noah_in_kyoto], pushdown)
    >>> for conjunct in merged:
    ...     print(write(conjunct))
    ((city='Nice' and personIds=[emma]) or (city='Kyoto' and personIds=[noah]))
    (<city='Nice'> & <sharp> or <city='Kyoto'> & <sharp>)

Records do not show surely who is on a photo. But this search finds photos in Nice for Emma only, so they show her.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.rules.tree import All, Any, Filter, Search
from immich_smart_albums.selection.compile.algebra import (
    intersect,
    intersect_all,
    is_composable,
    needs_exif,
    unite,
    universe,
)
from immich_smart_albums.selection.compile.relations import why_disjoint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from immich_smart_albums.selection.compile.pushdown import Pushdown
    from immich_smart_albums.selection.compile.simplify import Conjuncts


@dataclass(frozen=True, slots=True)
class _Alternative:
    conjuncts: Conjuncts
    query: Query
    """A search by `filter` that surely finds every match."""
    filters: tuple[Filter, ...]
    """The conjuncts that records show."""
    passing: Query
    """A search that surely finds every photo which passes these filters."""

    def is_distinct(self, other: _Alternative) -> bool:
        """Returns whether no photo passes the filters of both, or the filters are the same."""
        return self.filters == other.filters or why_disjoint(self.passing, other.passing) is not None


def merge_distinct(alternatives: Sequence[Conjuncts], pushdown: Pushdown) -> list[Conjuncts]:
    """Returns the alternatives, with one in place of several that one search finds and that records keep apart."""
    groups: list[list[_Alternative]] = []
    others: list[Conjuncts] = []
    for conjuncts in alternatives:
        alternative = _alternative(conjuncts, pushdown)
        if alternative is None:
            others.append(conjuncts)
            continue
        group = next((group for group in groups if _fits(alternative, group)), None)
        if group is None:
            groups.append([alternative])
        else:
            group.append(alternative)
    return [*(conjuncts for group in groups for conjuncts in _merged(group)), *others]


def _fits(alternative: _Alternative, group: Sequence[_Alternative]) -> bool:
    first = group[0]
    return (
        first.passing.visibility == alternative.passing.visibility
        and needs_exif(first.query) == needs_exif(alternative.query)
        and all(alternative.is_distinct(other) for other in group)
    )


def _merged(group: Sequence[_Alternative]) -> Iterator[Conjuncts]:
    union = unite([alternative.query for alternative in group]) if len(group) > 1 else None
    if union is None:
        yield from (alternative.conjuncts for alternative in group)
        return
    filters = dict.fromkeys(All(alternative.filters) for alternative in group)
    yield Search(union), *([Any(tuple(filters))] if len(filters) > 1 else group[0].filters)


def _alternative(conjuncts: Conjuncts, pushdown: Pushdown) -> _Alternative | None:
    """Returns an alternative with what searches and records show of it. None if either shows too little."""
    searches = (conjunct.query for conjunct in conjuncts if isinstance(conjunct, Search))
    driver = next(filter(is_composable, searches), None)
    if driver is None:
        return None
    everything = Query(Kind.METADATA, visibility=driver.visibility)
    if universe(driver) != everything:
        return None
    queries: list[Query] = []
    filters: list[Filter] = []
    passing = everything
    for conjunct in conjuncts:
        match conjunct:
            case Search():
                query, filter_ = pushdown.as_query(conjunct, driver), pushdown.as_filter(conjunct, driver)
            case Filter():
                query, filter_ = _superset(conjunct, driver, pushdown), conjunct
            case _:
                return None
        if query is None:
            return None
        queries.append(query)
        if filter_ is not None:
            filters.append(filter_)
            superset = pushdown.superset_of(filter_, driver)
            passing = passing if superset is None else intersect(passing, superset) or passing
    merged = intersect_all(queries)
    if merged is None or merged.any_of or not merged.where or not filters:
        return None
    return _Alternative(conjuncts, merged, tuple(filters), passing)


def _superset(filter_: Filter, driver: Query, pushdown: Pushdown) -> Query | None:
    """Returns a search by `filter` that finds all that passes. None if this server cannot be asked for it."""
    if filter_.superset is None:
        return universe(driver)
    superset = pushdown.superset_of(filter_, driver)
    return superset if superset is not None and superset.is_filter else None
