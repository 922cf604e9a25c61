"""Fetches the searches of a plan: each once, a few at a time, and no longer than a rule can still use it."""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from immich_smart_albums.errors import SmartAlbumsError
from immich_smart_albums.model.query import Kind
from immich_smart_albums.selection.result import NOTHING_KNOWN, ResultBuilder, SearchResult
from immich_smart_albums.selection.run.scoped_lookups import ScopedLookups, unranked

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet
    from concurrent.futures import Future

    from immich_smart_albums.model.query import Query
    from immich_smart_albums.selection.ports import KnownRecords, SearchApi, SearchCache
    from immich_smart_albums.selection.query_plan import QueryPlan, Scan


@dataclass(frozen=True, slots=True)
class SearchResults:
    """What the searches of a run found."""

    results: dict[Query, SearchResult]
    scans: dict[Query, Scan]
    errors: dict[int, SmartAlbumsError]
    """For each rule that cannot be answered, by its place in the plan, the first error."""
    instead: dict[tuple[Query, Query], Query] = field(default_factory=dict)
    """For a driver and a scoped search the search that was read instead, if the scoped one could not prove itself."""

    def ids(self, driver: Query, query: Query) -> AbstractSet[str]:
        """Returns the ids of what a search found; of what the driver did not find, some may be missing."""
        return self.results[self.instead.get((driver, query), query)].places.keys()


def fetch_all(  # noqa: PLR0913 - how it is read, each with a name
    plan: QueryPlan,
    searches: SearchApi,
    *,
    concurrency: int,
    on_result: Callable[[Query, int], None],
    cache: SearchCache | None = None,
    keeps_rejected: bool = False,
    records: KnownRecords | None = None,
) -> SearchResults:
    """Returns what the searches of a plan find, each sent once, `concurrency` at a time.

    A search that fails fails the rules that depend on it, and stops the searches that only those need. With
    `keeps_rejected` the results also have photos that cannot match. Searches whose `records` are known are not sent.
    """
    queries = [rule.queries for rule in plan.rules]
    dependent = {
        scan.query: frozenset(number for number, own in enumerate(queries) if scan.query in own) for scan in plan.scans
    }
    lookups = ScopedLookups(plan)
    for scoped in (scoped for rule in plan.rules for branch in rule.branches for scoped in branch.scoped):
        dependent[scoped.search] = dependent[scoped.query] | dependent.get(scoped.search, frozenset())
    if cache is not None:
        cache.expect(plan.scans)
    run = _FetchRun(plan, searches, on_result, cache, dependent, lookups, keeps_rejected, records)
    pool = ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="search")
    pending: dict[Future[SearchResult], Scan] = {pool.submit(run.read, scan): scan for scan in lookups.first()}
    results: dict[Query, SearchResult] = {}
    scans = {scan.query: scan for scan in plan.scans}
    try:
        while pending:
            for future in wait(pending, return_when=FIRST_COMPLETED).done:
                scan = pending.pop(future)
                try:
                    results[scan.query] = future.result()
                except SmartAlbumsError as error:
                    run.fail(scan, error)
                except _StoppedError:
                    pass
            for scan in lookups.due(results):
                scans[scan.query] = scan
                pending[pool.submit(run.read, scan)] = scan
            # Searches that are of no use any more end at their next batch, which is not awaited.
            pending = {future: scan for future, scan in pending.items() if run.is_needed(scan)}
    finally:
        run.stop.set()
        pool.shutdown(wait=False, cancel_futures=True)
    instead = {(driver, scoped.query): query for (driver, scoped), query in lookups.instead.items()}
    return SearchResults(results, scans, dict(run.errors), instead)


class _StoppedError(Exception):
    """Raised in a thread whose search no rule needs any more."""


@dataclass(slots=True)
class _FetchRun:
    plan: QueryPlan
    searches: SearchApi
    on_result: Callable[[Query, int], None]
    cache: SearchCache | None
    dependent: dict[Query, frozenset[int]]
    """For each search the rules that depend on it, by their place in the plan."""
    lookups: ScopedLookups
    keeps_rejected: bool
    records: KnownRecords | None
    errors: dict[int, SmartAlbumsError] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)

    def read(self, scan: Scan) -> SearchResult:
        """Returns what one search finds, from the cache or read to its end. Raises SmartAlbumsError."""
        result = self.cache.recall(scan) if self.cache else None
        if result is None:
            result = self._read(scan)
            if self.cache and not result.failures:
                self.cache.keep(scan, result)
        self.on_result(scan.query, result.count)
        self._count(scan.query, result)
        return result

    def _count(self, query: Query, result: SearchResult) -> None:
        """Ask how many photos a scoped search should find, if that is its proof."""
        if not self.lookups.is_counted(query, result):
            return
        with suppress(SmartAlbumsError):  # without a count it is not proven, and another search is read instead
            if query.kind is Kind.SMART:
                self.lookups.counts[query] = self.searches.estimate(unranked(query))
            else:
                self.lookups.counts[query] = self.searches.estimate_own(query)

    def _read(self, scan: Scan) -> SearchResult:
        keeps_ids = scan.keeps_ids or (self.cache is not None and self.cache.wants_ids(scan))
        assets = NOTHING_KNOWN if self.records is None else self.records.assets
        builder = ResultBuilder(replace(scan, keeps_ids=keeps_ids), keeps_rejected=self.keeps_rejected, assets=assets)
        judged = None if self.records is None or self.keeps_rejected else self.records.judged(scan)
        if judged is not None:
            for batch_judged in judged:
                builder.take_judged(batch_judged)
            return builder.result
        with closing(self.searches.find(scan.query, scan.requested_fields)) as batches:
            for batch in batches:
                if not self.is_needed(scan):
                    raise _StoppedError
                builder.take(batch)
                if builder.result.failures:
                    self._note_failures(scan, builder.result)
        return builder.result

    def is_needed(self, scan: Scan) -> bool:
        """Returns whether a rule that may still be answered depends on a search."""
        return not self.stop.is_set() and not self.dependent[scan.query] <= self.errors.keys()

    def fail(self, scan: Scan, error: SmartAlbumsError) -> None:
        """Fail the rules that depend on a search; the first error of a rule counts."""
        for number in self.dependent[scan.query]:
            self.errors.setdefault(number, error)

    def _note_failures(self, scan: Scan, result: SearchResult) -> None:
        """Fail the rules that depend on filters that could not be evaluated."""
        for number, rule in enumerate(self.plan.rules):
            for branch in rule.branches:
                for filter_ in branch.filters if branch.driver == scan.query else ():
                    if filter_ in result.failures:
                        self.errors.setdefault(number, result.failures[filter_])
