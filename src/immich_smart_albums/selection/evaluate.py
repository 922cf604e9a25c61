"""QueryPlan → selection: set algebra over what the searches found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from immich_smart_albums.rules.leaves import Check, Search
from immich_smart_albums.rules.nodes import All, Any, Node, Not, leaves
from immich_smart_albums.selection.evidence import gather
from immich_smart_albums.selection.lower import describe
from immich_smart_albums.selection.order import best, newest_first

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.selection.evidence import Evidence
    from immich_smart_albums.selection.lower import QueryPlan
    from immich_smart_albums.selection.ports import Searches


@dataclass(frozen=True, slots=True)
class Selection:
    """The assets that match now, newest first."""

    assets: tuple[Asset, ...]
    matched: int
    """How many matched before the rule's limit."""


def evaluate(plan: QueryPlan, searches: Searches, *, concurrency: int, log: Callable[[str], None]) -> Selection:
    """Run a plan. Any search that fails raises its ServerError: there is no partial selection."""
    evidence = gather(
        plan,
        searches,
        concurrency=concurrency,
        on_found=lambda query, count: log(f"{query.describe()}: found {count}"),
    )
    matching = _Selector(plan, evidence, searches, log).top(set(evidence.assets))
    kept = best(matching, evidence, plan.rule.limit)
    if len(kept) < len(matching):
        log(f"limit {plan.rule.limit}: kept {len(kept)} of {len(matching)}")
    return Selection(tuple(newest_first(evidence.assets[each] for each in kept)), len(matching))


@dataclass(slots=True)
class _Selector:
    plan: QueryPlan
    evidence: Evidence
    searches: Searches
    log: Callable[[str], None]
    late_passed: dict[str, int] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    """Assets that were deleted between the search that found them and the look at their details."""

    def top(self, base: set[str]) -> set[str]:
        """The matches of the whole rule, saying what each of its parts kept."""
        rule = self.plan.rule.match
        parts = rule.children if isinstance(rule, All) else (rule,)
        for part in sorted(parts, key=self._lateness):
            kept = self.within(part, base)
            self.log(f"{describe(part)}: kept {len(kept)} of {len(base)}")
            base = kept
        return base - self.gone

    def within(self, node: Node, base: set[str]) -> set[str]:
        """The assets of `base` that match the node."""
        match node:
            case Search():
                return base & self.evidence.found[node.query].keys()
            case Check():
                return self._filtered(node, base)
            case Not():
                return base - self.within(node.child, base)
            case All():
                for child in sorted(node.children, key=self._lateness):
                    base = self.within(child, base)
                return base
            case Any():
                matched: set[str] = set()
                for child in sorted(node.children, key=self._lateness):
                    matched |= self.within(child, base - matched)
                return matched
            case _:
                message = f"{node.words} was not looked up"
                raise TypeError(message)

    def _filtered(self, node: Check, base: set[str]) -> set[str]:
        if node in self.plan.late_filters:
            self._read_details(base)
            filters, passed = self.plan.late_filters, self.late_passed
        else:
            filters, passed = self.plan.filters, self.evidence.passed
        bit = 1 << filters.index(node)
        return {each for each in base if passed.get(each, 0) & bit}

    def _read_details(self, base: set[str]) -> None:
        """Ask for each asset once, and check all late filters on it."""
        missing = sorted(base - self.late_passed.keys() - self.gone)
        for record in self.searches.details(missing):
            passed = (1 << bit for bit, each in enumerate(self.plan.late_filters) if each.holds(record))
            self.late_passed[str(record["id"])] = sum(passed)
        self.gone |= base - self.late_passed.keys()

    def _lateness(self, node: Node) -> bool:
        """Whether a part needs requests of its own: those come last, when few assets are left."""
        return any(leaf in self.plan.late_filters for leaf in leaves(node))
