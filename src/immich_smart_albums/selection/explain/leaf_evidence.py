"""Works out whether a leaf holds for a photo from the searches that a run has sent, without another one.

A rule is not answered leaf by leaf: searches are merged, narrowed, and turned into filters. So each search speaks for
others. One that finds a photo shows that every wider one does; one that was read to its end, and does not find it,
shows that no narrower one does. For the leaf `city: Nice` and a photo:

    found by (city='Nice', personIds=[emma])       holds
    not found by (country='France')                not known: it may lack a country
    passes the filter `city Nice` on its record    holds
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from immich_smart_albums.model.condition import Kind
from immich_smart_albums.rules.tree import Filter, Search
from immich_smart_albums.selection.compile.algebra import in_universe, intersect, is_composable, universe
from immich_smart_albums.selection.compile.relations import is_superset
from immich_smart_albums.selection.explain.explain import LeafEvidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.model.query import Query
    from immich_smart_albums.selection.query_plan import Scan
    from immich_smart_albums.selection.result import SearchResult
    from immich_smart_albums.selection.run.evaluate import RuleEvidence


@dataclass(frozen=True, slots=True)
class EvidenceLookup:
    """Looks up what the searches of one rule show of its leaves."""

    evidence: RuleEvidence
    _covered: dict[tuple[Query, Query], bool] = field(default_factory=dict)

    def of(self, leaf: Search | Filter, asset_id: str) -> LeafEvidence | None:
        """Returns whether a leaf holds for a photo. None if that is not known."""
        if isinstance(leaf, Search):
            return self._searched(leaf.query, asset_id)
        evidence = self._filtered(leaf, asset_id)
        if evidence is not None or not leaf.superset_is_exact:
            return evidence
        searched = (self._searched(query, asset_id) for query in self._equivalents(leaf.superset, asset_id))
        return next((evidence for evidence in searched if evidence is not None), None)

    def _equivalents(self, superset: Query | None, asset_id: str) -> Iterator[Query]:
        """Yields the search of a filter in each universe in which the photo was found."""
        if superset is None or not is_composable(superset):
            return
        finding = (universe(scan.query) for scan, result in self._scans() if _is_found(result, asset_id))
        for everything in dict.fromkeys(finding):
            if everything is not None:
                yield in_universe(superset, everything)

    def _filtered(self, filter_: Filter, asset_id: str) -> LeafEvidence | None:
        for scan, result in self._scans():
            if filter_ in scan.numbers:
                passed = _bit(result, scan.numbers[filter_], asset_id)
                if passed is not None:
                    return LeafEvidence(passed)
        passed = self.evidence.details.verdict(filter_, asset_id)
        return None if passed is None else LeafEvidence(passed)

    def _searched(self, query: Query, asset_id: str) -> LeafEvidence | None:
        for scan, result in self._scans():
            if scan.query == query:
                if _is_found(result, asset_id):
                    return _search_fact(query, result, asset_id)
                if _is_whole(scan, result):
                    return LeafEvidence(holds=False, read=result.count if _is_ranked(query) else None)
        if _is_ranked(query):
            return None
        for scan, result in self._scans():
            if _is_found(result, asset_id) and self._covers(query, scan.query):
                return LeafEvidence(holds=True)
        return self._excluded(query, asset_id) or self._as_filter(query, asset_id) or self._scoped(query, asset_id)

    def _scoped(self, query: Query, asset_id: str) -> LeafEvidence | None:
        """Returns what a scoped search shows: it finds the photo, or it does not although its whole search would."""
        results = self.evidence.results
        for branch in self.evidence.plan.branches:
            driver = results.results[branch.driver]
            for scoped in branch.scoped if _is_found(driver, asset_id) else ():
                holds = asset_id in results.ids(branch.driver, scoped.query)
                if self._covers(query, scoped.search) if holds else self._covers(scoped.search, query):
                    return LeafEvidence(holds)
        return None

    def _excluded(self, query: Query, asset_id: str) -> LeafEvidence | None:
        """Returns that a search does not find a photo, if a wider one does not, or one narrowed to what finds it."""
        finding = [scan.query for scan, result in self._scans() if _is_found(result, asset_id)]
        narrowed = {intersect(scope, query) for scope in finding} - {None}
        for scan, result in self._scans():
            is_out = _is_whole(scan, result) and not _is_found(result, asset_id)
            if is_out and (scan.query in narrowed or self._covers(scan.query, query)):
                return LeafEvidence(holds=False)
        return None

    def _as_filter(self, query: Query, asset_id: str) -> LeafEvidence | None:
        """Returns what a filter shows that passes just what the search finds."""
        for scan, result in self._scans():
            for number, filter_ in enumerate(scan.filters):
                if filter_.superset == query and filter_.superset_is_exact:
                    passed = _bit(result, number, asset_id)
                    if passed is not None:
                        return LeafEvidence(passed)
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


def _is_found(result: SearchResult, asset_id: str) -> bool:
    """Returns whether a search surely found a photo."""
    return asset_id in result.places or asset_id in result.rejected


def _is_whole(scan: Scan, result: SearchResult) -> bool:
    """Returns whether a result has the ids of everything that a search found."""
    return scan.is_complete or result.count == len(result.places) + len(result.rejected)


def _search_fact(query: Query, result: SearchResult, asset_id: str) -> LeafEvidence:
    if not _is_ranked(query):
        return LeafEvidence(holds=True)
    place = result.places[asset_id] if asset_id in result.places else result.rejected[asset_id].place
    return LeafEvidence(holds=True, rank=place + 1, read=result.count)


def _bit(result: SearchResult, number: int, asset_id: str) -> bool | None:
    """Returns whether a photo passes a filter of a scan. None if that is not known."""
    if asset_id in result.passed:
        return bool(result.passed[asset_id] >> number & 1)
    rejected = result.rejected.get(asset_id)
    return bool(rejected.passed >> number & 1) if rejected is not None and rejected.decided >> number & 1 else None
