"""Certainty of matches: three-valued logic over what Immich is still to find out about a photo.

A leaf that holds, or does not, is an answer if the steps that it needs (`stages`) are done, and otherwise unknown. From
there on it is Kleene's logic. What a photo still lacks is asked for later, and of few photos; so the value here is not
one truth but a table: for each set of steps that may be done, whether the rule then holds for certain. It is a number
with a bit for each set.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from immich_smart_albums.model.search_field import Stage
from immich_smart_albums.rules.tree import All, Any, Filter, Not, Search, leaves, roots
from immich_smart_albums.selection.query_plan import needs_details
from immich_smart_albums.selection.run.signatures import signatures
from immich_smart_albums.selection.stages import (
    NOTHING_ELSE,
    conditions_of,
    of_fields,
    when_failed,
    when_matched,
    when_missing,
    when_passed,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.rules.tree import Node, Rule
    from immich_smart_albums.selection.query_plan import Branch, RulePlan
    from immich_smart_albums.selection.run.details import DetailFetcher
    from immich_smart_albums.selection.run.fetch import SearchResults
    from immich_smart_albums.selection.stages import KnownConditions, Stages

_BITS = {stage: 1 << index for index, stage in enumerate(Stage)}
_SETS = range(1 << len(Stage))

ALWAYS = (1 << len(_SETS)) - 1
"""Certain whatever is done."""

Table = int


def certain_after(stages: Iterable[Stage]) -> Table:
    """Returns the table of what is certain once these steps are done."""
    return _needing(_number(stages))


@lru_cache(maxsize=len(_SETS))
def _needing(needed: int) -> Table:
    return sum(1 << done for done in _SETS if done & needed == needed)


@lru_cache(maxsize=4096)
def missing_stages(table: Table, done: Stages) -> tuple[Stage, ...]:
    """Returns the fewest steps that are missing for certainty, in Immich's order. Empty if it is certain."""
    number = _number(done)
    subsets = [subset & ~number for subset in _SETS if table >> (subset | number) & 1]
    fewest = min(subsets, key=lambda subset: (subset.bit_count(), subset), default=_number(Stage) & ~number)
    return tuple(stage for stage in Stage if _BITS[stage] & fewest)


@lru_cache(maxsize=4096)
def deciding_stages(table: Table, done: Stages) -> Stages:
    """Returns the steps not done yet that may still decide."""
    number = _number(done)
    sets = [subset for subset in _SETS if subset & number == number]
    if table >> number & 1:
        return frozenset()
    turning = (
        stage
        for stage, bit in _BITS.items()
        if any(not table >> subset & 1 and table >> (subset | bit) & 1 for subset in sets)
    )
    return frozenset(turning)


def _number(stages: Iterable[Stage]) -> int:
    return sum(_BITS[stage] for stage in frozenset(stages))


@dataclass(frozen=True, slots=True)
class Alike:
    """Matches of which the same is certain, since all answers about them are the same."""

    table: Table
    is_read: bool | None
    """Whether a search showed that their files were read. None if none showed the metadata."""
    assets: Sequence[Asset]


@dataclass(frozen=True, slots=True)
class Certainty:
    """For each match of one rule, the steps that make it certain."""

    plan: RulePlan
    evidence: SearchResults
    details: DetailFetcher

    def alike(self, assets: Iterable[Asset]) -> Collection[Alike]:
        """Returns some matches in few groups: what is certain is worked out once for each. Raises ServerError."""
        assets = list(assets)
        ids = [asset.id for asset in assets]
        columns = [column for branch in self.plan.branches for column in self._columns(branch, ids)]
        known = columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))
        groups: defaultdict[object, list[Asset]] = defaultdict(list)
        for asset, signature in zip(assets, known, strict=True):
            groups[signature].append(asset)
        return [Alike(self._of(group[0].id), self._is_read(group[0].id), group) for group in groups.values()]

    def _columns(self, branch: Branch, ids: Sequence[str]) -> Iterator[Sequence[object]]:
        """Yields what tells all that a branch knows of photos."""
        yield signatures(branch, self.evidence, ids)
        passed = self.evidence.results[branch.driver].passed
        for check in branch.detail_filters:
            yield [bool(self.details.passing(check, {id_})) if id_ in passed else None for id_ in ids]

    def _of(self, asset_id: str) -> Table:
        """Returns the table of a photo that the rule matches. Raises ServerError and FilterError."""
        table = 0
        for branch in self.plan.branches:
            if asset_id in self.evidence.results[branch.driver].assets:
                holds, _ = _AssetCertainty(branch, self, asset_id).tables()
                table |= holds
        return table & certain_after(_of_rule(self.plan.rule))

    def _is_read(self, asset_id: str) -> bool | None:
        shown = None
        for driver in dict.fromkeys(branch.driver for branch in self.plan.branches):
            scan, passed = self.evidence.scans[driver], self.evidence.results[driver].passed
            if scan.shows_metadata and asset_id in passed:
                shown = bool(passed[asset_id] >> len(scan.filters) & 1) or bool(shown)
        return shown


def certainty(plan: RulePlan, evidence: SearchResults, details: DetailFetcher) -> Certainty | None:
    """Returns the certainty of a rule's matches. None if all are certain, whatever Immich has still to do."""
    is_certain = not _of_rule(plan.rule) and not any(map(_stages, plan.branches))
    return None if is_certain else Certainty(plan, evidence, details)


def _of_rule(rule: Rule) -> Stages:
    """Returns the steps that a rule's limit and its split need."""
    keys = frozenset[Stage]().union(*(of_fields(roots(key.fields)) for key in rule.split))
    return keys if rule.limit is None else keys | {Stage.DATES}


def _stages(branch: Branch) -> Stages:
    """Returns all steps that the answers of a branch may need."""
    own = () if branch.residual is None else leaves(branch.residual)
    of_searches = (when_matched(leaf.query) | when_missing(leaf.query) for leaf in own if isinstance(leaf, Search))
    of_filters = (when_passed(leaf) | when_failed(leaf) for leaf in own if isinstance(leaf, Filter))
    return when_matched(branch.driver).union(*of_searches, *of_filters)


@dataclass(frozen=True, slots=True)
class _AssetCertainty:
    """One branch and one photo that its driver finds."""

    branch: Branch
    certainty: Certainty
    asset_id: str

    def tables(self) -> tuple[Table, Table]:
        """Returns when it is certain that the branch holds, and when that it does not."""
        driver, tree = certain_after(when_matched(self.branch.driver)), self.branch.residual
        if tree is None:
            return driver, 0
        holds, fails = self._of(tree, conditions_of(self.branch.driver))
        return driver & holds, fails

    def _of(self, node: Node, holding: KnownConditions) -> tuple[Table, Table]:
        match node:
            case Search():
                return self._searched(node, holding)
            case Filter():
                return (
                    (certain_after(when_passed(node)), 0)
                    if self._passes(node)
                    else (0, certain_after(when_failed(node)))
                )
            case Not():
                holds, fails = self._of(node.child, holding)
                return fails, holds
            case All():
                conditions = holding.union(*(self._known(child) for child in node.children))
                pairs = [self._of(child, conditions) for child in node.children]
                return _every(holds for holds, _ in pairs), _any(fails for _, fails in pairs)
            case Any():
                pairs = [self._of(child, holding) for child in node.children]
                return _any(holds for holds, _ in pairs), _every(fails for _, fails in pairs)
            case _:
                message = f"{node.key} was not looked up"
                raise TypeError(message)

    def _finds(self, search: Search) -> bool:
        return self.asset_id in self.certainty.evidence.ids(self.branch.driver, search.query)

    def _known(self, node: Node) -> KnownConditions:
        """Returns the conditions of a search that finds the photo: searches beside it were narrowed to them."""
        return conditions_of(node.query) if isinstance(node, Search) and self._finds(node) else NOTHING_ELSE

    def _searched(self, search: Search, holding: KnownConditions) -> tuple[Table, Table]:
        if self._finds(search):
            return certain_after(when_matched(search.query)), 0
        return 0, certain_after(when_missing(search.query, holding))

    def _passes(self, check: Filter) -> bool:
        driver, evidence = self.branch.driver, self.certainty.evidence
        if needs_details(check.roots, driver):
            return bool(self.certainty.details.passing(check, {self.asset_id}))
        bit = 1 << evidence.scans[driver].numbers[check]
        return bool(evidence.results[driver].passed[self.asset_id] & bit)


def _every(tables: Iterable[Table]) -> Table:
    together = ALWAYS
    for table in tables:
        together &= table
    return together


def _any(tables: Iterable[Table]) -> Table:
    together = 0
    for table in tables:
        together |= table
    return together
