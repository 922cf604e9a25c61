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

The steps, each a module:

- `simplify` brings a rule into a plain form, anchored to searches;
- `rule_compiler` takes the cheapest of the `access_paths` of each of its alternatives, at the prices of `cost`;
- an access path has a *driver*, one search that surely finds every match, narrowed by whatever one request can ask for
  (`pushdown`), and a `residual`: what must still hold, checked on the driver's records or against the ids of other
  searches;
- a choice becomes several drivers, or one search by `filter` where the server (3.2 and later) takes these;
- a search that another rule sends costs nothing more (`shared_searches`), so the dearest rules are compiled first.

A rule takes at most one search for each of its leaves, and one for its scope if no leaf sets it; days of any year take
one for each year. No search has a condition that this version would ignore. Ranked and capped searches are sent as they
are.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import WHOLE_LIBRARY, Query
from immich_smart_albums.rules.tree import Search, leaves
from immich_smart_albums.selection.compile.algebra import is_composable
from immich_smart_albums.selection.compile.cost import NOTHING_KNOWN, Costs
from immich_smart_albums.selection.compile.relations import is_superset
from immich_smart_albums.selection.compile.rule_compiler import RuleCompiler
from immich_smart_albums.selection.compile.shared_searches import Candidate, Shared, SharedSearches, searches_of
from immich_smart_albums.selection.compile.simplify import anchored, simplify
from immich_smart_albums.selection.query_plan import QueryPlan, RulePlan, merge_scans

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from immich_smart_albums.rules.tree import Node, Rule
    from immich_smart_albums.selection.ports import Capabilities

_WORTH_ANOTHER_LOOK = 5.0
"""The price of a search, in pages, from which on the rules that read it are compiled again."""

_MOST_LEAVES_TWICE = 200
"""Leaves of all rules together up to which they are compiled a second time, in the hope of a cheaper plan."""


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

    `sizes` are the searches whose results were counted, `names` what messages call the rules, and `shared` the searches
    that cost nothing, with the top-level fields that are known of what they find. `years` are the first and the last
    in which the library has photos, if that is known.
    """
    return _Planner(RuleCompiler(server, Costs(server, sizes, years))).plan(rules, names, shared or {})


@dataclass(frozen=True, slots=True)
class DraftPlan:
    """A query plan that rests on guesses, and the searches to count for a better one."""

    plan: QueryPlan
    queries_to_count: tuple[Query, ...]
    """The searches whose sizes decide how the rules are answered: few, often none."""


def draft(  # noqa: PLR0913 - as `compile_rules`
    rules: Sequence[Rule],
    server: Capabilities,
    sizes: Mapping[Query, int] = NOTHING_KNOWN,
    *,
    names: Sequence[str] = (),
    shared: Shared | None = None,
    years: tuple[int, int] | None = None,
) -> DraftPlan:
    """Returns the query plan of `compile_rules`, and the searches whose sizes may lead to a cheaper one.

    Count them (`SearchApi.count`) and compile again with the results. If there are none, the plan is the best.
    """
    compiler = RuleCompiler(server, Costs(server, sizes, years))
    plan = _Planner(compiler).plan(rules, names, shared or {})
    taken = {branch for rule in plan.rules for branch in rule.branches}
    uncertain = (queries for candidate, queries in compiler.close_calls if taken.issuperset(candidate))
    return DraftPlan(plan, tuple(dict.fromkeys(chain.from_iterable(uncertain))))


@dataclass(slots=True)
class _Planner:
    """Compiles rules together. They go by their place among all rules, and those that nothing matches are left out."""

    compiler: RuleCompiler

    def plan(self, rules: Sequence[Rule], names: Sequence[str], free: Shared) -> QueryPlan:
        """Returns the plan for all rules, in their order; `free` are the searches that cost nothing."""
        notes: list[list[str]] = [[] for _ in rules]
        plain: dict[int, Rule] = {}
        for number, rule in enumerate(rules):
            match = _simplified(rule.match, notes[number])
            if match is not None:
                plain[number] = replace(rule, match=match)
        candidates = self._compile(plain, free)
        return merge_scans(
            tuple(
                RulePlan(rule, candidates.get(number, ()), tuple(notes[number]), names[number] if names else "")
                for number, rule in enumerate(rules)
            )
        )

    def _compile(self, rules: Mapping[int, Rule], free: Shared) -> dict[int, Candidate]:
        """Returns the cheapest candidate of each rule, or those that are cheaper together."""
        shared = SharedSearches(self._needed_by_many(rules.values()))
        shared.add(free)
        rules = self._dearest_first(rules, shared)
        candidates, shared_before = self._compile_in_order(rules, shared)
        if len(rules) < 2 or sum(len(leaves(rule.match)) for rule in rules.values()) > _MOST_LEAVES_TWICE:
            return candidates
        with_library = shared.copy()
        with_library.add({WHOLE_LIBRARY: frozenset()})
        from_library, _ = self._compile_in_order(rules, with_library)
        if self._total_price(rules, from_library, shared) < self._total_price(rules, candidates, shared):
            return from_library
        return self._compile_again(rules, candidates, shared_before, shared)

    def _compile_in_order(
        self, rules: Mapping[int, Rule], shared: SharedSearches
    ) -> tuple[dict[int, Candidate], dict[int, Shared]]:
        """Returns a candidate of each rule, which shares the searches of those before it; and what each could share."""
        candidates: dict[int, Candidate] = {}
        shared_before: dict[int, Shared] = {}
        shared = shared.copy()
        for number, rule in rules.items():
            shared_before[number] = dict(shared.fields)
            candidates[number] = self.compiler.compile(rule, shared)
            shared.add(searches_of(rule, candidates[number]))
        return candidates, shared_before

    def _total_price(
        self, rules: Mapping[int, Rule], candidates: Mapping[int, Candidate], shared: SharedSearches
    ) -> float:
        """Returns what some candidates cost together."""
        shared = shared.copy()
        price = 0.0
        for number, candidate in candidates.items():
            price += self.compiler.price(rules[number], candidate, shared)
            shared.add(searches_of(rules[number], candidate))
        return price

    def _compile_again(
        self,
        rules: Mapping[int, Rule],
        candidates: dict[int, Candidate],
        shared_before: Mapping[int, Shared],
        shared: SharedSearches,
    ) -> dict[int, Candidate]:
        """Returns the candidates, with cheaper ones for rules that read a large search which later rules read, too."""
        needs = {number: searches_of(rules[number], candidate) for number, candidate in candidates.items()}
        for query in dict.fromkeys(chain.from_iterable(needs.values())):
            users = {number: rules[number] for number in needs if query in needs[number]}
            if not users or self.compiler.costs.read_price(query, frozenset()) < _WORTH_ANOTHER_LOOK:
                continue
            others = shared.copy()
            for number in needs.keys() - users.keys():
                others.add(needs[number])
            wider = [wide for wide in others.fields if is_superset(wide, query)]
            if all(shared_before[user].get(wide) == others.fields[wide] for user in users for wide in wider):
                continue
            before = {user: candidates[user] for user in users}
            after, _ = self._compile_in_order(users, others)
            if self._total_price(rules, after, others) < self._total_price(rules, before, others):
                candidates = candidates | after
                needs |= {user: searches_of(rules[user], candidate) for user, candidate in after.items()}
        return candidates

    def _dearest_first(self, rules: Mapping[int, Rule], shared: SharedSearches) -> Mapping[int, Rule]:
        if len(rules) < 2:
            return rules
        prices = {number: self.compiler.price_alone(rule, shared) for number, rule in rules.items()}
        return {number: rules[number] for number in sorted(rules, key=lambda number: -prices[number])}

    def _needed_by_many(self, rules: Iterable[Rule]) -> Shared:
        """Returns searches that so many rules need that each is read once as it is, and not narrowed for each rule."""
        counts = Counter(
            query for rule in rules for query in {leaf.query for leaf in leaves(rule.match) if isinstance(leaf, Search)}
        )
        nothing = frozenset[str]()
        return {
            query: nothing
            for query, count in counts.items()
            if count > 1 and is_composable(query) and self.compiler.costs.read_price(query, nothing) <= count
        }


def _simplified(match: Node, notes: list[str]) -> Node | None:
    """Returns a match in its plain form, anchored to searches. None if nothing can match."""
    plain = simplify(match, notes)
    if plain is False:
        return None
    return Search(WHOLE_LIBRARY) if plain is True else anchored(plain)
