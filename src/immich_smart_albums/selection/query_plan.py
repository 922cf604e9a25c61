"""The query plan of a run: the searches that are sent, and what is checked on their records.

`compile` makes it, and `run` carries it out. The rule "in Nice, without Ben, and with five stars" becomes one branch:

    driver     metadata search (city='Nice')
    residual   not (personIds=[ben]) & <rating=5>

A photo matches if the driver finds it and the residual holds for it. A rule with alternatives has several branches.
Each distinct search of all branches becomes one scan and is sent once:

    scan 1     (city='Nice')         reads exifInfo.rating, keeps what passes <rating=5>
    scan 2     (personIds=[ben])     keeps ids
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
    """A smaller search that stands for another one in the residual of one driver (`compile.scoped_searches`)."""

    query: Query
    search: Query
    """The search that it stands for, which is read instead if the smaller one cannot prove that it will do."""


@cached_hash
@dataclass(frozen=True)
class Branch:
    """One alternative of a rule: a search that drives it, and the tree that must hold for what this finds."""

    # Properties are cached by each object, not for all equal ones: their leaves may have different origins.

    driver: Query
    residual: Node | None = None
    """None: everything that the driver finds matches."""
    scoped: tuple[ScopedSearch, ...] = ()
    """Searches in its residual that stand for others."""
    cached: int = field(init=False, repr=False, compare=False)

    @cached_property
    def searches(self) -> tuple[Query, ...]:
        """The searches of the residual, other than the driver: the ids of all that they find are needed."""
        queries = dict.fromkeys(leaf.query for leaf in self._leaves if isinstance(leaf, Search))
        return tuple(query for query in queries if query != self.driver)

    @cached_property
    def memberships(self) -> tuple[Query, ...]:
        """The searches that may find, or not find, what the driver does.

        The driver is one of them if it is also a scoped search, which may give way to the search that it stands for.
        """
        is_scoped = any(scoped.query == self.driver for scoped in self.scoped)
        return (*self.searches, self.driver) if is_scoped else self.searches

    @cached_property
    def filters(self) -> tuple[Filter, ...]:
        """The filters that the driver's records are enough for."""
        return tuple(filter_ for filter_ in self._filters if not needs_details(filter_.roots, self.driver))

    @cached_property
    def detail_filters(self) -> tuple[Filter, ...]:
        """The filters that need the details of each photo, which are asked for one by one."""
        return tuple(filter_ for filter_ in self._filters if needs_details(filter_.roots, self.driver))

    @cached_property
    def fields(self) -> frozenset[str]:
        """The top-level fields of the driver's records that the filters read."""
        return frozenset[str]().union(*(filter_.roots or () for filter_ in self.filters))

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
    """A photo matches if it is in any of them. Without branches nothing can match, and no search is sent."""
    notes: tuple[str, ...] = ()
    """For the user, such as `nothing can match: city cannot be 'Nice' and 'Kyoto'`."""
    name: str = ""
    """What messages call the rule. Empty if there is no other."""

    @property
    def queries(self) -> frozenset[Query]:
        """The searches of all branches."""
        return frozenset(query for branch in self.branches for query in (branch.driver, *branch.searches))

    @property
    def ranking(self) -> tuple[Query, ...]:
        """The smart searches that rank what matches: drivers, and searches of residuals that stand under no `not`."""
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
    """One search of a run, and what is worked out from its records while they stream by."""

    query: Query
    fields: frozenset[str]
    """What to read of each photo: `exifInfo.make`, `people`, …"""
    filters: tuple[Filter, ...]
    """What to check on each record."""
    keys: tuple[SplitKey, ...]
    """The keys by which rules split what this search finds."""
    trees: tuple[Node | None, ...]
    """The residuals of the branches that this search drives. A photo for which none can hold is not kept."""
    keeps_ids: bool
    """Whether the ids of everything that is found are needed, because the search stands in a residual."""
    cached: int = field(init=False, repr=False, compare=False)

    @cached_property
    def numbers(self) -> Mapping[Filter, int]:
        """The bit of each filter in `SearchResult.passed`."""
        return {filter_: number for number, filter_ in enumerate(self.filters)}

    @property
    def is_complete(self) -> bool:
        """Whether the result has the ids of everything that the search finds."""
        return self.keeps_ids or not self.trees or None in self.trees

    @property
    def shows_metadata(self) -> bool:
        """Whether EXIF is read, so that each record shows whether Immich has read the file."""
        return any(name.startswith("exifInfo") for name in self.fields)

    @property
    def requested_fields(self) -> frozenset[str]:
        """The fields to ask for."""
        return self.fields | METADATA_FIELDS if self.shows_metadata else self.fields


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """All that a run sends and checks for its rules."""

    rules: tuple[RulePlan, ...]
    scans: tuple[Scan, ...]
    """Every distinct search, drivers first."""


def merge_scans(rules: tuple[RulePlan, ...]) -> QueryPlan:
    """Returns the plan of a run, with one scan for each distinct search of its rules."""
    branches_by_driver: dict[Query, list[tuple[RulePlan, Branch]]] = {}
    searches: dict[Query, None] = {}
    rules = _without_needless_scoped(rules)
    for rule in rules:
        for branch in rule.branches:
            branches_by_driver.setdefault(branch.driver, []).append((rule, branch))
            searches.update(dict.fromkeys(branch.searches))
    queries = dict.fromkeys((*branches_by_driver, *searches))
    # The proof of a scoped search needs all that its driver finds, a ranking in its order.
    drivers_of_scoped = {branch.driver for rule in rules for branch in rule.branches if branch.scoped}
    keeping_ids = searches.keys() | drivers_of_scoped
    return QueryPlan(
        rules, tuple(_scan(query, branches_by_driver.get(query, []), query in keeping_ids) for query in queries)
    )


def _without_needless_scoped(rules: tuple[RulePlan, ...]) -> tuple[RulePlan, ...]:
    """Returns the rules without scoped searches that stand for one which another rule sends anyway."""
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
    """Returns a tree with some of its searches replaced by others."""

    def change(part: Node, _excludes: bool) -> Node:
        return replace(part, query=queries[part.query]) if isinstance(part, Search) and part.query in queries else part

    return transform(node, change)


def _scan(query: Query, branches: list[tuple[RulePlan, Branch]], keeps_ids: bool) -> Scan:
    filters = tuple(dict.fromkeys(filter_ for _, branch in branches for filter_ in branch.filters))
    keys = tuple(
        dict.fromkeys(
            key for rule, _ in branches for key in rule.rule.split if not needs_details(roots(key.fields), query)
        )
    )
    return Scan(
        query,
        fields=frozenset().union(*(filter_.reads or () for filter_ in filters), *(key.fields for key in keys)),
        filters=filters,
        keys=keys,
        trees=tuple(dict.fromkeys(branch.residual for _, branch in branches)),
        keeps_ids=keeps_ids,
    )


_ABSENT_OF_SMART = FROM_DETAILS | {"people"}


def needs_details(names: frozenset[str] | None, driver: Query) -> bool:
    """Returns whether a search's records lack one of these top-level fields. None stands for all fields."""
    # Immich's smart search returns no people in any version.
    return names is None or not names.isdisjoint(_ABSENT_OF_SMART if driver.kind is Kind.SMART else FROM_DETAILS)


def _included_queries(branch: Branch) -> tuple[Query, ...]:
    included = () if branch.residual is None else leaves_outside_not(branch.residual)
    scoped = {lookup.query for lookup in branch.scoped}
    return tuple(leaf.query for leaf in included if isinstance(leaf, Search) and leaf.query not in scoped)
