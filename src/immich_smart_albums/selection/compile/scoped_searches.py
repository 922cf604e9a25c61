"""Scoped searches: smaller ones in place of those that only photos of one driver are looked up in.

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

Ben may be on ten thousand photos, and of these few are in the album.

    >>> branch = Branch(search(albumIds=("best",)).query, Not(search(personIds=("ben",))))
    >>> print(write_branch(with_scoped_searches(branch, Costs(server, {}), {}, server)))
    (albumIds=[best]) | not (albumIds=[best], personIds=[ben])

Any two photos stand in the same order in every ranking of the same text. So his photos among the best 500 dogs are
among the best 500 of his own.

Neither is certain on every server: a search in an album also finds other members' photos, and a ranking may be only
approximate. So each scoped search has to prove itself when it is read (`run.scoped_lookups`), for which a ranking reads
some more photos; they fit on a page that is asked for anyway.
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
    """Returns the branch with a scoped search in place of each search of the residual that costs more."""
    replacements: dict[Query, Query] = {}
    nothing = frozenset[str]()
    for search in branch.searches:
        scoped = None if search in shared else _scoped(branch.driver, search, server)
        if scoped is not None and (
            scoped in shared
            or costs.read_price(scoped, nothing) + costs.proof_price(scoped) < costs.read_price(search, nothing)
        ):
            replacements[search] = scoped
    if branch.residual is None or not replacements:
        return branch
    scoped_searches = tuple(ScopedSearch(scoped, search) for search, scoped in replacements.items())
    return Branch(branch.driver, with_queries(branch.residual, replacements), scoped_searches)


def _scoped(driver: Query, search: Query, server: Capabilities) -> Query | None:
    if driver.kind is Kind.SMART:
        return scoped_ranking(driver, search, server)
    return scoped_album(driver, search, server)


def scoped_album(driver: Query, search: Query, server: Capabilities) -> Query | None:
    """Returns the search for what is in the driver's album and passes the conditions of another search.

    None if there is none, or no count can prove it: counts have photos without EXIF that searches leave out.
    """
    album = narrow_album(driver, search)
    if album is None or not album.is_flat or needs_exif(album) or server.unsupported(album):
        return None
    return album if all(BY_NAME[name].counted for name in album.flat_fields) else None


def scoped_ranking(driver: Query, search: Query, server: Capabilities) -> Query | None:
    """Returns the ranking of what a search finds, long enough to have all of it that the driver's ranking has.

    None if there is none: the driver has no limit, or the search has a condition that rankings do not take.
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
