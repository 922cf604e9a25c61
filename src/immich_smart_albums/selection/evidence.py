"""What the searches of a plan found: assets that may match, which filters they pass, and ranks."""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from immich_smart_albums.model.asset import Asset
from immich_smart_albums.rules.leaves import Check
from immich_smart_albums.rules.nodes import All, Any, Node, Not

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from immich_smart_albums.model.query import Query
    from immich_smart_albums.selection.lower import QueryPlan
    from immich_smart_albums.selection.ports import Searches


@dataclass(slots=True)
class Evidence:
    """Filled while records stream by. Assets that cannot match any more are not kept."""

    plan: QueryPlan
    found: dict[Query, dict[str, int]] = field(default_factory=dict)
    """For each search the ids it found, with their place in its order."""
    counts: dict[Query, int] = field(default_factory=dict)
    """How many assets each search found."""
    assets: dict[str, Asset] = field(default_factory=dict)
    passed: dict[str, int] = field(default_factory=dict)
    """For each candidate a bit per filter of the plan that it passes."""
    _may_match: dict[int, bool] = field(default_factory=dict)

    def read_candidates(self, query: Query, batches: Iterable[Iterable[Mapping[str, object]]]) -> None:
        """Take in a search whose records are checked against the local filters."""
        filters = [(1 << bit, each) for bit, each in enumerate(self.plan.filters)]
        found: dict[str, int] = {}
        seen: set[str] = set()
        for batch in batches:
            for record in batch:
                asset_id = str(record["id"])
                if asset_id in seen:
                    continue
                place = len(seen)
                seen.add(asset_id)
                mask = sum(bit for bit, each in filters if each.holds(record))
                if self._is_possible(mask):
                    found[asset_id] = place
                    self.passed[asset_id] = mask
                    self.assets[asset_id] = Asset.of(record)
        self.found[query] = found
        self.counts[query] = len(seen)

    def read_ids(self, query: Query, batches: Iterable[Iterable[Mapping[str, object]]]) -> None:
        """Take in a search of which only the ids matter."""
        found: dict[str, int] = {}
        for batch in batches:
            for record in batch:
                found.setdefault(str(record["id"]), len(found))
        self.found[query] = found
        self.counts[query] = len(found)

    def _is_possible(self, mask: int) -> bool:
        if mask not in self._may_match:
            passed = {each for bit, each in enumerate(self.plan.filters) if mask >> bit & 1}
            self._may_match[mask] = _verdict(self.plan.rule.match, passed, self.plan.filters) is not False
        return self._may_match[mask]


def gather(
    plan: QueryPlan, searches: Searches, *, concurrency: int, on_found: Callable[[Query, int], None]
) -> Evidence:
    """Send every distinct search of a plan once, a few at a time. The first failure fails them all."""
    evidence = Evidence(plan)
    stop = threading.Event()

    def run(query: Query) -> None:
        is_candidate = query in plan.candidates
        with closing(searches.find(query, plan.fields if is_candidate else frozenset())) as batches:
            read = evidence.read_candidates if is_candidate else evidence.read_ids
            read(query, _until(stop, batches))
        on_found(query, evidence.counts[query])

    pool = ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="search")
    futures = [pool.submit(run, query) for query in plan.queries]
    try:
        done = wait(futures, return_when=FIRST_EXCEPTION).done
    finally:
        # Nobody waits for searches whose result is of no use: they end at their next batch.
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)
    for future in futures:
        if future in done:  # what fails later may have failed because of the first
            future.result()
    return evidence


class _StoppedError(Exception):
    """Another search failed; the rest of this one is of no use."""


def _until(
    stop: threading.Event, batches: Iterable[Iterable[Mapping[str, object]]]
) -> Iterable[Iterable[Mapping[str, object]]]:
    for batch in batches:
        if stop.is_set():
            raise _StoppedError
        yield batch


def _verdict(node: Node, passed: set[Check], known: tuple[Check, ...]) -> bool | None:
    """Kleene's logic: True or False where the known filters settle it, None where a search will."""
    match node:
        case Check():
            return node in passed if node in known else None
        case Not():
            verdict = _verdict(node.child, passed, known)
            return None if verdict is None else not verdict
        case All():
            verdicts = [_verdict(child, passed, known) for child in node.children]
            return False if False in verdicts else None if None in verdicts else True
        case Any():
            verdicts = [_verdict(child, passed, known) for child in node.children]
            return True if True in verdicts else None if None in verdicts else False
        case _:
            return None
