"""Evaluates a query plan: what each rule selects, from what the searches of the run find.

    results = evaluate(compile_rules(rules, server, sizes), server.searches, concurrency=4, log=print)
    for rule, result in zip(rules, results):   # in the order of the rules
        if isinstance(result, Failed):         # a search that this rule needs failed: see `result.error`
            ...

In a branch `(city='Nice') | not (personIds=[ben])` the driver may find photos 1, 2 and 3, and the other search 2 and 7:
then 1 and 3 match. Photos of which the searches know the same are evaluated once for all (`signatures`), and filters
that need the details of each photo come last, when few photos are left.

A rule that fails leaves the others alone. Nothing of it is used.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import chain, compress
from typing import TYPE_CHECKING

from immich_smart_albums.errors import SmartAlbumsError
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Not, leaves
from immich_smart_albums.selection.query_plan import needs_details
from immich_smart_albums.selection.run.certainty import Certainty, certainty
from immich_smart_albums.selection.run.details import DetailFetcher
from immich_smart_albums.selection.run.fetch import SearchResults, fetch_all
from immich_smart_albums.selection.run.ranking import newest_first, top
from immich_smart_albums.selection.run.signatures import passing_leaves, signatures, verdict_of
from immich_smart_albums.selection.run.split import Combination, Split
from immich_smart_albums.selection.words import describe

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.rules.tree import Leaf
    from immich_smart_albums.selection.ports import KnownRecords, SearchApi, SearchCache
    from immich_smart_albums.selection.query_plan import Branch, QueryPlan, RulePlan
    from immich_smart_albums.selection.run.signatures import Signature


@dataclass(frozen=True, slots=True)
class Selection:
    """What a rule matches now."""

    assets: tuple[Asset, ...]
    """Newest first. If the rule is split, those that belong in some album."""
    matched: int
    """How many photos match, before the rule's limit."""
    groups: dict[str, tuple[Combination, ...]] = field(default_factory=dict)
    """If the rule is split: for each asset, by id, the albums that it belongs in."""
    notes: tuple[str, ...] = ()
    """For the user, such as why nothing can match."""
    waiting: dict[str, tuple[Asset, ...]] = field(default_factory=dict)
    """By reason, what may match once Immich is done with it. If the selection is shown, these are not in `assets`."""
    certainty: Certainty | None = field(default=None, compare=False, repr=False)
    """Which matches are certain. None if all are. An uncertain one keeps its place under a limit."""
    evidence: RuleEvidence | None = field(default=None, compare=False, repr=False)
    """What the selection rests on, for explanations."""
    rankings: tuple[Mapping[str, int], ...] = field(default=(), compare=False, repr=False)
    """For each smart search that ranks the matches the places of what it finds, by id."""


@dataclass(frozen=True, slots=True)
class RuleEvidence:
    """What the searches of a run found for one rule."""

    plan: RulePlan
    results: SearchResults
    details: DetailFetcher
    matching: Mapping[str, Asset]
    """The photos that match, by id, before the rule's limit."""


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
    cache: SearchCache | None = None,
    keeps_rejected: bool = False,
    records: KnownRecords | None = None,
) -> tuple[Selection | Failed, ...]:
    """Returns for each rule of a plan, in their order, what it selects, or why that is not known.

    A search that fails fails the rules that need it, and raises nothing. With `keeps_rejected` the evidence also has
    the photos that were seen and do not match. Searches whose records are known are not sent.
    """
    evidence = fetch_all(
        plan,
        searches,
        concurrency=concurrency,
        on_result=lambda query, count: log(f"{query.describe()}: found {count}"),
        cache=cache,
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
        """Returns what the rule selects. Raises SmartAlbumsError if details of photos cannot be read or checked."""
        rule = self.plan.rule
        matching = self._matching()
        rankings = tuple(self.evidence.results[query].places for query in self.plan.ranking)
        groups: dict[str, tuple[Combination, ...]] = {}
        notes = self.plan.notes
        if rule.split:
            groups, left_out = Split(self.plan, self.evidence, self.details).groups(matching, rankings)
            selected: Collection[Asset] = [matching[asset_id] for asset_id in groups]
            notes = (*notes, left_out) if left_out else notes
        else:
            selected = top(matching.values(), rule.limit, rule.sort, rankings)
            if len(selected) < len(matching):
                self.log(f"limit {rule.limit}: kept {len(selected)} of {len(matching)}")
        return Selection(
            tuple(newest_first(selected)),
            len(matching),
            groups,
            notes,
            certainty=certainty(self.plan, self.evidence, self.details),
            evidence=RuleEvidence(self.plan, self.evidence, self.details, matching),
            rankings=rankings,
        )

    def _matching(self) -> dict[str, Asset]:
        """Returns what any branch matches, in the order in which it came, which is nearly the newest first."""
        parts = [
            _BranchEvaluator(branch, self.evidence, self.details, self.log).matching() for branch in self.plan.branches
        ]
        return parts[0] if len(parts) == 1 else dict(chain.from_iterable(part.items() for part in parts))


@dataclass(frozen=True, slots=True)
class _BranchEvaluator:
    """Evaluates the residual of one branch on what its driver finds."""

    branch: Branch
    evidence: SearchResults
    details: DetailFetcher
    log: Callable[[str], None]

    def matching(self) -> dict[str, Asset]:
        """Returns what matches, in the driver's order, and logs how many photos each step keeps."""
        branch, assets = self.branch, self.evidence.results[self.branch.driver].assets
        tree = branch.residual
        if tree is None:
            self.log(f"{branch.driver.describe()}: kept {len(assets)}")
            return assets
        steps = tree.children if isinstance(tree, All) else (tree,)
        asset_signatures = signatures(branch, self.evidence)
        counts = Counter(asset_signatures)
        passing = {signature: passing_leaves(branch, self.evidence, signature) for signature in counts}
        left = self._signatures_left([step for step in steps if not _needs_details(step, branch)], counts, passing)
        matching = dict(compress(assets.items(), map(left.__contains__, asset_signatures)))
        last = [step for step in steps if _needs_details(step, branch)]
        if last:
            signature_of = dict(zip(assets, asset_signatures, strict=True))
            ids = self._left_by_details(
                last, set(matching), _DetailEvaluator(branch, self.details, signature_of, passing)
            )
            matching = {asset_id: asset for asset_id, asset in matching.items() if asset_id in ids}
        gone = self.details.gone
        return {asset_id: asset for asset_id, asset in matching.items() if asset_id not in gone} if gone else matching

    def _signatures_left(
        self, steps: Sequence[Node], counts: Counter[Signature], passing: Mapping[Signature, tuple[Leaf, ...]]
    ) -> set[Signature]:
        """Returns the signatures of photos that match all of some trees, none of which needs details."""
        left = set(counts)
        for step in steps:
            verdict, before = verdict_of(step, self.branch), left
            left = {signature for signature in before if verdict.of(passing[signature])}
            self._log_step(step, _total(counts, left), _total(counts, before))
        return left

    def _left_by_details(self, steps: Sequence[Node], ids: set[str], evaluator: _DetailEvaluator) -> set[str]:
        """Returns those of some photos that match all of some trees, each of which needs details."""
        for step in steps:
            before, ids = ids, evaluator.matching(step, ids)
            self._log_step(step, len(ids), len(before))
        return ids

    def _log_step(self, step: Node, left: int, before: int) -> None:
        self.log(f"{describe(step)}: kept {left} of {before}")


@dataclass(frozen=True, slots=True)
class _DetailEvaluator:
    """Evaluates trees with filters that need details, on photos that the driver of a branch finds."""

    branch: Branch
    details: DetailFetcher
    signature_of: Mapping[str, Signature]
    """By id."""
    passing: Mapping[Signature, tuple[Leaf, ...]]
    """The leaves that hold for photos with a signature."""

    def matching(self, node: Node, ids: set[str]) -> set[str]:
        """Returns those of some photos that match a tree; details are asked for as few as can be."""
        if not _needs_details(node, self.branch):
            verdict = verdict_of(node, self.branch)
            signatures_of = {self.signature_of[asset_id] for asset_id in ids}
            verdicts = {signature: verdict.of(self.passing[signature]) for signature in signatures_of}
            return {asset_id for asset_id in ids if verdicts[self.signature_of[asset_id]]}
        if isinstance(node, Filter):
            return self.details.passing(node, ids)
        if isinstance(node, Not):
            return ids - self.matching(node.child, ids)
        assert isinstance(node, All | Any)
        cheapest_first = sorted(node.children, key=lambda child: _needs_details(child, self.branch))
        if isinstance(node, All):
            for child in cheapest_first:
                ids = self.matching(child, ids)
            return ids
        matched: set[str] = set()
        for child in cheapest_first:
            matched |= self.matching(child, ids - matched)
        return matched


def _total(counts: Counter[Signature], signatures_left: Iterable[Signature]) -> int:
    return sum(counts[signature] for signature in signatures_left)


def _needs_details(node: Node, branch: Branch) -> bool:
    """Returns whether a tree has a filter that the driver's records are not enough for."""
    return bool(branch.detail_filters) and any(
        isinstance(leaf, Filter) and needs_details(leaf.roots, branch.driver) for leaf in leaves(node)
    )
