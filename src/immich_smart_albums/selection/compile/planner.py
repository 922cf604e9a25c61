"""Rules → RunPlan: the fewest and cheapest searches that answer the rules of a run, and what is left to check here.

Each rule is brought into a plain form (`simplify`), in which it is bounded by searches. Its alternatives are answered
one by one, each in the cheapest of the ways that there are (`ways`, `costs`):

- one search is the *frame*: it takes in whatever must hold with it and can be said in one request, and its records are
  read with just the fields that are looked at;
- what remains is checked on the frame's records, where these tell exactly what the search would, or is held against the
  ids of other searches;
- a choice becomes several frames, or one structured search where the server (3.2 and later) takes these;
- a search that another rule sends anyway costs nothing, and so the dearest rules go first.

Never more than one search is sent for each leaf of a rule, and one more for what it is about where no leaf says that.
What is sent is what the rule means on this server: a check's own search is left out where this version would ignore a
part of it; ranked and capped searches are sent as they are.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from math import prod
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import WHOLE_LIBRARY, Condition, Kind, Query
from immich_smart_albums.rules.tree import Any, Node, Search, leaves, roots
from immich_smart_albums.selection.compile.access_paths import AccessPaths, Conjuncts, Strategy, conjuncts_of
from immich_smart_albums.selection.compile.algebra import is_composable
from immich_smart_albums.selection.compile.cost import NOTHING_KNOWN, Costs
from immich_smart_albums.selection.compile.pushdown import Pushdown
from immich_smart_albums.selection.compile.simplify import anchored, is_anchored, simplify
from immich_smart_albums.selection.query_plan import Branch, QueryPlan, RulePlan, merge_scans, needs_details

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from immich_smart_albums.rules.tree import Rule
    from immich_smart_albums.selection.ports import Capabilities

Shared = dict[Query, frozenset[str]]
"""Searches that are sent in any case, with the top-level fields that are read of what they find."""

_PROBE = Query(Kind.METADATA, conditions=(Condition("isFavorite", "eq", value=True),))

Undistributed = frozenset[Node]
"""Choices that are not made into frames."""

_NONE: Undistributed = frozenset()

_WORTH_COUNTING = 20.0
"""Where the best answer reads fewer pages than this, a wrong guess costs little more than the questions would."""

_MOST_ALTERNATIVES = 64
"""Choices that would become more frames than this stay choices."""

_MOST_WORK = 2500
"""What a rule may cost to compile: choices inside of choices would double it at every level."""


def compile_rules(
    rules: Sequence[Rule],
    server: Capabilities,
    sizes: Mapping[Query, int] = NOTHING_KNOWN,
    *,
    names: Sequence[str] = (),
    shared: Shared | None = None,
) -> QueryPlan:
    """Compile the rules of a run for one account, with their names looked up.

    `sizes` is how many assets some searches find, as far as that is known; `names` what messages call the rules;
    `shared` are searches that cost nothing, with the top-level fields that are known of what they find.
    """
    return _Compiler(server, Costs(sizes), shared or {}).run(rules, names)


def queries_to_count(rules: Sequence[Rule], server: Capabilities, shared: Shared | None = None) -> tuple[Query, ...]:
    """The searches whose sizes decide how the rules are answered: few, often none.

    To be counted (`SearchApi.count`) before the rules are lowered.
    """
    compiler = _Compiler(server, Costs(NOTHING_KNOWN), shared or {})
    plan = compiler.run(rules, ())
    taken = {part for rule in plan.rules for part in rule.parts}
    doubts = (queries for answer, queries in compiler.close_calls if taken.issuperset(answer))
    return tuple(dict.fromkeys(chain.from_iterable(doubts)))


Candidate = tuple[Branch, ...]


@dataclass(slots=True)
class _Compiler:
    server: Capabilities
    costs: Costs
    shared: Shared
    """Searches that cost nothing."""
    close_calls: list[tuple[Candidate, tuple[Query, ...]]] = field(default_factory=list)
    """Answers that were taken because of a guess, with the searches whose size was guessed."""
    work: int = 0
    """Spent on one answer, in pairs of conjuncts: beyond `_MOST_WORK`, choices stay choices."""
    _pushdown: dict[bool, Pushdown] = field(default_factory=dict)

    def pushdown(self, structured: bool) -> Pushdown:
        """What this server can be asked, in one of the two shapes of a search."""
        if structured not in self._pushdown:
            self._pushdown[structured] = Pushdown(self.server, structured)
        return self._pushdown[structured]

    def run(self, rules: Sequence[Rule], names: Sequence[str]) -> QueryPlan:
        """The plan for all rules, in their order."""
        notes: list[list[str]] = [[] for _ in rules]
        plain = {at: _plain(rule, noted) for at, (rule, noted) in enumerate(zip(rules, notes, strict=True))}
        trees = {at: tree for at, tree in plain.items() if tree is not None}
        paid = _with(self._shared_searches(trees.values()), self.shared)
        answers: dict[int, Candidate] = {}
        for at in self._by_cost(rules, trees, paid):
            answers[at] = self._answer(rules[at], trees[at], paid)
            paid = _with(paid, _needs(rules[at], answers[at]))
        return merge_scans(
            tuple(
                RulePlan(rule, answers.get(at, ()), tuple(notes[at]), names[at] if names else "")
                for at, rule in enumerate(rules)
            )
        )

    def _by_cost(self, rules: Sequence[Rule], trees: Mapping[int, Node], paid: Shared) -> list[int]:
        if len(trees) < 2:
            return list(trees)
        alone = {at: self._price(rules[at], self._answer(rules[at], tree, paid), paid) for at, tree in trees.items()}
        return sorted(trees, key=lambda at: -alone[at])

    def _shared_searches(self, trees: Iterable[Node]) -> Shared:
        """Searches that so many rules need that one request for all of them is less than narrower ones for each."""
        wanted = Counter(
            query for tree in trees for query in {leaf.query for leaf in leaves(tree) if isinstance(leaf, Search)}
        )
        nothing = frozenset[str]()
        return {
            query: nothing
            for query, count in wanted.items()
            if count > 1 and is_composable(query) and self.costs.reading(query, nothing) <= count
        }

    def _answer(self, rule: Rule, tree: Node, paid: Shared) -> Candidate:
        """The cheapest way to answer a rule with at most one search for each of its leaves."""
        most = len(set(leaves(tree)))
        shapes = (False, True) if not self.server.unsupported(_PROBE) else (False,)
        answers: list[Candidate] = []
        for structured in shapes:
            for distributes in (True, False):
                self.work = 0
                answer = self._alternatives(rule, _alternatives(tree), paid, Strategy(True, distributes, structured))
                answers.append(answer)
                if len(_needs(rule, answer).keys() - paid.keys()) <= most:
                    break
        allowed = [answer for answer in answers if len(_needs(rule, answer).keys() - paid.keys()) <= most]
        return self._cheapest(rule, allowed or answers, paid)

    def _alternatives(
        self, rule: Rule, alternatives: Sequence[Conjuncts], paid: Shared, manner: Strategy, kept: Undistributed = _NONE
    ) -> Candidate:
        """Several alternatives, each of things that hold together; the dearest first, so that others share with it."""
        alternatives = AccessPaths(self.pushdown(manner.structured), manner, paid).merge_alternatives(alternatives)
        alone = [self._together(rule, alternative, paid, manner, kept) for alternative in alternatives]
        if len(alone) == 1:
            return alone[0]
        prices = [self._price(rule, each, paid) for each in alone]
        parts: dict[Branch, None] = {}
        for at in sorted(range(len(alone)), key=lambda at: -prices[at]):
            chosen = self._together(rule, alternatives[at], paid, manner, kept)
            parts.update(dict.fromkeys(chosen))
            paid = _with(paid, _needs(rule, chosen))
        return tuple(parts)

    def _together(
        self, rule: Rule, conjuncts: Conjuncts, paid: Shared, manner: Strategy, kept: Undistributed
    ) -> Candidate:
        """The cheapest way to answer things that must hold together."""
        self.work += len(conjuncts) ** 2
        ways = AccessPaths(self.pushdown(manner.structured), manner, paid)
        found = chain.from_iterable(
            ways.parts(fromkey) for fromkey in dict.fromkeys((conjuncts, ways.fold_disjunctions(conjuncts)))
        )
        answers: list[Candidate] = [() if part is None else (part,) for part in found]
        choices = [conjunct for conjunct in conjuncts if isinstance(conjunct, Any)]
        if not answers:
            choices, kept = [next(choice for choice in choices if is_anchored(choice))], _NONE
        elif not manner.distributes or self.work > _MOST_WORK or _combinations(choices) > _MOST_ALTERNATIVES:
            choices = []
        for choice in choices:
            if choice not in kept:
                rest = [conjunct for conjunct in conjuncts if conjunct is not choice]
                branches = [_joined(rest, branch) for branch in choice.children]
                answers.append(self._alternatives(rule, branches, paid, manner, kept))
                kept |= {choice}
        return self._cheapest(rule, answers, paid)

    def _cheapest(self, rule: Rule, answers: Sequence[Candidate], paid: Shared) -> Candidate:
        """The answer with the lowest price; of equal ones that with the fewest searches, then the first."""
        needs = {answer: _needs(rule, answer) for answer in answers}
        prices = {need: self._price(rule, need, paid) for need in needs}
        best = min(needs, key=lambda each: (prices[each], len(needs[each])))
        rivals = [need for need in needs if not _is_within(needs[best], needs[need])]
        if rivals and prices[best] > _WORTH_COUNTING:
            rival = needs[min(rivals, key=lambda each: prices[each])]
            differing = (query for query in (*needs[best], *rival) if needs[best].get(query) != rival.get(query))
            self.close_calls.append((best, tuple(filter(is_composable, differing))))
        return best

    def _price(self, rule: Rule, answer: Candidate, paid: Shared) -> float:
        """What an answer costs beyond what is paid for."""
        nothing = frozenset[str]()
        price = 0.0
        for query, fields in _needs(rule, answer).items():
            price += self.costs.reading(query, fields | paid.get(query, nothing))
            if query in paid:
                price -= self.costs.reading(query, paid[query])
        return price + sum(self.costs.asking(part.driver) for part in answer if part.detail_filters)


def _combinations(choices: Sequence[Any]) -> int:
    return prod(len(choice.children) for choice in choices)


def _plain(rule: Rule, notes: list[str]) -> Node | None:
    """The rule in a plain form; None where nothing can match."""
    plain = simplify(rule.match, notes)
    if plain is False:
        return None
    return Search(WHOLE_LIBRARY) if plain is True else anchored(plain)


def _alternatives(tree: Node) -> list[Conjuncts]:
    return [conjuncts_of(child) for child in (tree.children if isinstance(tree, Any) else (tree,))]


def _joined(rest: Sequence[Node], branch: Node) -> Conjuncts:
    return tuple(dict.fromkeys((*rest, *conjuncts_of(branch))))


def _needs(rule: Rule, answer: Candidate) -> Shared:
    """The searches of an answer, with the top-level fields that it reads of what they find."""
    needs: Shared = {}
    for part in answer:
        fields = frozenset[str]().union(
            *(check.roots or () for check in part.filters),
            *(roots(key.fields) for key in rule.split if not needs_details(roots(key.fields), part.driver)),
        )
        needs = _with(needs, {part.driver: fields, **dict.fromkeys(part.searches, frozenset())})
    return needs


def _with(paid: Shared, more: Shared) -> Shared:
    return paid | {query: fields | paid.get(query, frozenset()) for query, fields in more.items()}


def _is_within(some: Shared, others: Shared) -> bool:
    """Whether some searches are sent with others in any case."""
    return all(query in others and fields <= others[query] for query, fields in some.items())
