"""Lookups in scoped searches; in the whole search where a scoped one cannot prove that it will do.

A photo among the best 500 of dogs is among the best 500 of Ben's, if it shows him
(`compile.scoped_searches`). That rests on the server's ranking all photos, and in the same order both times. Where
Immich ranks with an index that is approximate it may leave some out, and between two searches photos may come and go.
So a ranking counts only if what it has in common with the other one comes first, in the same order, and it goes on
behind that; or if it has as many photos as there are. Else the search is read in full.

What is in an album and shows Ben is found by one search for both. It looks at all members' photos, though, and a search
for Ben does not; nor do counts. So it counts only if it found nothing, or as many photos as there are of those.
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
"""What a driver finds is held against a scoped search."""


@dataclass(slots=True)
class ScopedLookups:
    """Says which searches the lookups of a plan still need, and where each is answered."""

    plan: QueryPlan
    counts: dict[Query, int | None] = field(default_factory=dict)
    """How many photos there are that a scoped search has to have."""
    instead: dict[Lookup, Query] = field(default_factory=dict)
    """The searches that are read in full, of lookups that no scoped search answers."""
    _open: list[Lookup] = field(default_factory=list)
    _sent: set[Query] = field(default_factory=set)
    _scoped: frozenset[Query] = frozenset()

    def __post_init__(self) -> None:
        branches = [branch for rule in self.plan.rules for branch in rule.branches]
        lookups = ((branch.driver, scoped) for branch in branches for scoped in branch.scoped)
        self._open = list(dict.fromkeys(lookups))
        self._scoped = frozenset(scoped.query for _, scoped in self._open)
        direct = {branch.driver for branch in branches} | {
            query for branch in branches for query in set(branch.searches) - {scoped.query for scoped in branch.scoped}
        }
        self._sent = {scan.query for scan in self.plan.scans if scan.query in direct or scan.query not in self._scoped}

    def is_counted(self, query: Query, result: SearchResult) -> bool:
        """Returns whether a scoped search must be as large as is counted: it ended early, or is of an album."""
        if query not in self._scoped:
            return False
        return result.count > 0 if query.kind is Kind.METADATA else _is_ranked_out(query, result)

    def first(self) -> Iterator[Scan]:
        """Yields the searches that are sent in any case."""
        return (scan for scan in self.plan.scans if scan.query in self._sent)

    def due(self, results: Mapping[Query, SearchResult]) -> Iterator[Scan]:
        """Yields the searches that are needed besides, now that some are read."""
        for lookup in tuple(self._open):
            driver, scoped = lookup
            if driver not in results:
                continue
            result = results.get(scoped.query)
            # A library that is ranked to its end is small: then so is what is searched for.
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

    def _is_proven(self, driver: SearchResult, ranked: SearchResult, query: Query) -> bool:
        """Whether a search surely tells, of what the driver found, what the search that it stands for would."""
        if query.kind is Kind.METADATA:
            return ranked.count == 0 or self.counts.get(query) == ranked.count
        if _is_ranked_out(query, ranked):
            return self.counts.get(query) == ranked.count
        common = [driver.places[asset_id] for asset_id in ranked.places if asset_id in driver.places]
        first = list(ranked.places)[: len(common)]
        return (
            len(common) < ranked.count
            and common == sorted(common)
            and all(asset_id in driver.places for asset_id in first)
        )


def _is_ranked_out(query: Query, result: SearchResult) -> bool:
    """Whether a ranking ended before its limit."""
    return result.count < (query.limit or 0)


def unranked(query: Query) -> Query:
    """Returns the plain search for all that a ranking can have."""
    conditions = tuple(condition for condition in query.where if BY_NAME[condition.field].kinds != ONLY_SMART)
    return replace(query, kind=Kind.METADATA, where=conditions, limit=None)


def _ids_of(query: Query) -> Scan:
    return Scan(query, fields=frozenset(), filters=(), keys=(), trees=(), keeps_ids=True)
