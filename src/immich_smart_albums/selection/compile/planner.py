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
from immich_smart_albums.selection.compile.access_paths import Conjuncts, Manner, Ways, conjuncts_of
from immich_smart_albums.selection.compile.algebra import is_plain
from immich_smart_albums.selection.compile.cost import NOTHING_KNOWN, Costs
from immich_smart_albums.selection.compile.pushdown import Conditions
from immich_smart_albums.selection.compile.simplify import bounded, is_bounded, simplify
from immich_smart_albums.selection.query_plan import Part, RulePlan, RunPlan, is_late, put_together

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from immich_smart_albums.rules.tree import Rule
    from immich_smart_albums.selection.ports import Server

Paid = dict[Query, frozenset[str]]
"""Searches that are sent in any case, with the top-level fields that are read of what they find."""

_PROBE = Query(Kind.METADATA, conditions=(Condition("isFavorite", "eq", value=True),))

Kept = frozenset[Node]
"""Choices that are not made into frames."""

_NONE: Kept = frozenset()

_WORTH_COUNTING = 20.0
"""Where the best answer reads fewer pages than this, a wrong guess costs little more than the questions would."""

_MOST_ALTERNATIVES = 64
"""Choices that would become more frames than this stay choices."""

_MOST_WORK = 2500
"""What a rule may cost to compile: choices inside of choices would double it at every level."""


def lower(
    rules: Sequence[Rule], server: Server, sizes: Mapping[Query, int] = NOTHING_KNOWN, *, names: Sequence[str] = ()
) -> RunPlan:
    """Compile the rules of a run for one account, with their names looked up.

    `sizes` is how many assets some searches find, as far as that is known; `names` what messages call the rules.
    """
    return _Compiler(server, Costs(sizes)).run(rules, names)


def worth_counting(rules: Sequence[Rule], server: Server) -> tuple[Query, ...]:
    """The searches whose sizes decide how the rules are answered: few, often none.

    To be counted (`Searches.count`) before the rules are lowered.
    """
    compiler = _Compiler(server, Costs(NOTHING_KNOWN))
    plan = compiler.run(rules, ())
    taken = {part for rule in plan.rules for part in rule.parts}
    doubts = (queries for answer, queries in compiler.doubts if taken.issuperset(answer))
    return tuple(dict.fromkeys(chain.from_iterable(doubts)))


Answer = tuple[Part, ...]


@dataclass(slots=True)
class _Compiler:
    server: Server
    costs: Costs
    doubts: list[tuple[Answer, tuple[Query, ...]]] = field(default_factory=list)
    """Answers that were taken because of a guess, with the searches whose size was guessed."""
    work: int = 0
    """Spent on one answer, in pairs of conjuncts: beyond `_MOST_WORK`, choices stay choices."""
    _pushdown: dict[bool, Conditions] = field(default_factory=dict)

    def pushdown(self, structured: bool) -> Conditions:
        """What this server can be asked, in one of the two shapes of a search."""
        if structured not in self._pushdown:
            self._pushdown[structured] = Conditions(self.server, structured)
        return self._pushdown[structured]

    def run(self, rules: Sequence[Rule], names: Sequence[str]) -> RunPlan:
        """The plan for all rules, in their order."""
        notes: list[list[str]] = [[] for _ in rules]
        plain = {at: _plain(rule, noted) for at, (rule, noted) in enumerate(zip(rules, notes, strict=True))}
        trees = {at: tree for at, tree in plain.items() if tree is not None}
        paid = self._popular(trees.values())
        answers: dict[int, Answer] = {}
        for at in self._dearest_first(rules, trees, paid):
            answers[at] = self._answer(rules[at], trees[at], paid)
            paid = _with(paid, _needs(rules[at], answers[at]))
        return put_together(
            tuple(
                RulePlan(rule, answers.get(at, ()), tuple(notes[at]), names[at] if names else "")
                for at, rule in enumerate(rules)
            )
        )

    def _dearest_first(self, rules: Sequence[Rule], trees: Mapping[int, Node], paid: Paid) -> list[int]:
        if len(trees) < 2:
            return list(trees)
        alone = {at: self._price(rules[at], self._answer(rules[at], tree, paid), paid) for at, tree in trees.items()}
        return sorted(trees, key=lambda at: -alone[at])

    def _popular(self, trees: Iterable[Node]) -> Paid:
        """Searches that so many rules need that one request for all of them is less than narrower ones for each."""
        wanted = Counter(
            query for tree in trees for query in {leaf.query for leaf in leaves(tree) if isinstance(leaf, Search)}
        )
        nothing = frozenset[str]()
        return {
            query: nothing
            for query, count in wanted.items()
            if count > 1 and is_plain(query) and self.costs.reading(query, nothing) <= count
        }

    def _answer(self, rule: Rule, tree: Node, paid: Paid) -> Answer:
        """The cheapest way to answer a rule with at most one search for each of its leaves."""
        most = len(set(leaves(tree)))
        shapes = (False, True) if not self.server.lacks(_PROBE) else (False,)
        answers: list[Answer] = []
        for structured in shapes:
            for distributes in (True, False):
                self.work = 0
                answer = self._alternatives(rule, _alternatives(tree), paid, Manner(True, distributes, structured))
                answers.append(answer)
                if len(_needs(rule, answer).keys() - paid.keys()) <= most:
                    break
        allowed = [each for each in answers if len(_needs(rule, each).keys() - paid.keys()) <= most]
        return self._cheapest(rule, allowed or answers, paid)

    def _alternatives(
        self, rule: Rule, alternatives: Sequence[Conjuncts], paid: Paid, manner: Manner, kept: Kept = _NONE
    ) -> Answer:
        """Several alternatives, each of things that hold together; the dearest first, so that others share with it."""
        alternatives = Ways(self.pushdown(manner.structured), manner, paid).fewer(alternatives)
        alone = [self._together(rule, each, paid, manner, kept) for each in alternatives]
        if len(alone) == 1:
            return alone[0]
        prices = [self._price(rule, each, paid) for each in alone]
        parts: dict[Part, None] = {}
        for at in sorted(range(len(alone)), key=lambda at: -prices[at]):
            chosen = self._together(rule, alternatives[at], paid, manner, kept)
            parts.update(dict.fromkeys(chosen))
            paid = _with(paid, _needs(rule, chosen))
        return tuple(parts)

    def _together(self, rule: Rule, conjuncts: Conjuncts, paid: Paid, manner: Manner, kept: Kept) -> Answer:
        """The cheapest way to answer things that must hold together."""
        self.work += len(conjuncts) ** 2
        ways = Ways(self.pushdown(manner.structured), manner, paid)
        found = chain.from_iterable(
            ways.parts(each) for each in dict.fromkeys((conjuncts, ways.with_choices(conjuncts)))
        )
        answers: list[Answer] = [() if part is None else (part,) for part in found]
        choices = [each for each in conjuncts if isinstance(each, Any)]
        if not answers:
            choices, kept = [next(each for each in choices if is_bounded(each))], _NONE
        elif not manner.distributes or self.work > _MOST_WORK or _combinations(choices) > _MOST_ALTERNATIVES:
            choices = []
        for choice in choices:
            if choice not in kept:
                rest = [each for each in conjuncts if each is not choice]
                branches = [_joined(rest, branch) for branch in choice.children]
                answers.append(self._alternatives(rule, branches, paid, manner, kept))
                kept |= {choice}
        return self._cheapest(rule, answers, paid)

    def _cheapest(self, rule: Rule, answers: Sequence[Answer], paid: Paid) -> Answer:
        """The answer with the lowest price; of equal ones that with the fewest searches, then the first."""
        needs = {each: _needs(rule, each) for each in answers}
        prices = {each: self._price(rule, each, paid) for each in needs}
        best = min(needs, key=lambda each: (prices[each], len(needs[each])))
        rivals = [each for each in needs if not _is_within(needs[best], needs[each])]
        if rivals and prices[best] > _WORTH_COUNTING:
            rival = needs[min(rivals, key=lambda each: prices[each])]
            differing = (query for query in (*needs[best], *rival) if needs[best].get(query) != rival.get(query))
            self.doubts.append((best, tuple(filter(is_plain, differing))))
        return best

    def _price(self, rule: Rule, answer: Answer, paid: Paid) -> float:
        """What an answer costs beyond what is paid for."""
        nothing = frozenset[str]()
        price = 0.0
        for query, fields in _needs(rule, answer).items():
            price += self.costs.reading(query, fields | paid.get(query, nothing))
            if query in paid:
                price -= self.costs.reading(query, paid[query])
        return price + sum(self.costs.asking(part.frame) for part in answer if part.late_checks)


def _combinations(choices: Sequence[Any]) -> int:
    return prod(len(each.children) for each in choices)


def _plain(rule: Rule, notes: list[str]) -> Node | None:
    """The rule in a plain form; None where nothing can match."""
    plain = simplify(rule.match, notes)
    if plain is False:
        return None
    return Search(WHOLE_LIBRARY) if plain is True else bounded(plain)


def _alternatives(tree: Node) -> list[Conjuncts]:
    return [conjuncts_of(each) for each in (tree.children if isinstance(tree, Any) else (tree,))]


def _joined(rest: Sequence[Node], branch: Node) -> Conjuncts:
    return tuple(dict.fromkeys((*rest, *conjuncts_of(branch))))


def _needs(rule: Rule, answer: Answer) -> Paid:
    """The searches of an answer, with the top-level fields that it reads of what they find."""
    needs: Paid = {}
    for part in answer:
        fields = frozenset[str]().union(
            *(each.roots or () for each in part.checks),
            *(roots(key.fields) for key in rule.split if not is_late(roots(key.fields), part.frame)),
        )
        needs = _with(needs, {part.frame: fields, **dict.fromkeys(part.searches, frozenset())})
    return needs


def _with(paid: Paid, more: Paid) -> Paid:
    return paid | {query: fields | paid.get(query, frozenset()) for query, fields in more.items()}


def _is_within(some: Paid, others: Paid) -> bool:
    """Whether some searches are sent with others in any case."""
    return all(query in others and fields <= others[query] for query, fields in some.items())
