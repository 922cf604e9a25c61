"""Evidence for one leaf and one asset from the searches of a run, without asking anything more.

A rule is not answered leaf by leaf: searches are merged, narrowed, and turned into filters. So what is known of a leaf
is worked out from whatever was read: a search that finds an asset speaks for every wider one, one that was read to its
end and does not find it speaks against every narrower one. Where nothing tells, nothing is said.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from immich_smart_albums.model.condition import Kind, ordered
from immich_smart_albums.rules.tree import Filter, Search
from immich_smart_albums.selection.compile.algebra import intersect, is_composable, universe
from immich_smart_albums.selection.compile.relations import is_superset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.model.query import Query
    from immich_smart_albums.selection.query_plan import Scan
    from immich_smart_albums.selection.result import SearchResult
    from immich_smart_albums.selection.run.evaluate import RuleEvidence


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of a leaf and an asset."""

    holds: bool
    rank: int | None = None
    """The asset's place in a ranking or a capped search, from 1."""
    read: int | None = None
    """How many places of the ranking were read. None if there is no ranking."""


@dataclass(frozen=True, slots=True)
class LeafFacts:
    """Looks facts up in what one rule's searches found."""

    evidence: RuleEvidence
    _covered: dict[tuple[Query, Query], bool] = field(default_factory=dict)

    def of(self, leaf: Search | Filter, asset_id: str) -> Fact | None:
        """Returns whether a leaf holds for an asset. None if what was read does not tell."""
        if isinstance(leaf, Search):
            return self._searched(leaf.query, asset_id)
        fact = self._filtered(leaf, asset_id)
        queries = () if fact is not None or not leaf.superset_is_exact else self._meant(leaf.superset, asset_id)
        return fact or next((fact for query in queries if (fact := self._searched(query, asset_id))), None)

    def _meant(self, superset: Query | None, asset_id: str) -> Iterator[Query]:
        """The search that says the same as a filter, in each place where the asset was found."""
        if superset is None or not is_composable(superset):
            return
        own = [condition for condition in superset.where if condition.field != "withDeleted"]
        finding = (universe(scan.query) for scan, result in self._scans() if _is_known(result, asset_id))
        for around in dict.fromkeys(finding):
            if around is not None:
                yield replace(superset, where=ordered((*own, *around.where)), visibility=around.visibility)

    def _filtered(self, check: Filter, asset_id: str) -> Fact | None:
        for scan, result in self._scans():
            if check in scan.numbers:
                passed = _bit(result, scan.numbers[check], asset_id)
                if passed is not None:
                    return Fact(passed)
        passed = self.evidence.details.known(check, asset_id)
        return None if passed is None else Fact(passed)

    def _searched(self, query: Query, asset_id: str) -> Fact | None:
        for scan, result in self._scans():
            if scan.query == query:
                if _is_known(result, asset_id):
                    return _search_fact(query, result, asset_id)
                if _is_whole(scan, result):
                    return Fact(holds=False, read=result.count if _is_ranked(query) else None)
        if _is_ranked(query):
            return None
        for scan, result in self._scans():
            if _is_known(result, asset_id) and self._covers(query, scan.query):
                return Fact(holds=True)
        return self._excluded(query, asset_id) or self._as_filter(query, asset_id) or self._scoped(query, asset_id)

    def _scoped(self, query: Query, asset_id: str) -> Fact | None:
        """Whether a search finds an asset: a scoped search of what it finds has it, or lacks it and would have it."""
        results = self.evidence.results
        for branch in self.evidence.plan.branches:
            driver = results.results[branch.driver]
            for scoped in branch.scoped if _is_known(driver, asset_id) else ():
                holds = asset_id in results.ids(branch.driver, scoped.query)
                if self._covers(query, scoped.search) if holds else self._covers(scoped.search, query):
                    return Fact(holds)
        return None

    def _excluded(self, query: Query, asset_id: str) -> Fact | None:
        """That a search does not find an asset: a wider one does not, or it narrowed to one that finds the asset."""
        finding = [scan.query for scan, result in self._scans() if _is_known(result, asset_id)]
        narrowed = {intersect(scope, query) for scope in finding} - {None}
        for scan, result in self._scans():
            is_out = _is_whole(scan, result) and not _is_known(result, asset_id)
            if is_out and (scan.query in narrowed or self._covers(scan.query, query)):
                return Fact(holds=False)
        return None

    def _as_filter(self, query: Query, asset_id: str) -> Fact | None:
        """What a filter says that the compiler made of a search."""
        for scan, result in self._scans():
            for number, check in enumerate(scan.filters):
                if check.superset == query and check.superset_is_exact:
                    passed = _bit(result, number, asset_id)
                    if passed is not None:
                        return Fact(passed)
        return None

    def _covers(self, wide: Query, narrow: Query) -> bool:
        key = (wide, narrow)
        if key not in self._covered:
            self._covered[key] = is_superset(wide, narrow)
        return self._covered[key]

    def _scans(self) -> Iterator[tuple[Scan, SearchResult]]:
        results = self.evidence.results
        return ((results.scans[query], result) for query, result in results.results.items())


def _is_ranked(query: Query) -> bool:
    return query.kind is Kind.SMART or query.limit is not None


def _is_known(result: SearchResult, asset_id: str) -> bool:
    """Whether a search found an asset."""
    return asset_id in result.places or asset_id in result.rejected


def _is_whole(scan: Scan, result: SearchResult) -> bool:
    """Whether it is known of every asset whether a search found it."""
    return scan.is_complete or result.count == len(result.places) + len(result.rejected)


def _search_fact(query: Query, result: SearchResult, asset_id: str) -> Fact:
    if not _is_ranked(query):
        return Fact(holds=True)
    place = result.places[asset_id] if asset_id in result.places else result.rejected[asset_id].place
    return Fact(holds=True, rank=place + 1, read=result.count)


def _bit(result: SearchResult, number: int, asset_id: str) -> bool | None:
    """What a scan's filter says of an asset. None if it did not look at it."""
    if asset_id in result.passed:
        return bool(result.passed[asset_id] >> number & 1)
    rejected = result.rejected.get(asset_id)
    return bool(rejected.passed >> number & 1) if rejected is not None and rejected.known >> number & 1 else None
