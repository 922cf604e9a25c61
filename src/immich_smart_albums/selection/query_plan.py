"""The query plan of a run: what is sent, and what is looked at. `compile` makes it, `run` carries it out.

A rule becomes branches, alternatives that each have a search that drives them and a residual: a tree of what must hold
of the assets that the driver finds. All that the branches of all rules need of one search is one scan, so that every
distinct search is sent once. The rule `city: Nice` without Emma, on a server that finds people by search:

    scan 1   metadata search (city='Nice')          keeps records
    scan 2   metadata search (personIds=[Emma])     keeps ids
    branch   driver: scan 1, residual: not in scan 2
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from immich_smart_albums.model.cached_hash import cached_hash
from immich_smart_albums.model.query import Kind
from immich_smart_albums.rules.local_filters.asset_shape import FROM_DETAILS
from immich_smart_albums.rules.tree import Filter, Node, Search, leaves, leaves_outside_not, roots, transform
from immich_smart_albums.selection.stages import METADATA_FIELDS

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from immich_smart_albums.model.query import Query
    from immich_smart_albums.rules.tree import Leaf, Rule, SplitKey


@dataclass(frozen=True, slots=True)
class ScopedSearch:
    """A search of few that stands for a plain one, because it is only held against what a driver finds.

    It is a ranking, held against the first of the same ranking; or a part of an album, held against the album.
    """

    query: Query
    search: Query
    """What it stands for, and what is read in full where it does not prove that it has all of that."""


@cached_hash
@dataclass(frozen=True)
class Branch:
    """One alternative of a rule: what a search, the driver, finds, and what must still hold of it, the residual.

    What is derived from the tree is worked out once for each object, and not for all that are equal.
    """

    driver: Query
    residual: Node | None = None
    """None: everything that the driver finds matches."""
    scoped: tuple[ScopedSearch, ...] = ()
    """Those of its searches that only have to tell of what the driver finds."""
    cached: int = field(init=False, repr=False, compare=False)

    @cached_property
    def searches(self) -> tuple[Query, ...]:
        """The searches of which the tree needs the ids of everything that they find."""
        queries = dict.fromkeys(leaf.query for leaf in self._leaves if isinstance(leaf, Search))
        return tuple(query for query in queries if query != self.driver)

    @cached_property
    def memberships(self) -> tuple[Query, ...]:
        """The searches that what the driver finds may be in or not.

        The driver is one of them where it stands for another search, of which it may find less than it finds itself.
        """
        is_scoped = any(scoped.query == self.driver for scoped in self.scoped)
        return (*self.searches, self.driver) if is_scoped else self.searches

    @cached_property
    def filters(self) -> tuple[Filter, ...]:
        """The filters on the driver's records, as they stream by."""
        return tuple(check for check in self._filters if not needs_details(check.roots, self.driver))

    @cached_property
    def detail_filters(self) -> tuple[Filter, ...]:
        """The filters that need each asset asked for by itself."""
        return tuple(check for check in self._filters if needs_details(check.roots, self.driver))

    @cached_property
    def late_leaves(self) -> frozenset[Leaf]:
        """The same, to tell them from other leaves."""
        return frozenset(self.detail_filters)

    @cached_property
    def fields(self) -> frozenset[str]:
        """The top-level fields of the driver's records that its filters read."""
        return frozenset[str]().union(*(check.roots or () for check in self.filters))

    @cached_property
    def _filters(self) -> tuple[Filter, ...]:
        return tuple(dict.fromkeys(leaf for leaf in self._leaves if isinstance(leaf, Filter)))

    @property
    def _leaves(self) -> tuple[Leaf, ...]:
        return () if self.residual is None else leaves(self.residual)


@dataclass(frozen=True, slots=True)
class RulePlan:
    """How one rule is answered."""

    rule: Rule
    branches: tuple[Branch, ...]
    """What any of them gives matches. None at all: nothing can match, and no search is sent."""
    notes: tuple[str, ...] = ()
    """What the user should know, such as "nothing can be both: city 'Nice', city 'Kyoto'"."""
    name: str = ""
    """What messages call it. Empty if there is one rule only."""

    @property
    def queries(self) -> frozenset[Query]:
        """Every search that it depends on."""
        return frozenset(query for branch in self.branches for query in (branch.driver, *branch.searches))

    @property
    def ranking(self) -> tuple[Query, ...]:
        """The smart searches whose order says which assets are best: those that an asset is in because it matches."""
        return tuple(
            dict.fromkeys(
                query
                for branch in self.branches
                for query in (branch.driver, *_included_queries(branch))
                if query.kind is Kind.SMART
            )
        )


@cached_hash
@dataclass(frozen=True)
class Scan:
    """One search of a run, and what is looked at while its records stream by."""

    query: Query
    fields: frozenset[str]
    """What to read of each asset: `exifInfo.make`, `people`, …"""
    filters: tuple[Filter, ...]
    keys: tuple[SplitKey, ...]
    """The keys by which rules split what they find here."""
    trees: tuple[Node | None, ...]
    """Residuals of the branches that this search drives. An asset for which none of them can hold is not kept."""
    keeps_ids: bool
    """Whether some branch needs the ids of everything that is found."""
    cached: int = field(init=False, repr=False, compare=False)

    @cached_property
    def numbers(self) -> Mapping[Filter, int]:
        """For each of its filters the number of the bit that says whether an asset passes it."""
        return {check: number for number, check in enumerate(self.filters)}

    @property
    def is_complete(self) -> bool:
        """Whether the ids of everything that it finds are kept."""
        return self.keeps_ids or not self.trees or None in self.trees

    @property
    def shows_metadata(self) -> bool:
        """Whether EXIF is read: then it is noted of each asset whether it shows that Immich has read the file."""
        return any(name.startswith("exifInfo") for name in self.fields)

    @property
    def requested_fields(self) -> frozenset[str]:
        """The fields to ask for."""
        return self.fields | METADATA_FIELDS if self.shows_metadata else self.fields


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """Everything that a run sends and checks for its rules."""

    rules: tuple[RulePlan, ...]
    scans: tuple[Scan, ...]
    """Every distinct search, those that most depends on first."""


def merge_scans(rules: tuple[RulePlan, ...]) -> QueryPlan:
    """Returns the plan of a run: each search of its rules once, with all that they need of it."""
    branches_by_driver: dict[Query, list[tuple[RulePlan, Branch]]] = {}
    searches: dict[Query, None] = {}
    rules = _without_needless_lookups(rules)
    for rule in rules:
        for branch in rule.branches:
            branches_by_driver.setdefault(branch.driver, []).append((rule, branch))
            searches.update(dict.fromkeys(branch.searches))
    queries = dict.fromkeys((*branches_by_driver, *searches))
    # What a scoped search is held against has to be known as a whole, and a ranking in its order.
    keeping = searches.keys() | {branch.driver for rule in rules for branch in rule.branches if branch.scoped}
    return QueryPlan(
        rules, tuple(_scan(query, branches_by_driver.get(query, []), query in keeping) for query in queries)
    )


def _without_needless_lookups(rules: tuple[RulePlan, ...]) -> tuple[RulePlan, ...]:
    """The same rules, with no scoped search for what is read in full for another rule."""
    branches = [branch for rule in rules for branch in rule.branches]
    read = {query for branch in branches for query in (branch.driver, *branch.searches)}
    if not any(scoped.search in read for branch in branches for scoped in branch.scoped):
        return rules
    return tuple(replace(rule, branches=tuple(_restored(branch, read) for branch in rule.branches)) for rule in rules)


def _restored(branch: Branch, read: Container[Query]) -> Branch:
    needless = {scoped.query: scoped.search for scoped in branch.scoped if scoped.search in read}
    if branch.residual is None or not needless:
        return branch
    others = tuple(scoped for scoped in branch.scoped if scoped.query not in needless)
    return Branch(branch.driver, with_queries(branch.residual, needless), others)


def with_queries(node: Node, queries: Mapping[Query, Query]) -> Node:
    """Returns a tree with other searches in place of some."""

    def change(part: Node, _excludes: bool) -> Node:
        return replace(part, query=queries[part.query]) if isinstance(part, Search) and part.query in queries else part

    return transform(node, change)


def _scan(query: Query, branches: list[tuple[RulePlan, Branch]], keeps_ids: bool) -> Scan:
    checks = tuple(dict.fromkeys(check for _, branch in branches for check in branch.filters))
    keys = tuple(
        dict.fromkeys(
            key for rule, _ in branches for key in rule.rule.split if not needs_details(roots(key.fields), query)
        )
    )
    return Scan(
        query,
        fields=frozenset().union(*(check.reads or () for check in checks), *(key.fields for key in keys)),
        filters=checks,
        keys=keys,
        trees=tuple(dict.fromkeys(branch.residual for _, branch in branches)),
        keeps_ids=keeps_ids,
    )


_ABSENT_OF_SMART = FROM_DETAILS | {"people"}


def needs_details(names: frozenset[str] | None, driver: Query) -> bool:
    """Returns whether a search's records lack one of these fields (None: any), so that each asset is asked for."""
    # Immich's smart search returns no people in any version.
    return names is None or not names.isdisjoint(_ABSENT_OF_SMART if driver.kind is Kind.SMART else FROM_DETAILS)


def _included_queries(branch: Branch) -> tuple[Query, ...]:
    included = () if branch.residual is None else leaves_outside_not(branch.residual)
    scoped = {lookup.query for lookup in branch.scoped}
    return tuple(leaf.query for leaf in included if isinstance(leaf, Search) and leaf.query not in scoped)
