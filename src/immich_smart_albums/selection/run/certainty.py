"""Certainty of matches: three-valued logic over the stages of Immich's work on a photo.

Whether a leaf holds is an answer once the stages that it needs are done (`stages`), and unknown before. Combinations
go by Kleene's logic. A new photo in Nice that is not found for Ben, and the rule "in Nice, without Ben":

    (city='Nice')             certain
    not (personIds=[ben])     certain once Immich has looked for faces
    the rule                  certain once Immich has looked for faces

Which stages a photo lacks is asked for later, and of few photos. So the value is not one truth but a table: for each
set of stages whether the rule holds for certain if just these are done. It is a number with a bit for each set.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import and_, or_
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

Table = int
"""A bit for each of `_SETS`: whether something is certain if these stages are done."""

_BITS = {stage: 1 << index for index, stage in enumerate(Stage)}
_SETS = range(1 << len(Stage))
"""Sets of stages, as numbers with a bit for each stage."""

ALWAYS: Table = (1 << len(_SETS)) - 1
"""Certain whatever is done."""


def certain_after(stages: Iterable[Stage]) -> Table:
    """Returns the table of what is certain once these stages are done."""
    return _needing(_number(stages))


@lru_cache(maxsize=len(_SETS))
def _needing(needed: int) -> Table:
    return sum(1 << done for done in _SETS if done & needed == needed)


@lru_cache(maxsize=4096)
def missing_stages(table: Table, done: Stages) -> tuple[Stage, ...]:
    """Returns the fewest stages that are missing for certainty, in Immich's order. Empty if it is certain."""
    number = _number(done)
    missing = [subset & ~number for subset in _SETS if table >> (subset | number) & 1]
    fewest = min(missing, key=lambda subset: (subset.bit_count(), subset), default=_number(Stage) & ~number)
    return tuple(stage for stage in Stage if _BITS[stage] & fewest)


@lru_cache(maxsize=4096)
def deciding_stages(table: Table, done: Stages) -> Stages:
    """Returns the stages not done yet that may make it certain, alone or with others."""
    number = _number(done)
    if table >> number & 1:
        return frozenset()
    later = [subset for subset in _SETS if subset & number == number]
    return frozenset(
        stage
        for stage, bit in _BITS.items()
        if any(not table >> subset & 1 and table >> (subset | bit) & 1 for subset in later)
    )


def _number(stages: Iterable[Stage]) -> int:
    return sum(_BITS[stage] for stage in frozenset(stages))


@dataclass(frozen=True, slots=True)
class MatchGroup:
    """Matches with the same certainty, since all answers about them are the same."""

    table: Table
    is_read: bool | None
    """Whether their records show that Immich has read the files. None if no search returned EXIF."""
    assets: Sequence[Asset]


@dataclass(frozen=True, slots=True)
class Certainty:
    """Works out when the matches of one rule are certain."""

    plan: RulePlan
    evidence: SearchResults
    details: DetailFetcher

    def groups(self, assets: Iterable[Asset]) -> Collection[MatchGroup]:
        """Returns some matches in few groups, for each of which the work is done once. Raises ServerError."""
        assets = list(assets)
        ids = [asset.id for asset in assets]
        columns = [column for branch in self.plan.branches for column in self._columns(branch, ids)]
        asset_signatures = columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))
        groups: defaultdict[object, list[Asset]] = defaultdict(list)
        for asset, signature in zip(assets, asset_signatures, strict=True):
            groups[signature].append(asset)
        return [MatchGroup(self._of(group[0].id), self._is_read(group[0].id), group) for group in groups.values()]

    def _columns(self, branch: Branch, ids: Sequence[str]) -> Iterator[Sequence[object]]:
        """Yields all that a branch knows of photos: their signatures, and a column for each filter on details."""
        yield signatures(branch, self.evidence, ids)
        passed = self.evidence.results[branch.driver].passed
        for filter_ in branch.detail_filters:
            yield [bool(self.details.passing(filter_, {id_})) if id_ in passed else None for id_ in ids]

    def _of(self, asset_id: str) -> Table:
        """Returns the table of a match: certain if any branch is. Raises ServerError and FilterError."""
        table = 0
        for branch in self.plan.branches:
            if asset_id in self.evidence.results[branch.driver].assets:
                holds, _ = _AssetCertainty(branch, self, asset_id).tables()
                table |= holds
        return table & certain_after(_of_rule(self.plan.rule))

    def _is_read(self, asset_id: str) -> bool | None:
        """Returns whether any record of a photo shows that Immich has read the file. None if none has EXIF."""
        shown = None
        for driver in dict.fromkeys(branch.driver for branch in self.plan.branches):
            scan, passed = self.evidence.scans[driver], self.evidence.results[driver].passed
            if scan.shows_metadata and asset_id in passed:
                shown = bool(passed[asset_id] >> len(scan.filters) & 1) or bool(shown)
        return shown


def certainty(plan: RulePlan, evidence: SearchResults, details: DetailFetcher) -> Certainty | None:
    """Returns the certainty of a rule's matches. None if all are certain, whatever Immich still has to do."""
    is_certain = not _of_rule(plan.rule) and not any(map(_stages, plan.branches))
    return None if is_certain else Certainty(plan, evidence, details)


def _of_rule(rule: Rule) -> Stages:
    """Returns the stages that a rule's limit and its split need."""
    keys = frozenset[Stage]().union(*(of_fields(roots(key.fields)) for key in rule.split))
    return keys if rule.limit is None else keys | {Stage.DATES}


def _stages(branch: Branch) -> Stages:
    """Returns all stages that the answers of a branch may need."""
    own = () if branch.residual is None else leaves(branch.residual)
    of_searches = (when_matched(leaf.query) | when_missing(leaf.query) for leaf in own if isinstance(leaf, Search))
    of_filters = (when_passed(leaf) | when_failed(leaf) for leaf in own if isinstance(leaf, Filter))
    return when_matched(branch.driver).union(*of_searches, *of_filters)


@dataclass(frozen=True, slots=True)
class _AssetCertainty:
    """Works out the tables of one branch for one photo that its driver finds."""

    branch: Branch
    certainty: Certainty
    asset_id: str

    def tables(self) -> tuple[Table, Table]:
        """Returns the table of when it is certain that the branch holds, and that of when it certainly does not."""
        driver, tree = certain_after(when_matched(self.branch.driver)), self.branch.residual
        if tree is None:
            return driver, 0
        holds, fails = self._of(tree, conditions_of(self.branch.driver))
        return driver & holds, fails

    def _of(self, node: Node, holding: KnownConditions) -> tuple[Table, Table]:
        """Returns the tables of a tree; `holding` are the conditions that the photo is known to pass."""
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
                conditions = holding.union(*(self._conditions_of(child) for child in node.children))
                pairs = [self._of(child, conditions) for child in node.children]
                return _intersection(holds for holds, _ in pairs), _union(fails for _, fails in pairs)
            case Any():
                pairs = [self._of(child, holding) for child in node.children]
                return _union(holds for holds, _ in pairs), _intersection(fails for _, fails in pairs)
            case _:
                message = f"{node.key} was not looked up"
                raise TypeError(message)

    def _finds(self, search: Search) -> bool:
        return self.asset_id in self.certainty.evidence.ids(self.branch.driver, search.query)

    def _conditions_of(self, node: Node) -> KnownConditions:
        """Returns the conditions of a search that finds the photo: those beside it were narrowed to them."""
        return conditions_of(node.query) if isinstance(node, Search) and self._finds(node) else NOTHING_ELSE

    def _searched(self, search: Search, holding: KnownConditions) -> tuple[Table, Table]:
        if self._finds(search):
            return certain_after(when_matched(search.query)), 0
        return 0, certain_after(when_missing(search.query, holding))

    def _passes(self, filter_: Filter) -> bool:
        driver, evidence = self.branch.driver, self.certainty.evidence
        if needs_details(filter_.roots, driver):
            return bool(self.certainty.details.passing(filter_, {self.asset_id}))
        bit = 1 << evidence.scans[driver].numbers[filter_]
        return bool(evidence.results[driver].passed[self.asset_id] & bit)


def _intersection(tables: Iterable[Table]) -> Table:
    return reduce(and_, tables, ALWAYS)


def _union(tables: Iterable[Table]) -> Table:
    return reduce(or_, tables, 0)
