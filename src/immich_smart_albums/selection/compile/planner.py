"""Rules → QueryPlan: the fewest and cheapest searches that answer the rules of a run, and what is left to check here.

    >>> from immich_smart_albums.immich.versions import Capabilities
    >>> from immich_smart_albums.model.version import Version
    >>> from immich_smart_albums.rules.tree import All, Any, Not, Rule
    >>> from immich_smart_albums.selection.compile.notation import equal, search, write, write_plan
    >>> kids = Any((search(personIds=("emma",)), search(personIds=("noah",))))
    >>> rule = Rule(All((kids, search(country="Finland"), Not(search(personIds=("ben",))))))
    >>> print(write(rule.match))
    ((personIds=[emma]) or (personIds=[noah])) & (country='Finland') & not (personIds=[ben])
    >>> print(write_plan(compile_rules([rule], Capabilities(Version(3, 1)))))
    (country='Finland', personIds=[emma]) | not (country='Finland', personIds=[ben, emma])
    (country='Finland', personIds=[noah]) | not (country='Finland', personIds=[ben, noah])
    >>> print(write_plan(compile_rules([rule], Capabilities(Version(3, 2)))))
    (country='Finland', personIds any [emma, noah], personIds none [ben])

Each rule is brought into a plain form (`simplify`), in which it is anchored to searches. Its alternatives are answered
one by one, each by the cheapest of its access paths (`access_paths`, `cost`):

- one search is the *driver*: it takes in whatever must hold with it and can be said in one request (`pushdown`), and
  its records are read with just the fields that are looked at;
- what remains is the *residual*: checked on the driver's records, where these tell exactly what the search would, or
  held against the ids of other searches;
- a choice becomes several drivers, or one search by `filter` where the server (3.2 and later) takes these;
- a search that another rule sends anyway costs nothing, and so the dearest rules go first.

Never more than one search is planned for each leaf of a rule, and one more for what it is about where no leaf says
that; days of any year are one for each year. What is sent is what the rule means on this server: a filter's own search
is left out where this version would ignore a part of it; ranked and capped searches are sent as they are.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import WHOLE_LIBRARY, Query
from immich_smart_albums.rules.tree import Node, Search, leaves
from immich_smart_albums.selection.compile.algebra import is_composable
from immich_smart_albums.selection.compile.cost import NOTHING_KNOWN, Costs
from immich_smart_albums.selection.compile.relations import is_superset
from immich_smart_albums.selection.compile.rule_compiler import RuleCompiler
from immich_smart_albums.selection.compile.shared_searches import Candidate, Shared, SharedSearches, searches_of
from immich_smart_albums.selection.compile.simplify import anchored, simplify
from immich_smart_albums.selection.query_plan import QueryPlan, RulePlan, merge_scans

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from immich_smart_albums.rules.tree import Rule
    from immich_smart_albums.selection.ports import Capabilities

_WORTH_ANOTHER_LOOK = 5.0
"""Pages that a rule reads for itself, for which it is answered again once it is known what others read."""

_MOST_LEAVES_TWICE = 200
"""Of all rules together, for which it is tried whether they cost less if they are answered in another way."""


def compile_rules(  # noqa: PLR0913 - all but the rules and the server may be left out
    rules: Sequence[Rule],
    server: Capabilities,
    sizes: Mapping[Query, int] = NOTHING_KNOWN,
    *,
    names: Sequence[str] = (),
    shared: Shared | None = None,
    years: tuple[int, int] | None = None,
) -> QueryPlan:
    """Returns the query plan for the rules of a run, for one account, with their names looked up.

    `sizes` has how many assets some searches find. `names` are what messages call the rules.
    `shared` are searches that cost nothing, with the top-level fields that are known of what they find. `years` are the
    first and the last in which the library may have photos, where that helps.
    """
    return _Planner(RuleCompiler(server, Costs(server, sizes, years)), shared or {}).run(rules, names)


def queries_to_count(
    rules: Sequence[Rule],
    server: Capabilities,
    sizes: Mapping[Query, int] = NOTHING_KNOWN,
    *,
    shared: Shared | None = None,
    years: tuple[int, int] | None = None,
) -> tuple[Query, ...]:
    """Returns the searches whose sizes decide how the rules are answered: few, often none.

    Count them (`SearchApi.count`) and pass the results to `compile_rules`. `sizes` are those that are known already.
    """
    compiler = RuleCompiler(server, Costs(server, sizes, years))
    plan = _Planner(compiler, shared or {}).run(rules, ())
    taken = {part for rule in plan.rules for part in rule.branches}
    doubts = (queries for answer, queries in compiler.close_calls if taken.issuperset(answer))
    return tuple(dict.fromkeys(chain.from_iterable(doubts)))


@dataclass(slots=True)
class _Planner:
    compiler: RuleCompiler
    shared: Shared
    """Searches that cost nothing."""

    def run(self, rules: Sequence[Rule], names: Sequence[str]) -> QueryPlan:
        """Returns the plan for all rules, in their order."""
        notes: list[list[str]] = [[] for _ in rules]
        plain = {number: _simplified(rule, notes[number]) for number, rule in enumerate(rules)}
        trees = {number: tree for number, tree in plain.items() if tree is not None}
        shared = SharedSearches(self._shared_searches(trees.values()), set())
        shared.add(self.shared)
        order = self._by_cost(rules, trees, shared)
        answers, known = self._answer_all(rules, trees, order, shared)
        if len(order) > 1 and sum(len(leaves(tree)) for tree in trees.values()) <= _MOST_LEAVES_TWICE:
            with_whole = shared.copy()
            with_whole.add({WHOLE_LIBRARY: frozenset()})
            others, _ = self._answer_all(rules, trees, order, with_whole)
            if self._total_price(rules, others, shared) < self._total_price(rules, answers, shared):
                answers = others
            else:
                self._answer_again(rules, trees, answers, known, shared)
        return merge_scans(
            tuple(
                RulePlan(rule, answers.get(number, ()), tuple(notes[number]), names[number] if names else "")
                for number, rule in enumerate(rules)
            )
        )

    def _answer_all(
        self, rules: Sequence[Rule], trees: Mapping[int, Node], order: Sequence[int], shared: SharedSearches
    ) -> tuple[dict[int, Candidate], dict[int, Shared]]:
        """The answers of all rules, in an order in which each may use what those before it read; and what that was."""
        answers: dict[int, Candidate] = {}
        known: dict[int, Shared] = {}
        shared = shared.copy()
        for number in order:
            known[number] = dict(shared.fields)
            answers[number] = self.compiler.answer(rules[number], trees[number], shared)
            shared.add(searches_of(rules[number], answers[number]))
        return answers, known

    def _total_price(self, rules: Sequence[Rule], answers: Mapping[int, Candidate], shared: SharedSearches) -> float:
        """What the answers of some rules cost together."""
        shared = shared.copy()
        price = 0.0
        for number, answer in answers.items():
            price += self.compiler.price(rules[number], answer, shared)
            shared.add(searches_of(rules[number], answer))
        return price

    def _answer_again(
        self,
        rules: Sequence[Rule],
        trees: Mapping[int, Node],
        answers: dict[int, Candidate],
        known: Mapping[int, Shared],
        shared: SharedSearches,
    ) -> None:
        """Answer rules anew that read a large search, if rules after them turned out to read all of it, too."""
        needs = {number: searches_of(rules[number], answer) for number, answer in answers.items()}
        for query in dict.fromkeys(chain.from_iterable(needs.values())):
            users = [number for number in needs if query in needs[number]]
            if not users or self.compiler.costs.reading(query, frozenset()) < _WORTH_ANOTHER_LOOK:
                continue
            others = shared.copy()
            for number in needs.keys() - set(users):
                others.add(needs[number])
            wider = [wide for wide in others.fields if is_superset(wide, query)]
            if all(known[user].get(wide) == others.fields[wide] for user in users for wide in wider):
                continue
            before, after, again = others.copy(), others, {}
            old_price = new_price = 0.0
            for user in users:
                old_price += self.compiler.price(rules[user], answers[user], before)
                before.add(needs[user])
                again[user] = self.compiler.answer(rules[user], trees[user], after)
                new_price += self.compiler.price(rules[user], again[user], after)
                after.add(searches_of(rules[user], again[user]))
            if new_price < old_price:
                answers |= again
                needs |= {user: searches_of(rules[user], answer) for user, answer in again.items()}

    def _by_cost(self, rules: Sequence[Rule], trees: Mapping[int, Node], shared: SharedSearches) -> list[int]:
        if len(trees) < 2:
            return list(trees)
        alone = {
            number: self.compiler.price_alone(rule, tree, shared)
            for number, tree in trees.items()
            for rule in (rules[number],)
        }
        return sorted(trees, key=lambda number: -alone[number])

    def _shared_searches(self, trees: Iterable[Node]) -> Shared:
        """Searches that so many rules need that each is read once as it is, rather than narrowed for each rule."""
        wanted = Counter(
            query for tree in trees for query in {leaf.query for leaf in leaves(tree) if isinstance(leaf, Search)}
        )
        nothing = frozenset[str]()
        return {
            query: nothing
            for query, count in wanted.items()
            if count > 1 and is_composable(query) and self.compiler.costs.reading(query, nothing) <= count
        }


def _simplified(rule: Rule, notes: list[str]) -> Node | None:
    """The rule's tree, simplified and bounded by searches. None if nothing can match."""
    plain = simplify(rule.match, notes)
    if plain is False:
        return None
    return Search(WHOLE_LIBRARY) if plain is True else anchored(plain)
