"""Scoped rankings: whether a photo is among the best of a ranking, looked up in the same ranking of few photos.

    >>> from immich_smart_albums.immich.versions import Capabilities
    >>> from immich_smart_albums.model.dialects import where
    >>> from immich_smart_albums.model.version import Version
    >>> from immich_smart_albums.rules.tree import Not
    >>> from immich_smart_albums.selection.compile.notation import search, write_branch
    >>> server = Capabilities(Version(3, 1))
    >>> dogs = Query(Kind.SMART, where(query="dog"), limit=500)
    >>> branch = Branch(dogs, Not(search(personIds=("ben",))))
    >>> print(write_branch(branch))
    smart (query='dog', top 500) | not (personIds=[ben])
    >>> print(write_branch(with_scoped_rankings(branch, Costs(server, {}), {}, server)))
    smart (query='dog', top 500) | not smart (personIds=[ben], query='dog', top 1000)

Ben may be on ten thousand photos. But of two photos a ranking has the same one first, whatever else it ranks; so his
photos among the best 500 are among the best 500 of his own. More are asked for, because a ranking has to prove that it
is whole (`run.scoped_lookups`), and a page costs one request anyway.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from immich_smart_albums.model.condition import ordered
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.model.search_field import ONLY_SMART
from immich_smart_albums.model.search_fields import BY_NAME
from immich_smart_albums.selection.compile.algebra import intersect
from immich_smart_albums.selection.compile.cost import PAGE, Costs
from immich_smart_albums.selection.query_plan import Branch, ScopedRanking, with_queries

if TYPE_CHECKING:
    from collections.abc import Container

    from immich_smart_albums.selection.ports import Capabilities


def with_scoped_rankings(branch: Branch, costs: Costs, shared: Container[Query], server: Capabilities) -> Branch:
    """Returns the branch with each membership looked up in a ranking where that costs less than the whole search."""
    rankings: dict[Query, Query] = {}
    nothing = frozenset[str]()
    for search in branch.searches if branch.driver.kind is Kind.SMART else ():
        ranking = None if search in shared else scoped_ranking(branch.driver, search, server)
        if ranking is not None and (
            ranking in shared or costs.reading(ranking, nothing) < costs.reading(search, nothing)
        ):
            rankings[search] = ranking
    if branch.residual is None or not rankings:
        return branch
    scoped = tuple(ScopedRanking(ranking, search) for search, ranking in rankings.items())
    return Branch(branch.driver, with_queries(branch.residual, rankings), scoped)


def scoped_ranking(driver: Query, search: Query, server: Capabilities) -> Query | None:
    """Returns the ranking of what a plain search finds that surely has all of it that the driver's ranking has.

    None if there is none: the driver is not cut off at a number, or the search says what rankings cannot.
    """
    if driver.kind is not Kind.SMART or driver.limit is None or driver.until or len(driver.visibility) > 1:
        return None
    ranked = [condition for condition in driver.where if BY_NAME[condition.field].kinds == ONLY_SMART]
    scope = tuple(condition for condition in driver.where if condition not in ranked)
    merged = intersect(Query(Kind.METADATA, scope, driver.visibility), search)
    if (
        merged is None
        or not merged.is_flat
        or any(Kind.SMART not in BY_NAME[name].kinds for name in merged.flat_fields)
    ):
        return None
    pages = driver.limit // PAGE + 1
    ranking = replace(driver, where=ordered((*ranked, *merged.where)), limit=pages * PAGE)
    return None if server.unsupported(ranking) else ranking
