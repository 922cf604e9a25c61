"""One rule → branches: the cheapest access path of each of its alternatives, given the searches that are sent anyway.

    >>> from immich_smart_albums.immich.versions import Capabilities
    >>> from immich_smart_albums.model.version import Version
    >>> from immich_smart_albums.rules.tree import All, Not, Rule
    >>> from immich_smart_albums.selection.compile.notation import search, write, write_branch
    >>> rule = Rule(All((search(country="Finland"), Not(search(personIds=("ben",))))))
    >>> print(write(rule.match))
    (country='Finland') & not (personIds=[ben])
    >>> server = Capabilities(Version(3, 1))
    >>> compiler = RuleCompiler(server, Costs(server, {}))
    >>> print(*map(write_branch, compiler.compile(rule, SharedSearches({}))))
    (country='Finland') | not (country='Finland', personIds=[ben])

If another rule searches for Ben anyway, that search is used:

    >>> ben = SharedSearches({search(personIds=("ben",)).query: frozenset()})
    >>> print(*map(write_branch, compiler.compile(rule, ben)))
    (country='Finland') | not (personIds=[ben])

A choice becomes several drivers (it is *distributed*), one search by `filter`, or a part of the residual. A filter for
days of any year may become one search for each year.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from math import prod
from typing import TYPE_CHECKING

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.rules.tree import Any, Filter, Node, Search, leaves, signed_leaves
from immich_smart_albums.selection.compile.access_paths import AccessPaths
from immich_smart_albums.selection.compile.algebra import is_composable, universe
from immich_smart_albums.selection.compile.cost import CHEAPEST, Costs
from immich_smart_albums.selection.compile.pushdown import Pushdown
from immich_smart_albums.selection.compile.scoped_searches import with_scoped_searches
from immich_smart_albums.selection.compile.shared_searches import (
    Candidate,
    Memo,
    Shared,
    SharedSearches,
    is_within,
    searches_of,
)
from immich_smart_albums.selection.compile.simplify import Conjuncts, conjuncts_of, is_anchored
from immich_smart_albums.selection.compile.yearly import windows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from immich_smart_albums.rules.tree import Rule
    from immich_smart_albums.selection.compile.shared_searches import Shared
    from immich_smart_albums.selection.compile.yearly import Bounds
    from immich_smart_albums.selection.ports import Capabilities
    from immich_smart_albums.selection.query_plan import Branch

_PROBE = Query(Kind.METADATA, any_of=(where(isFavorite=True),))
"""A search that only `filter` can ask for."""

Tried = frozenset[Node] | None
"""Choices that are not distributed, because that was tried before. None: none is, unless nothing else is anchored."""

_NOTHING: frozenset[Node] = frozenset()

_WORTH_COUNTING = 20.0
"""If the best candidate reads fewer pages than this, a wrong guess costs little more than counting."""

_MOST_ALTERNATIVES = 64
"""Choices that would become more drivers than this are not distributed."""

_MOST_WORK = 2500
"""The most work on one rule, in pairs of conjuncts: choices inside of choices would double it at each level."""


@dataclass(slots=True)
class RuleCompiler:
    """Compiles rules one by one for one server, at the prices of `costs`; equal parts of a rule only once."""

    server: Capabilities
    costs: Costs
    pushdown: Pushdown = field(init=False)
    close_calls: list[tuple[Candidate, tuple[Query, ...]]] = field(default_factory=list)
    """Candidates that were taken because of a guess, with the searches whose size was guessed."""
    _work: int = 0
    """Spent on the current rule. Beyond `_MOST_WORK` no choice is distributed."""
    _memos: dict[object, list[Memo]] = field(default_factory=dict)
    """By the identities of a rule and of nodes, since equal nodes may have different origins."""

    def __post_init__(self) -> None:
        self.pushdown = Pushdown(self.server, takes_filter=not self.server.unsupported(_PROBE))

    def compile(self, rule: Rule, shared: SharedSearches) -> Candidate:
        """Returns the cheapest branches that answer an anchored rule with at most one search for each leaf.

        A filter for days of any year may take one more for each year.
        """
        most = sum(1 + len(self._windows(leaf)) for leaf in set(leaves(rule.match)))
        self._work = 0
        candidate = self._compile_alternatives(rule, _alternatives_of(rule.match), shared, _NOTHING)
        if self._count_unshared(rule, candidate, shared) <= most:
            return candidate
        others = list(self._with_fewer_searches(rule, most, shared))
        allowed = [other for other in others if self._count_unshared(rule, other, shared) <= most]
        return self._cheapest(rule, allowed or (candidate, *others), shared)

    def _with_fewer_searches(self, rule: Rule, most: int, shared: SharedSearches) -> Iterator[Candidate]:
        """Yields candidates whose branches share more searches, up to the first that has at most so many."""
        alternatives = _alternatives_of(rule.match)
        everything = [leaf.query for leaf in leaves(rule.match) if isinstance(leaf, Search)]
        excluded = {leaf.query for leaf, excludes in signed_leaves(rule.match) if excludes and isinstance(leaf, Search)}
        cheapest_first = sorted(
            excluded, key=lambda query: (self.costs.read_price(query, frozenset()), query.describe())
        )
        # What is excluded is excluded from each branch, and so the first to be read once, as it is written.
        for queries in (*(cheapest_first[:count] for count in (1, 2, 4)), cheapest_first, everything):
            once = shared.copy()
            once.add(dict.fromkeys(queries, frozenset[str]()))
            candidate = self._compile_alternatives(rule, alternatives, once, _NOTHING)
            yield candidate
            if self._count_unshared(rule, candidate, shared) <= most:
                break
        yield self._compile_alternatives(rule, alternatives, shared, None)

    def price_alone(self, rule: Rule, shared: SharedSearches) -> float:
        """Returns about what a rule costs by itself: the price of its candidate that distributes no choice."""
        return self.price(rule, self._compile_each(rule, _alternatives_of(rule.match), shared, None), shared)

    def price(self, rule: Rule, candidate: Candidate, shared: SharedSearches) -> float:
        """Returns what a candidate costs beyond the searches that are sent anyway."""
        return self._price_of(candidate, searches_of(rule, candidate), shared)

    def _price_of(self, candidate: Candidate, searches: Shared, shared: SharedSearches) -> float:
        price = 0.0
        for query, fields in searches.items():
            if query in shared:
                before = shared.fields[query]
                price += self.costs.read_price(query, fields | before) - self.costs.read_price(query, before)
            else:
                price += self.costs.read_price(query, fields)
        price += sum(self.costs.proof_price(scoped.query) for branch in candidate for scoped in branch.scoped)
        return price + sum(self.costs.details_price(branch.driver) for branch in candidate if branch.detail_filters)

    def _count_unshared(self, rule: Rule, candidate: Candidate, shared: SharedSearches) -> int:
        """Returns how many searches a candidate sends beyond those that are sent anyway."""
        return sum(query not in shared for query in searches_of(rule, candidate))

    def _compile_alternatives(
        self, rule: Rule, alternatives: Sequence[Conjuncts], shared: SharedSearches, tried: Tried
    ) -> Candidate:
        """Returns the cheaper of two candidates: one search for several alternatives if one can find them, or not."""
        merged = AccessPaths(self.pushdown, shared).merge_alternatives(alternatives)
        candidate = self._compile_each(rule, alternatives, shared, tried)
        if len(merged) == len(alternatives):
            return candidate
        return self._cheapest(rule, (candidate, self._compile_each(rule, merged, shared, tried)), shared)

    def _compile_each(
        self, rule: Rule, alternatives: Sequence[Conjuncts], shared: SharedSearches, tried: Tried
    ) -> Candidate:
        """Returns the branches of all alternatives; the dearest comes first, so that the others share its searches."""
        alone = [self._compile_conjuncts(rule, conjuncts, shared, tried) for conjuncts in alternatives]
        if len(alone) == 1:
            return alone[0]
        prices = [self.price(rule, candidate, shared) for candidate in alone]
        shared = shared.copy()
        branches: dict[Branch, None] = {}
        for number in sorted(range(len(alone)), key=lambda number: -prices[number]):
            candidate = self._compile_conjuncts(rule, alternatives[number], shared, tried)
            branches.update(dict.fromkeys(candidate))
            shared.add(searches_of(rule, candidate))
        return tuple(branches)

    def _compile_conjuncts(self, rule: Rule, conjuncts: Conjuncts, shared: SharedSearches, tried: Tried) -> Candidate:
        """Returns what `_best_of_conjuncts` does, worked out anew only if the lookups that led to it have changed."""
        key = (id(rule), tuple(map(id, conjuncts)), None if tried is None else frozenset(map(id, tried)))
        memos = self._memos.setdefault(key, [])
        for memo in memos:
            if memo.holds(shared.fields):
                shared.looked_up.update(memo.present, memo.absent)
                return memo.candidate
        own = SharedSearches(shared.fields)
        candidate = self._best_of_conjuncts(rule, conjuncts, own, tried)
        shared.looked_up.update(own.looked_up)
        present = {query: fields for query in own.looked_up if (fields := shared.fields.get(query)) is not None}
        memos.append(Memo(conjuncts, present, frozenset(own.looked_up - present.keys()), candidate))
        return candidate

    def _best_of_conjuncts(self, rule: Rule, conjuncts: Conjuncts, shared: SharedSearches, tried: Tried) -> Candidate:
        """Returns the cheapest of: one branch, branches for each child of a choice, branches for each year."""
        self._work += len(conjuncts) ** 2
        candidates = self._single_branches(conjuncts, shared)
        if candidates:
            choices = self._choices_to_try(conjuncts, tried)
        else:  # then nothing is anchored but a choice
            choices = [next(choice for choice in _choices(conjuncts) if is_anchored(choice))]
            tried = None if tried is None else _NOTHING
        for choice in choices:
            rest = [conjunct for conjunct in conjuncts if conjunct is not choice]
            alternatives = [_joined(rest, child) for child in choice.children]
            candidates.append(self._compile_alternatives(rule, alternatives, shared, tried))
            tried = None if tried is None else tried | {choice}
        days, years = self._year_by_year(conjuncts, tried)
        if years and len(years) * CHEAPEST < min(self.price(rule, candidate, shared) for candidate in candidates):
            candidates.append(self._compile_alternatives(rule, years, shared, (tried or _NOTHING) | days))
        return self._cheapest(rule, candidates, shared)

    def _single_branches(self, conjuncts: Conjuncts, shared: SharedSearches) -> list[Candidate]:
        """Returns the candidates of one branch. An empty one means that nothing can match. None if none is anchored."""
        paths = AccessPaths(self.pushdown, shared)
        forms = dict.fromkeys((conjuncts, paths.fold_disjunctions(conjuncts)))
        branches = chain.from_iterable(paths.branches(form) for form in forms)
        return [
            () if branch is None else (with_scoped_searches(branch, self.costs, shared, self.server),)
            for branch in branches
        ]

    def _choices_to_try(self, conjuncts: Conjuncts, tried: Tried) -> list[Any]:
        choices = _choices(conjuncts)
        is_too_much = self._work > _MOST_WORK or prod(len(choice.children) for choice in choices) > _MOST_ALTERNATIVES
        return [] if tried is None or is_too_much else [choice for choice in choices if choice not in tried]

    def _year_by_year(self, conjuncts: Conjuncts, tried: Tried) -> tuple[frozenset[Node], list[Conjuncts]]:
        """Returns the first filter for days of any year, and the conjuncts once for each year. Empty without one."""
        scopes = (universe(conjunct.query) for conjunct in conjuncts if isinstance(conjunct, Search))
        scope = next((query for query in scopes if query is not None), None)
        if tried is not None and scope is not None:
            for conjunct in conjuncts:
                bounds = [] if conjunct in tried else self._windows(conjunct)
                if bounds:
                    years = [(*conjuncts, Search(scope.narrowed(*window))) for window in bounds]
                    return frozenset({conjunct}), years
        return frozenset(), []

    def _windows(self, node: Node) -> list[Bounds]:
        """Returns the windows of time in which a filter for days of any year may pass. Empty if they are not known."""
        if self.costs.years is None or not isinstance(node, Filter) or node.yearly is None:
            return []
        return windows(node.yearly, self.costs.years)

    def _cheapest(self, rule: Rule, candidates: Sequence[Candidate], shared: SharedSearches) -> Candidate:
        """Returns the candidate with the lowest price; of equal ones that with the fewest searches, then the first."""
        needs = {candidate: searches_of(rule, candidate) for candidate in candidates}
        if len(needs) == 1:
            return candidates[0]
        prices = {candidate: self._price_of(candidate, searches, shared) for candidate, searches in needs.items()}
        best = min(needs, key=lambda candidate: (prices[candidate], len(needs[candidate])))
        rivals = [candidate for candidate in needs if not is_within(needs[best], needs[candidate])]
        if rivals and prices[best] > _WORTH_COUNTING:
            rival = min(rivals, key=lambda candidate: prices[candidate])
            self._note_close_call(best, needs[best], needs[rival], prices[best])
        return best

    def _note_close_call(self, best: Candidate, needs: Shared, rival_needs: Shared, price: float) -> None:
        """Note the searches by which a candidate differs from its rival, if their sizes are worth counting."""
        differing = (query for query in (*needs, *rival_needs) if needs.get(query) != rival_needs.get(query))
        uncertain = tuple(query for query in differing if is_composable(query) and query not in self.costs.sizes)
        if len(uncertain) < price:  # a count costs about as much as a page
            self.close_calls.append((best, uncertain))


def _choices(conjuncts: Conjuncts) -> list[Any]:
    return [conjunct for conjunct in conjuncts if isinstance(conjunct, Any)]


def _alternatives_of(match: Node) -> list[Conjuncts]:
    return [conjuncts_of(child) for child in (match.children if isinstance(match, Any) else (match,))]


def _joined(rest: Sequence[Node], child: Node) -> Conjuncts:
    return tuple(dict.fromkeys((*rest, *conjuncts_of(child))))
