"""One rule → its answer: each alternative by the cheapest of its access paths, given what is read in any case.

    >>> from immich_smart_albums.immich.versions import Capabilities
    >>> from immich_smart_albums.model.version import Version
    >>> from immich_smart_albums.rules.tree import All, Not, Rule
    >>> from immich_smart_albums.selection.compile.notation import search, write, write_branch
    >>> rule = Rule(All((search(country="Finland"), Not(search(personIds=("ben",))))))
    >>> print(write(rule.match))
    (country='Finland') & not (personIds=[ben])
    >>> server = Capabilities(Version(3, 1))
    >>> compiler = RuleCompiler(server, Costs(server, {}))
    >>> print(*map(write_branch, compiler.answer(rule, rule.match, SharedSearches({}, set()))))
    (country='Finland') | not (country='Finland', personIds=[ben])
    >>> ben = SharedSearches({search(personIds=("ben",)).query: frozenset()}, set())
    >>> print(*map(write_branch, compiler.answer(rule, rule.match, ben)))
    (country='Finland') | not (personIds=[ben])

A choice becomes several drivers, or stays a choice, or is one search by `filter`; days of any year become windows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from math import inf, prod
from typing import TYPE_CHECKING

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.rules.tree import Any, Filter, Node, Search, leaves, signed_leaves
from immich_smart_albums.selection.compile.access_paths import AccessPaths, Conjuncts, conjuncts_of
from immich_smart_albums.selection.compile.algebra import is_composable, universe
from immich_smart_albums.selection.compile.cost import CHEAPEST, Costs
from immich_smart_albums.selection.compile.pushdown import Pushdown
from immich_smart_albums.selection.compile.scoped_searches import with_scoped_searches
from immich_smart_albums.selection.compile.shared_searches import (
    Candidate,
    KnownAnswer,
    SharedSearches,
    is_within,
    searches_of,
)
from immich_smart_albums.selection.compile.simplify import is_anchored
from immich_smart_albums.selection.compile.yearly import windows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from immich_smart_albums.rules.tree import Rule
    from immich_smart_albums.selection.compile.yearly import Bounds
    from immich_smart_albums.selection.ports import Capabilities
    from immich_smart_albums.selection.query_plan import Branch

_PROBE = Query(Kind.METADATA, any_of=(where(isFavorite=True),))
"""What only `filter` says."""

Undistributed = frozenset[Node] | None
"""Choices that are not made into drivers; None: not one, unless nothing else bounds what must hold with it."""

_NONE: Undistributed = frozenset()

_WORTH_COUNTING = 20.0
"""Where the best answer reads fewer pages than this, a wrong guess costs little more than the questions would."""

_MOST_ALTERNATIVES = 64
"""Choices that would become more drivers than this stay choices."""

_MOST_WORK = 2500
"""What a rule may cost to compile: choices inside of choices would double it at every level."""


@dataclass(slots=True)
class RuleCompiler:
    """Answers rules one by one on one server, at the prices of `costs`; the same part is worked out once."""

    server: Capabilities
    costs: Costs
    pushdown: Pushdown = field(init=False)
    close_calls: list[tuple[Candidate, tuple[Query, ...]]] = field(default_factory=list)
    """Answers that were taken because of a guess, with the searches whose size was guessed."""
    work: int = 0
    """Spent on one answer, in pairs of conjuncts: beyond `_MOST_WORK`, choices stay choices."""
    _known: dict[object, list[KnownAnswer]] = field(default_factory=dict)
    """By the identities of a rule and of nodes, since equal nodes may differ in where they stand."""

    def __post_init__(self) -> None:
        self.pushdown = Pushdown(self.server, takes_filter=not self.server.unsupported(_PROBE))

    def answer(self, rule: Rule, tree: Node, shared: SharedSearches) -> Candidate:
        """Returns the cheapest branches that answer a rule with at most one search for each of its leaves."""
        most = sum(1 + len(self._windows(leaf)) for leaf in set(leaves(tree)))
        alternatives = _alternatives_of(tree)
        self.work = 0
        answer = self._answer_alternatives(rule, alternatives, shared, _NONE)
        if self._count_unshared(rule, answer, shared) <= most:
            return answer
        # Then what is excluded is searched for once for all branches, the cheapest first; at last each leaf as it is
        # written; or no choice becomes several drivers.
        others: list[Candidate] = []
        excluded = {leaf.query for leaf, excludes in signed_leaves(tree) if excludes and isinstance(leaf, Search)}
        cheapest_first = sorted(excluded, key=lambda query: (self.costs.reading(query, frozenset()), query.describe()))
        everything = [leaf.query for leaf in leaves(tree) if isinstance(leaf, Search)]
        for queries in (*(cheapest_first[:count] for count in (1, 2, 4)), cheapest_first, everything):
            once = shared.copy()
            once.add(dict.fromkeys(queries, frozenset[str]()))
            others.append(self._answer_alternatives(rule, alternatives, once, _NONE))
            if self._count_unshared(rule, others[-1], shared) <= most:
                break
        others.append(self._answer_alternatives(rule, alternatives, shared, None))
        allowed = [other for other in others if self._count_unshared(rule, other, shared) <= most]
        return self._cheapest(rule, allowed or (answer, *others), shared)

    def price_alone(self, rule: Rule, tree: Node, shared: SharedSearches) -> float:
        """Returns about what the answer of a rule costs, where no choice becomes several drivers."""
        return self.price(rule, self._answer_each(rule, _alternatives_of(tree), shared, None), shared)

    def _count_unshared(self, rule: Rule, answer: Candidate, shared: SharedSearches) -> int:
        """How many searches an answer sends beyond those that are sent in any case."""
        return sum(query not in shared for query in searches_of(rule, answer))

    def _answer_alternatives(
        self, rule: Rule, alternatives: Sequence[Conjuncts], shared: SharedSearches, undistributed: Undistributed
    ) -> Candidate:
        """The cheaper answer: of each alternative by itself, or with those merged that one search can answer."""
        merged = AccessPaths(self.pushdown, shared).merge_alternatives(alternatives)
        answer = self._answer_each(rule, alternatives, shared, undistributed)
        if len(merged) == len(alternatives):
            return answer
        other = self._answer_each(rule, merged, shared, undistributed)
        return self._cheapest(rule, (answer, other), shared)

    def _answer_each(
        self, rule: Rule, alternatives: Sequence[Conjuncts], shared: SharedSearches, undistributed: Undistributed
    ) -> Candidate:
        """The answer of each alternative; the dearest comes first, so that the others share its searches."""
        alone = [self._answer_conjuncts(rule, alternative, shared, undistributed) for alternative in alternatives]
        if len(alone) == 1:
            return alone[0]
        prices = [self.price(rule, answer, shared) for answer in alone]
        shared = shared.copy()
        branches: dict[Branch, None] = {}
        for number in sorted(range(len(alone)), key=lambda number: -prices[number]):
            answer = self._answer_conjuncts(rule, alternatives[number], shared, undistributed)
            branches.update(dict.fromkeys(answer))
            shared.add(searches_of(rule, answer))
        return tuple(branches)

    def _answer_conjuncts(
        self, rule: Rule, conjuncts: Conjuncts, shared: SharedSearches, undistributed: Undistributed
    ) -> Candidate:
        """`_cheapest_of_conjuncts`, worked out anew only if the shared searches that it rests on have changed."""
        key = (
            id(rule),
            tuple(map(id, conjuncts)),
            None if undistributed is None else frozenset(map(id, undistributed)),
        )
        known = self._known.setdefault(key, [])
        for earlier in known:
            if earlier.holds(shared.fields):
                shared.noted.update(earlier.shared, earlier.missing)
                return earlier.answer
        own = SharedSearches(shared.fields, set())
        answer = self._cheapest_of_conjuncts(rule, conjuncts, own, undistributed)
        shared.noted.update(own.noted)
        noted = {query: fields for query in own.noted if (fields := shared.fields.get(query)) is not None}
        known.append(KnownAnswer(conjuncts, noted, frozenset(own.noted - noted.keys()), answer))
        return answer

    def _cheapest_of_conjuncts(
        self, rule: Rule, conjuncts: Conjuncts, shared: SharedSearches, undistributed: Undistributed
    ) -> Candidate:
        """The cheapest of: one branch by some access path, branches for the children of a choice, branches by year."""
        self.work += len(conjuncts) ** 2
        paths = AccessPaths(self.pushdown, shared)
        shapes = dict.fromkeys((conjuncts, paths.fold_disjunctions(conjuncts)))
        branches = chain.from_iterable(paths.branches(shape) for shape in shapes)
        answers: list[Candidate] = [() if branch is None else (self._scoped(branch, shared),) for branch in branches]
        choices = [conjunct for conjunct in conjuncts if isinstance(conjunct, Any)]
        if not answers:
            choices = [next(choice for choice in choices if is_anchored(choice))]
            undistributed = None if undistributed is None else _NONE
        elif undistributed is None or self.work > _MOST_WORK or _combinations(choices) > _MOST_ALTERNATIVES:
            choices = []
        for choice in choices:
            if undistributed is not None and choice in undistributed:
                continue
            rest = [conjunct for conjunct in conjuncts if conjunct is not choice]
            alternatives = [_joined(rest, child) for child in choice.children]
            answers.append(self._answer_alternatives(rule, alternatives, shared, undistributed))
            if undistributed is not None:
                undistributed |= {choice}
        for days, alternatives in self._year_by_year(conjuncts, undistributed):
            best = min((self.price(rule, answer, shared) for answer in answers), default=inf)
            if len(alternatives) * CHEAPEST < best:
                without = (undistributed or frozenset()) | {days}
                answers.append(self._answer_alternatives(rule, alternatives, shared, without))
        return self._cheapest(rule, answers, shared)

    def _scoped(self, branch: Branch, shared: SharedSearches) -> Branch:
        return with_scoped_searches(branch, self.costs, shared, self.server)

    def _year_by_year(
        self, conjuncts: Conjuncts, undistributed: Undistributed
    ) -> Iterator[tuple[Node, list[Conjuncts]]]:
        """The first filter for days of any year, with the days of each year as an alternative."""
        places = (universe(conjunct.query) for conjunct in conjuncts if isinstance(conjunct, Search))
        place = next((query for query in places if query is not None), None)
        for conjunct in conjuncts if undistributed is not None and place is not None else ():
            bounds = [] if conjunct in (undistributed or ()) else self._windows(conjunct)
            if place is not None and bounds:
                yield conjunct, [(*conjuncts, Search(place.narrowed(*window))) for window in bounds]
                return

    def _windows(self, node: Node) -> list[Bounds]:
        """The windows of time in which a filter for days of any year may pass. Empty if that is not known."""
        if self.costs.years is None or not isinstance(node, Filter) or node.yearly is None:
            return []
        return windows(node.yearly, self.costs.years)

    def _cheapest(self, rule: Rule, answers: Sequence[Candidate], shared: SharedSearches) -> Candidate:
        """The answer with the lowest price; of equal ones that with the fewest searches, then the first."""
        needs = {answer: searches_of(rule, answer) for answer in answers}
        prices = {answer: self.price(rule, answer, shared) for answer in needs}
        best = min(needs, key=lambda answer: (prices[answer], len(needs[answer])))
        rivals = [answer for answer in needs if not is_within(needs[best], needs[answer])]
        if rivals and prices[best] > _WORTH_COUNTING:
            rival = needs[min(rivals, key=lambda answer: prices[answer])]
            differing = (query for query in (*needs[best], *rival) if needs[best].get(query) != rival.get(query))
            uncertain = tuple(query for query in differing if is_composable(query) and query not in self.costs.sizes)
            if len(uncertain) < prices[best]:  # a count costs about as much as a page
                self.close_calls.append((best, uncertain))
        return best

    def price(self, rule: Rule, answer: Candidate, shared: SharedSearches) -> float:
        """Returns what an answer costs beyond the searches that are sent anyway."""
        price = 0.0
        for query, fields in searches_of(rule, answer).items():
            if query in shared:
                before = shared.fields[query]
                price += self.costs.reading(query, fields | before) - self.costs.reading(query, before)
            else:
                price += self.costs.reading(query, fields)
        price += sum(self.costs.proving(scoped.query) for branch in answer for scoped in branch.scoped)
        return price + sum(self.costs.asking(branch.driver) for branch in answer if branch.detail_filters)


def _combinations(choices: Sequence[Any]) -> int:
    return prod(len(choice.children) for choice in choices)


def _alternatives_of(tree: Node) -> list[Conjuncts]:
    return [conjuncts_of(child) for child in (tree.children if isinstance(tree, Any) else (tree,))]


def _joined(rest: Sequence[Node], branch: Node) -> Conjuncts:
    return tuple(dict.fromkeys((*rest, *conjuncts_of(branch))))
