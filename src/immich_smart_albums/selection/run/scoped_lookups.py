"""Lookups in scoped searches, or in the whole search if a scoped one cannot prove that it will do.

`compile.scoped_searches` replaces a search that photos of one driver are looked up in by a smaller one. The proofs:

- A ranking. A photo among the best 500 dogs that shows Ben is among the best 500 photos of Ben, if the server ranks all
  photos, in one order. With an approximate index it may leave some out, and between two searches photos come and go. So
  what the smaller ranking has in common with the driver's must come first, in the same order, with at least one photo
  behind it; or it must have as many photos as the server counts.
- A part of an album. It is searched for among all members' photos, which a search for Ben alone is not, nor is a
  count. So it must find nothing, or as many photos as the server counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind
from immich_smart_albums.model.search_field import ONLY_SMART
from immich_smart_albums.model.search_fields import BY_NAME
from immich_smart_albums.selection.query_plan import Scan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from immich_smart_albums.model.query import Query
    from immich_smart_albums.selection.query_plan import QueryPlan, ScopedSearch
    from immich_smart_albums.selection.result import SearchResult

Lookup = tuple["Query", "ScopedSearch"]
"""A driver, and a scoped search that its photos are looked up in."""


@dataclass(slots=True)
class ScopedLookups:
    """Decides which searches the lookups of a plan need, while their results come in."""

    plan: QueryPlan
    counts: dict[Query, int | None] = field(default_factory=dict)
    """How many photos a scoped search should find, by the server's count."""
    instead: dict[Lookup, Query] = field(default_factory=dict)
    """For each lookup whose scoped search is not proven, the whole search."""
    _open: list[Lookup] = field(default_factory=list)
    _sent: set[Query] = field(default_factory=set)
    _scoped: frozenset[Query] = frozenset()

    def __post_init__(self) -> None:
        branches = [branch for rule in self.plan.rules for branch in rule.branches]
        lookups = ((branch.driver, scoped) for branch in branches for scoped in branch.scoped)
        self._open = list(dict.fromkeys(lookups))
        self._scoped = frozenset(scoped.query for _, scoped in self._open)
        whole = {branch.driver for branch in branches} | {
            query for branch in branches for query in set(branch.searches) - {scoped.query for scoped in branch.scoped}
        }
        self._sent = {scan.query for scan in self.plan.scans if scan.query in whole or scan.query not in self._scoped}

    def is_counted(self, query: Query, result: SearchResult) -> bool:
        """Returns whether a scoped search is proven by a count: it is a part of an album, or a ranking to its end."""
        if query not in self._scoped:
            return False
        return result.count > 0 if query.kind is Kind.METADATA else _is_ranked_out(query, result)

    def first(self) -> Iterator[Scan]:
        """Yields the searches that are sent anyway."""
        return (scan for scan in self.plan.scans if scan.query in self._sent)

    def due(self, results: Mapping[Query, SearchResult]) -> Iterator[Scan]:
        """Yields the searches that turn out to be needed, now that these results are there."""
        for lookup in tuple(self._open):
            driver, scoped = lookup
            if driver not in results:
                continue
            result = results.get(scoped.query)
            # If the driver ranks the library to its end, that is small, and so is the whole search.
            if result is None and not _is_ranked_out(driver, results[driver]):
                yield from self._once(scoped.query)
                continue
            self._open.remove(lookup)
            if result is None or not self._is_proven(results[driver], result, scoped.query):
                self.instead[lookup] = scoped.search
                yield from self._once(scoped.search)

    def _once(self, query: Query) -> Iterator[Scan]:
        if query not in self._sent:
            self._sent.add(query)
            yield next((scan for scan in self.plan.scans if scan.query == query), _ids_of(query))

    def _is_proven(self, driver: SearchResult, scoped: SearchResult, query: Query) -> bool:
        """Returns whether a scoped search surely finds all of the driver's photos that the whole search would find."""
        if query.kind is Kind.METADATA:
            return scoped.count == 0 or self.counts.get(query) == scoped.count
        if _is_ranked_out(query, scoped):
            return self.counts.get(query) == scoped.count
        common = [driver.places[asset_id] for asset_id in scoped.places if asset_id in driver.places]
        first = list(scoped.places)[: len(common)]
        return (
            len(common) < scoped.count
            and common == sorted(common)
            and all(asset_id in driver.places for asset_id in first)
        )


def _is_ranked_out(query: Query, result: SearchResult) -> bool:
    """Returns whether a ranking ended before its limit, so that it has all photos."""
    return result.count < (query.limit or 0)


def unranked(query: Query) -> Query:
    """Returns the metadata search for all photos that a ranking puts in order."""
    conditions = tuple(condition for condition in query.where if BY_NAME[condition.field].kinds != ONLY_SMART)
    return replace(query, kind=Kind.METADATA, where=conditions, limit=None)


def _ids_of(query: Query) -> Scan:
    return Scan(query, fields=frozenset(), filters=(), keys=(), trees=(), keeps_ids=True)
