"""Evaluate a query plan: set algebra over what the searches found gives what each rule selects.

    results = evaluate(compile_rules(rules, server, sizes), server.searches, concurrency=4, log=print)
    for rule, result in zip(rules, results):   # in the order of the rules
        if isinstance(result, Failed):         # a search that this rule needs failed, and `result.error` says why
            ...

One rule that fails leaves the others alone. Nothing of a rule that failed is ever used.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import chain, compress
from typing import TYPE_CHECKING

from immich_smart_albums.errors import SmartAlbumsError
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Not, leaves
from immich_smart_albums.selection.run.certainty import Certainty, certainty
from immich_smart_albums.selection.run.details import DetailFetcher
from immich_smart_albums.selection.run.fetch import SearchResults, fetch_all
from immich_smart_albums.selection.run.ranking import newest_first, top
from immich_smart_albums.selection.run.signatures import passing, signatures, verdict_of
from immich_smart_albums.selection.run.split import Combination, Split
from immich_smart_albums.selection.words import describe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.rules.tree import Leaf
    from immich_smart_albums.selection.ports import KnownRecords, SearchApi, SearchCache
    from immich_smart_albums.selection.query_plan import Branch, QueryPlan, RulePlan
    from immich_smart_albums.selection.run.signatures import Signature

    _Alike = tuple[Signature, tuple[Leaf, ...], int]
    """What is known of some assets, the leaves that hold for them, and how many they are."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What a rule matches now."""

    assets: tuple[Asset, ...]
    """Newest first; of a rule that is split, those that belong in some album."""
    matched: int
    """How many matched before the rule's limit."""
    groups: dict[str, tuple[Combination, ...]] = field(default_factory=dict)
    """Of a rule that is split: for each asset the combinations of key values, in the order of the rule's keys, whose
    albums it belongs in."""
    notes: tuple[str, ...] = ()
    """What the user should know of how the rule was read."""
    waiting: dict[str, tuple[Asset, ...]] = field(default_factory=dict)
    """What may match once Immich has looked at it, by the reason; of a selection that is shown, not in `assets`."""
    certainty: Certainty | None = field(default=None, compare=False, repr=False)
    """Tells which matches are certain. None if all are. One that is not keeps its place under a limit."""
    evidence: RuleEvidence | None = field(default=None, compare=False, repr=False)
    """What it rests on, for explanations."""
    rankings: tuple[Mapping[str, int], ...] = field(default=(), compare=False, repr=False)
    """The places that rankings give to what they find, by id."""


@dataclass(frozen=True, slots=True)
class RuleEvidence:
    """What the searches of a run found for one rule."""

    plan: RulePlan
    results: SearchResults
    details: DetailFetcher
    matching: Mapping[str, Asset]
    """What matches, before the rule's limit."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A rule that could not be answered: nothing is known of what it matches."""

    error: SmartAlbumsError


def evaluate(  # noqa: PLR0913 - how it is run, each with a name
    plan: QueryPlan,
    searches: SearchApi,
    *,
    concurrency: int,
    log: Callable[[str], None],
    memory: SearchCache | None = None,
    keeps_rejected: bool = False,
    records: KnownRecords | None = None,
) -> tuple[Selection | Failed, ...]:
    """Returns for each rule of a plan, in their order, what it selects, or why that is not known.

    With `keeps_rejected` the evidence has what was looked at and does not match, too. What is among the `records` in
    memory is not read. A failed search fails the rules that need it, and is not raised.
    """
    evidence = fetch_all(
        plan,
        searches,
        concurrency=concurrency,
        on_found=lambda query, count: log(f"{query.describe()}: found {count}"),
        memory=memory,
        keeps_rejected=keeps_rejected,
        records=records,
    )
    details = DetailFetcher(plan, searches)
    results: list[Selection | Failed] = []
    for number, rule in enumerate(plan.rules):
        try:
            if number in evidence.errors:
                raise evidence.errors[number]
            results.append(_Selector(rule, evidence, details, _named(log, rule.name)).selection())
        except SmartAlbumsError as error:
            results.append(Failed(error))
    return tuple(results)


def _named(log: Callable[[str], None], name: str) -> Callable[[str], None]:
    return (lambda text: log(f"{name}: {text}")) if name else log


@dataclass(slots=True)
class _Selector:
    """Answers one rule from what the searches of the run found."""

    plan: RulePlan
    evidence: SearchResults
    details: DetailFetcher
    log: Callable[[str], None]

    def selection(self) -> Selection:
        """Returns what the rule selects. Raises SmartAlbumsError if details of assets cannot be read or checked."""
        # In the order in which they came, which is nearly the one that is wanted.
        parts = [self._matches_of(branch, self.evidence.results[branch.driver].assets) for branch in self.plan.branches]
        matching = parts[0] if len(parts) == 1 else dict(chain.from_iterable(part.items() for part in parts))
        rule = self.plan.rule
        rankings = tuple(self.evidence.results[query].places for query in self.plan.ranking)
        doubts = certainty(self.plan, self.evidence, self.details)
        evidence = RuleEvidence(self.plan, self.evidence, self.details, matching)
        if not rule.split:
            best = top(matching.values(), rule.limit, rule.sort, rankings)
            if len(best) < len(matching):
                self.log(f"limit {rule.limit}: kept {len(best)} of {len(matching)}")
            return Selection(
                tuple(newest_first(best)),
                len(matching),
                notes=self.plan.notes,
                certainty=doubts,
                evidence=evidence,
                rankings=rankings,
            )
        split = Split(self.plan, self.evidence, self.details)
        groups, left_out = split.groups(matching, rankings)
        notes = (*self.plan.notes, *([left_out] if left_out else []))
        chosen = tuple(newest_first(matching[group] for group in groups))
        return Selection(chosen, len(matching), groups, notes, certainty=doubts, evidence=evidence, rankings=rankings)

    def _matches_of(self, branch: Branch, assets: dict[str, Asset]) -> dict[str, Asset]:
        """Returns which assets of a branch's driver match, in their order, and logs how many each step kept."""
        tree = branch.residual
        if tree is None:
            self.log(f"{branch.driver.describe()}: kept {len(assets)}")
            return assets
        steps = tree.children if isinstance(tree, All) else (tree,)
        early = [step for step in steps if not _is_late(step, branch)]
        late = [step for step in steps if _is_late(step, branch)]
        known = signatures(branch, self.evidence)
        counts = Counter(known)
        leaves_of = {signature: passing(branch, self.evidence, signature) for signature in counts}
        left = [(signature, leaves_of[signature], count) for signature, count in counts.items()]
        for step in early:
            verdict, before = verdict_of(step, branch), _total(left)
            left = [alike for alike in left if verdict.of(alike[1])]
            self._log_step(step, _total(left), before)
        matches = {signature for signature, _, _ in left}
        matching = dict(compress(assets.items(), map(matches.__contains__, known)))
        if late:
            alike = {signature: asset_id for asset_id, signature in zip(assets, known, strict=True)}
            groups = {alike[signature]: leaves_of[signature] for signature in counts}
            group_of = dict(zip(assets, map(alike.__getitem__, known), strict=True))
            within = _LateEvaluator(branch, self.details, group_of, groups)
            base = set(matching)
            for step in late:
                before, base = len(base), within.matching(step, base)
                self._log_step(step, len(base), before)
            matching = {asset_id: asset for asset_id, asset in matching.items() if asset_id in base}
        gone = self.details.gone
        return {id_: asset for id_, asset in matching.items() if id_ not in gone} if gone else matching

    def _log_step(self, step: Node, left: int, before: int) -> None:
        self.log(f"{describe(step)}: kept {left} of {before}")


@dataclass(frozen=True, slots=True)
class _LateEvaluator:
    """Evaluates what asks for details in the residual of one branch, on assets that its driver found."""

    branch: Branch
    details: DetailFetcher
    alike: Mapping[str, str]
    """For each asset, by id, one of which the same is known without details."""
    passing: Mapping[str, tuple[Leaf, ...]]
    """For each of those the leaves that hold."""

    def matching(self, node: Node, base: set[str]) -> set[str]:
        """Returns the assets of `base` that match the node."""
        if not _is_late(node, self.branch):
            verdict = verdict_of(node, self.branch)
            known = {one: verdict.of(self.passing[one]) for one in {self.alike[id_] for id_ in base}}
            return {id_ for id_ in base if known[self.alike[id_]]}
        if isinstance(node, Filter):
            return self.details.passing(node, base)
        if isinstance(node, Not):
            return base - self.matching(node.child, base)
        assert isinstance(node, All | Any)
        children = sorted(node.children, key=lambda child: _is_late(child, self.branch))
        if isinstance(node, All):
            for child in children:
                base = self.matching(child, base)
            return base
        matched: set[str] = set()
        for child in children:
            matched |= self.matching(child, base - matched)
        return matched


def _total(left: list[_Alike]) -> int:
    return sum(count for _, _, count in left)


def _is_late(node: Node, branch: Branch) -> bool:
    """Whether a node needs requests of its own: such nodes come last, when few assets are left."""
    late = branch.late_leaves
    return bool(late) and not late.isdisjoint(leaves(node))
