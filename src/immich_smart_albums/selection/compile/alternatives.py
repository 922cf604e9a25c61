"""Alternatives that filters tell apart: one search by `filter` for all, and each photo's record says whose it is.

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

No record tells surely who is on a photo. But what is in Nice was not found for Noah in Kyoto, and so it shows Emma.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Search
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

Conjuncts = tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class _Alternative:
    conjuncts: Conjuncts
    query: Query
    """By `filter`: it surely finds every match."""
    filters: tuple[Filter, ...]
    """What records show of the alternative."""
    shown: Query
    """A search that surely finds what passes these filters."""

    def is_distinct(self, other: _Alternative) -> bool:
        """Returns whether a photo that both searches may find passes the filters of the one that means it only."""
        return self.filters == other.filters or why_disjoint(self.shown, other.shown) is not None


def merge_distinct(alternatives: Sequence[Conjuncts], pushdown: Pushdown) -> list[Conjuncts]:
    """Returns the alternatives, with those merged that one search finds and that records tell apart."""
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
    is_alike = first.shown.visibility == alternative.shown.visibility
    return (
        is_alike
        and needs_exif(first.query) == needs_exif(alternative.query)
        and all(alternative.is_distinct(other) for other in group)
    )


def _merged(group: Sequence[_Alternative]) -> Iterator[Conjuncts]:
    one = unite([alternative.query for alternative in group]) if len(group) > 1 else None
    if one is None:
        yield from (alternative.conjuncts for alternative in group)
        return
    checks = dict.fromkeys(All(alternative.filters) for alternative in group)
    yield Search(one), *([Any(tuple(checks))] if len(checks) > 1 else next(iter(checks)).children)


def _alternative(conjuncts: Conjuncts, pushdown: Pushdown) -> _Alternative | None:
    """What is known of an alternative. None if no search by `filter` surely finds it, or records show nothing."""
    searches = (conjunct.query for conjunct in conjuncts if isinstance(conjunct, Search))
    driver = next(filter(is_composable, searches), None)
    if driver is None or universe(driver) != Query(Kind.METADATA, visibility=driver.visibility):
        return None
    queries: list[Query] = []
    filters: list[Filter] = []
    shown = Query(Kind.METADATA, visibility=driver.visibility)
    for conjunct in conjuncts:
        match conjunct:
            case Search():
                query, filter_ = pushdown.as_query(conjunct, driver), pushdown.as_filter(conjunct, driver)
            case Filter():
                superset, filter_ = pushdown.superset_of(conjunct, driver), conjunct
                query = superset if superset is not None and superset.is_filter else None
                if superset is None and conjunct.superset is None:
                    query = Query(Kind.METADATA, visibility=driver.visibility)
            case _:
                return None
        if query is None:
            return None
        queries.append(query)
        if filter_ is not None:
            filters.append(filter_)
            known = pushdown.superset_of(filter_, driver)
            shown = shown if known is None else intersect(shown, known) or shown
    merged = intersect_all(queries)
    if merged is None or merged.any_of or not merged.where or not filters:
        return None
    return _Alternative(conjuncts, merged, tuple(filters), shown)
