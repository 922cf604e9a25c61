"""Scoped searches: whether a photo that a driver finds is in another search, looked up in a search of few photos.

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
    >>> print(write_branch(with_scoped_searches(branch, Costs(server, {}), {}, server)))
    smart (query='dog', top 500) | not smart (personIds=[ben], query='dog', top 1000)

Ben may be on ten thousand photos. What is in an album and shows him is one request. But a search with an album looks at
other members' photos, too, which a search for Ben does not; so it has to prove that it found none of these.

    >>> branch = Branch(search(albumIds=("best",)).query, Not(search(personIds=("ben",))))
    >>> print(write_branch(with_scoped_searches(branch, Costs(server, {}), {}, server)))
    (albumIds=[best]) | not (albumIds=[best], personIds=[ben])

Of a ranking only the first photos matter, and of two photos a ranking has the same one first, whatever else it ranks.
So his photos among the best 500 are among the best 500 of his own. More are asked for, because a ranking has to prove
that it is whole, and a page costs one request anyway. For the proofs see `run.scoped_lookups`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from immich_smart_albums.model.condition import ordered
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.model.search_field import ONLY_SMART
from immich_smart_albums.model.search_fields import BY_NAME
from immich_smart_albums.selection.compile.algebra import intersect, narrow_album, needs_exif
from immich_smart_albums.selection.compile.cost import PAGE, Costs
from immich_smart_albums.selection.query_plan import Branch, ScopedSearch, with_queries

if TYPE_CHECKING:
    from collections.abc import Container

    from immich_smart_albums.selection.ports import Capabilities


def with_scoped_searches(branch: Branch, costs: Costs, shared: Container[Query], server: Capabilities) -> Branch:
    """Returns the branch with each membership looked up in a search of few where that costs less than the whole one."""
    instead: dict[Query, Query] = {}
    nothing = frozenset[str]()
    for search in branch.searches:
        of_few = None if search in shared else _scoped(branch.driver, search, server)
        if of_few is not None and (
            of_few in shared or costs.reading(of_few, nothing) + costs.proving(of_few) < costs.reading(search, nothing)
        ):
            instead[search] = of_few
    if branch.residual is None or not instead:
        return branch
    scoped = tuple(ScopedSearch(of_few, search) for search, of_few in instead.items())
    return Branch(branch.driver, with_queries(branch.residual, instead), scoped)


def _scoped(driver: Query, search: Query, server: Capabilities) -> Query | None:
    if driver.kind is Kind.SMART:
        return scoped_ranking(driver, search, server)
    return scoped_album(driver, search, server)


def scoped_album(driver: Query, search: Query, server: Capabilities) -> Query | None:
    """Returns the search for what an album has of a plain search, and of other members' photos that are like that.

    None if there is none, or no count proves it: photos without EXIF are counted, and searches leave them out.
    """
    album = narrow_album(driver, search)
    if album is None or not album.is_flat or needs_exif(album) or server.unsupported(album):
        return None
    return album if all(BY_NAME[name].counted for name in album.flat_fields) else None


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
