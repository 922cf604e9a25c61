"""Rules → QueryPlan: the fewest and cheapest searches that answer the rules of a run, and what is left to check here.

    >>> from immich_smart_albums.immich.versions import Capabilities
    >>> from immich_smart_albums.model.version import Version
    >>> from immich_smart_albums.rules.tree import All, Not, Rule
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

Never more than one search is sent for each leaf of a rule, and one more for what it is about where no leaf says that;
days of any year are one for each year. What is sent is what the rule means on this server: a filter's own search is
left out where this version would ignore a part of it; ranked and capped searches are sent as they are.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from math import inf, prod
from typing import TYPE_CHECKING, cast

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query
from immich_smart_albums.rules.tree import Any, Filter, Node, Search, leaves, roots, signed_leaves
from immich_smart_albums.selection.compile.access_paths import AccessPaths, Conjuncts, conjuncts_of
from immich_smart_albums.selection.compile.algebra import is_composable, universe
from immich_smart_albums.selection.compile.cost import CHEAPEST, NOTHING_KNOWN, Costs
from immich_smart_albums.selection.compile.pushdown import Pushdown
from immich_smart_albums.selection.compile.relations import is_superset
from immich_smart_albums.selection.compile.scoped_rankings import with_scoped_rankings
from immich_smart_albums.selection.compile.simplify import anchored, is_anchored, simplify
from immich_smart_albums.selection.compile.yearly import windows
from immich_smart_albums.selection.query_plan import Branch, QueryPlan, RulePlan, merge_scans, needs_details

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from immich_smart_albums.rules.tree import Rule
    from immich_smart_albums.selection.compile.yearly import Bounds
    from immich_smart_albums.selection.ports import Capabilities

Shared = dict[Query, frozenset[str]]
"""Searches that are sent in any case, with the top-level fields that are read of what they find."""

_PROBE = Query(Kind.METADATA, any_of=(where(isFavorite=True),))
"""What only `filter` says."""

Undistributed = frozenset[Node] | None
"""Choices that are not made into drivers; None: not one, unless nothing else bounds what must hold with it."""

_NONE: Undistributed = frozenset()

_WORTH_COUNTING = 20.0
"""Where the best answer reads fewer pages than this, a wrong guess costs little more than the questions would."""

_WORTH_ANOTHER_LOOK = 5.0
"""Pages that a rule reads for itself, for which it is answered again once it is known what others read."""

_MOST_LEAVES_TWICE = 200
"""Of all rules together, for which it is tried whether they cost less if they are answered in another way."""

_MOST_ALTERNATIVES = 64
"""Choices that would become more frames than this stay choices."""

_MOST_WORK = 2500
"""What a rule may cost to compile: choices inside of choices would double it at every level."""


def compile_rules(  # noqa: PLR0913 - all but the rules and the server may be left out
    rules: Sequence[Rule],
    server: Capabilities,
    sizes: Mapping[Query, int] = NOTHING_KNOWN,
    *,
    names: Sequence[str] = (),
    shared: Shared | None = None,
    years: tuple[int, int] | None = None,
) -> QueryPlan:
    """Compile the rules of a run for one account, with their names looked up.

    `sizes` is how many assets some searches find, as far as that is known; `names` what messages call the rules;
    `shared` are searches that cost nothing, with the top-level fields that are known of what they find; `years` the
    first and the last of which the library may have photos, where it is good to know.
    """
    return _Compiler(server, Costs(server, sizes, years), shared or {}).run(rules, names)


def queries_to_count(
    rules: Sequence[Rule],
    server: Capabilities,
    sizes: Mapping[Query, int] = NOTHING_KNOWN,
    *,
    shared: Shared | None = None,
    years: tuple[int, int] | None = None,
) -> tuple[Query, ...]:
    """The searches whose sizes decide how the rules are answered: few, often none; `sizes` are those that are known.

    To be counted (`SearchApi.count`) before the rules are lowered.
    """
    compiler = _Compiler(server, Costs(server, sizes, years), shared or {})
    plan = compiler.run(rules, ())
    taken = {part for rule in plan.rules for part in rule.branches}
    doubts = (queries for answer, queries in compiler.close_calls if taken.issuperset(answer))
    return tuple(dict.fromkeys(chain.from_iterable(doubts)))


Candidate = tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class _Shared:
    """The searches that are sent in any case, and a note of those that somebody asked about."""

    fields: Shared
    noted: set[Query]

    def __contains__(self, query: object) -> bool:
        self.noted.add(cast("Query", query))
        return query in self.fields

    def copy(self) -> _Shared:
        """The same, to be added to; what is asked about is noted in the same place."""
        return _Shared(dict(self.fields), self.noted)

    def add(self, more: Shared) -> None:
        """Take in more searches, or more fields of those that are there."""
        for query, fields in more.items():
            self.fields[query] = fields | self.fields.get(query, frozenset())


@dataclass(frozen=True, slots=True)
class _Known:
    """How things that must hold together were answered, and what that rests on."""

    conjuncts: Conjuncts
    """Kept, so that their identities stand for them."""
    shared: Shared
    """Of the searches that mattered those that were shared."""
    missing: frozenset[Query]
    """Of the searches that mattered the others."""
    answer: Candidate

    def holds(self, shared: Shared) -> bool:
        """Whether the answer would be the same where these searches are shared."""
        return all(shared.get(query) == fields for query, fields in self.shared.items()) and not any(
            query in shared for query in self.missing
        )


@dataclass(slots=True)
class _Compiler:
    server: Capabilities
    costs: Costs
    shared: Shared
    """Searches that cost nothing."""
    pushdown: Pushdown = field(init=False)
    close_calls: list[tuple[Candidate, tuple[Query, ...]]] = field(default_factory=list)
    """Answers that were taken because of a guess, with the searches whose size was guessed."""
    work: int = 0
    """Spent on one answer, in pairs of conjuncts: beyond `_MOST_WORK`, choices stay choices."""
    _known: dict[object, list[_Known]] = field(default_factory=dict)
    """By the identities of a rule and of nodes, since equal nodes may differ in where they stand."""

    def __post_init__(self) -> None:
        self.pushdown = Pushdown(self.server, takes_filter=not self.server.unsupported(_PROBE))

    def run(self, rules: Sequence[Rule], names: Sequence[str]) -> QueryPlan:
        """The plan for all rules, in their order."""
        notes: list[list[str]] = [[] for _ in rules]
        plain = {number: _plain(rule, notes[number]) for number, rule in enumerate(rules)}
        trees = {number: tree for number, tree in plain.items() if tree is not None}
        shared = _Shared(self._shared_searches(trees.values()), set())
        shared.add(self.shared)
        order = self._by_cost(rules, trees, shared)
        answers, known = self._answer_all(rules, trees, order, shared)
        if len(order) > 1 and sum(len(leaves(tree)) for tree in trees.values()) <= _MOST_LEAVES_TWICE:
            with_whole = shared.copy()
            with_whole.add({WHOLE_LIBRARY: frozenset()})
            others, _ = self._answer_all(rules, trees, order, with_whole)
            if self._total(rules, others, shared) < self._total(rules, answers, shared):
                answers = others
            else:
                self._look_again(rules, trees, answers, known, shared)
        return merge_scans(
            tuple(
                RulePlan(rule, answers.get(number, ()), tuple(notes[number]), names[number] if names else "")
                for number, rule in enumerate(rules)
            )
        )

    def _answer_all(
        self, rules: Sequence[Rule], trees: Mapping[int, Node], order: Sequence[int], shared: _Shared
    ) -> tuple[dict[int, Candidate], dict[int, Shared]]:
        """The answers of all rules, each with what those before it read; and what that was."""
        answers: dict[int, Candidate] = {}
        known: dict[int, Shared] = {}
        shared = shared.copy()
        for number in order:
            known[number] = dict(shared.fields)
            answers[number] = self._answer(rules[number], trees[number], shared)
            shared.add(_needs(rules[number], answers[number]))
        return answers, known

    def _total(self, rules: Sequence[Rule], answers: Mapping[int, Candidate], shared: _Shared) -> float:
        """What the answers of some rules cost together."""
        shared = shared.copy()
        price = 0.0
        for number, answer in answers.items():
            price += self._price(rules[number], answer, shared)
            shared.add(_needs(rules[number], answer))
        return price

    def _look_again(
        self,
        rules: Sequence[Rule],
        trees: Mapping[int, Node],
        answers: dict[int, Candidate],
        known: Mapping[int, Shared],
        shared: _Shared,
    ) -> None:
        """Answer rules again that read something large, where it turned out later that others read all of it."""
        needs = {number: _needs(rules[number], answer) for number, answer in answers.items()}
        for query in dict.fromkeys(chain.from_iterable(needs.values())):
            users = [number for number in needs if query in needs[number]]
            if not users or self.costs.reading(query, frozenset()) < _WORTH_ANOTHER_LOOK:
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
                old_price += self._price(rules[user], answers[user], before)
                before.add(needs[user])
                again[user] = self._answer(rules[user], trees[user], after)
                new_price += self._price(rules[user], again[user], after)
                after.add(_needs(rules[user], again[user]))
            if new_price < old_price:
                answers |= again
                needs |= {user: _needs(rules[user], answer) for user, answer in again.items()}

    def _by_cost(self, rules: Sequence[Rule], trees: Mapping[int, Node], shared: _Shared) -> list[int]:
        if len(trees) < 2:
            return list(trees)
        alone = {
            number: self._price(rule, self._one_by_one(rule, _alternatives(tree), shared, None), shared)
            for number, tree in trees.items()
            for rule in (rules[number],)
        }
        return sorted(trees, key=lambda number: -alone[number])

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

    def _answer(self, rule: Rule, tree: Node, shared: _Shared) -> Candidate:
        """The cheapest way to answer a rule with at most one search for each of its leaves."""
        most = sum(1 + len(self._windows(leaf)) for leaf in set(leaves(tree)))
        alternatives = _alternatives(tree)
        self.work = 0
        answer = self._alternatives(rule, alternatives, shared, _NONE)
        if self._more(rule, answer, shared) <= most:
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
            others.append(self._alternatives(rule, alternatives, once, _NONE))
            if self._more(rule, others[-1], shared) <= most:
                break
        others.append(self._alternatives(rule, alternatives, shared, None))
        allowed = [other for other in others if self._more(rule, other, shared) <= most]
        return self._cheapest(rule, allowed or (answer, *others), shared)

    def _more(self, rule: Rule, answer: Candidate, shared: _Shared) -> int:
        """How many searches an answer sends that are not shared."""
        return sum(query not in shared for query in _needs(rule, answer))

    def _alternatives(
        self, rule: Rule, alternatives: Sequence[Conjuncts], shared: _Shared, undistributed: Undistributed
    ) -> Candidate:
        """The cheapest of two ways: each alternative by itself, and those that one search can answer in one."""
        merged = AccessPaths(self.pushdown, shared).merge_alternatives(alternatives)
        answer = self._one_by_one(rule, alternatives, shared, undistributed)
        if len(merged) == len(alternatives):
            return answer
        other = self._one_by_one(rule, merged, shared, undistributed)
        return self._cheapest(rule, (answer, other), shared)

    def _one_by_one(
        self, rule: Rule, alternatives: Sequence[Conjuncts], shared: _Shared, undistributed: Undistributed
    ) -> Candidate:
        """Several alternatives, each of things that hold together; the dearest first, so that others share with it."""
        alone = [self._together(rule, alternative, shared, undistributed) for alternative in alternatives]
        if len(alone) == 1:
            return alone[0]
        prices = [self._price(rule, answer, shared) for answer in alone]
        shared = shared.copy()
        branches: dict[Branch, None] = {}
        for number in sorted(range(len(alone)), key=lambda number: -prices[number]):
            answer = self._together(rule, alternatives[number], shared, undistributed)
            branches.update(dict.fromkeys(answer))
            shared.add(_needs(rule, answer))
        return tuple(branches)

    def _together(self, rule: Rule, conjuncts: Conjuncts, shared: _Shared, undistributed: Undistributed) -> Candidate:
        """`_cheapest_together`, worked out anew only where what it rests on has changed."""
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
        own = _Shared(shared.fields, set())
        answer = self._cheapest_together(rule, conjuncts, own, undistributed)
        shared.noted.update(own.noted)
        noted = {query: fields for query in own.noted if (fields := shared.fields.get(query)) is not None}
        known.append(_Known(conjuncts, noted, frozenset(own.noted - noted.keys()), answer))
        return answer

    def _cheapest_together(
        self, rule: Rule, conjuncts: Conjuncts, shared: _Shared, undistributed: Undistributed
    ) -> Candidate:
        """The cheapest way to answer things that must hold together."""
        self.work += len(conjuncts) ** 2
        paths = AccessPaths(self.pushdown, shared)
        shapes = dict.fromkeys((conjuncts, paths.fold_disjunctions(conjuncts)))
        branches = chain.from_iterable(paths.parts(shape) for shape in shapes)
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
            answers.append(self._alternatives(rule, alternatives, shared, undistributed))
            if undistributed is not None:
                undistributed |= {choice}
        for days, alternatives in self._year_by_year(conjuncts, undistributed):
            best = min((self._price(rule, answer, shared) for answer in answers), default=inf)
            if len(alternatives) * CHEAPEST < best:
                without = (undistributed or frozenset()) | {days}
                answers.append(self._alternatives(rule, alternatives, shared, without))
        return self._cheapest(rule, answers, shared)

    def _scoped(self, branch: Branch, shared: _Shared) -> Branch:
        return with_scoped_rankings(branch, self.costs, shared, self.server)

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
        """The windows of time in which a filter for days of any year may pass. Empty if that is not to be told."""
        if self.costs.years is None or not isinstance(node, Filter) or node.yearly is None:
            return []
        return windows(node.yearly, self.costs.years)

    def _cheapest(self, rule: Rule, answers: Sequence[Candidate], shared: _Shared) -> Candidate:
        """The answer with the lowest price; of equal ones that with the fewest searches, then the first."""
        needs = {answer: _needs(rule, answer) for answer in answers}
        prices = {answer: self._price(rule, answer, shared) for answer in needs}
        best = min(needs, key=lambda answer: (prices[answer], len(needs[answer])))
        rivals = [answer for answer in needs if not _is_within(needs[best], needs[answer])]
        if rivals and prices[best] > _WORTH_COUNTING:
            rival = needs[min(rivals, key=lambda answer: prices[answer])]
            differing = (query for query in (*needs[best], *rival) if needs[best].get(query) != rival.get(query))
            uncertain = tuple(query for query in differing if is_composable(query) and query not in self.costs.sizes)
            if len(uncertain) < prices[best]:  # a count costs about as much as a page
                self.close_calls.append((best, uncertain))
        return best

    def _price(self, rule: Rule, answer: Candidate, shared: _Shared) -> float:
        """What an answer costs beyond what is paid for."""
        price = 0.0
        for query, fields in _needs(rule, answer).items():
            if query in shared:
                before = shared.fields[query]
                price += self.costs.reading(query, fields | before) - self.costs.reading(query, before)
            else:
                price += self.costs.reading(query, fields)
        return price + sum(self.costs.asking(branch.driver) for branch in answer if branch.detail_filters)


def _combinations(choices: Sequence[Any]) -> int:
    return prod(len(choice.children) for choice in choices)


def _plain(rule: Rule, notes: list[str]) -> Node | None:
    """The rule in a plain form. None if nothing can match."""
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
    nothing = frozenset[str]()
    for branch in answer:
        fields = branch.fields.union(
            *(roots(key.fields) for key in rule.split if not needs_details(roots(key.fields), branch.driver))
        )
        needs[branch.driver] = needs.get(branch.driver, nothing) | fields
        for query in branch.searches:
            needs.setdefault(query, nothing)
    return needs


def _is_within(some: Shared, others: Shared) -> bool:
    """Whether some searches are sent with others in any case."""
    return all(query in others and fields <= others[query] for query, fields in some.items())
