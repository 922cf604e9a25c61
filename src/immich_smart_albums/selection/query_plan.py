"""What a run sends, and what it looks at: the values that `lower` makes and `evaluate` works off.

A rule becomes *parts*, alternatives of which each is one search (its *frame*) and a tree of what must hold of the
assets that it finds. Everything that the parts of all rules need of one search is put together in one *reading*, so
that every distinct search is sent once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from immich_smart_albums.model.cached_hash import cached_hash
from immich_smart_albums.model.query import Kind
from immich_smart_albums.rules.local_filters.asset_shape import FROM_DETAILS
from immich_smart_albums.rules.tree import Filter, Node, Search, leaves, leaves_outside_not, roots
from immich_smart_albums.selection.stages import METADATA_FIELDS

if TYPE_CHECKING:
    from immich_smart_albums.model.query import Query
    from immich_smart_albums.rules.tree import Leaf, Rule, SplitKey


@cached_hash
@dataclass(frozen=True)
class Branch:
    """One alternative of a rule: what a search finds, as far as a tree holds for it.

    What is derived from the tree is worked out once for each object, and not for all that are equal.
    """

    driver: Query
    residual: Node | None = None
    """None: everything that the frame finds matches."""
    cached: int = field(init=False, repr=False, compare=False)

    @cached_property
    def searches(self) -> tuple[Query, ...]:
        """The searches of which the tree needs the ids of everything that they find."""
        queries = dict.fromkeys(leaf.query for leaf in self._leaves if isinstance(leaf, Search))
        return tuple(query for query in queries if query != self.driver)

    @cached_property
    def filters(self) -> tuple[Filter, ...]:
        """The checks on the frame's records, as they stream by."""
        return tuple(check for check in self._filters if not needs_details(check.roots, self.driver))

    @cached_property
    def detail_filters(self) -> tuple[Filter, ...]:
        """The checks that need each asset asked for by itself."""
        return tuple(check for check in self._filters if needs_details(check.roots, self.driver))

    @cached_property
    def fields(self) -> frozenset[str]:
        """The top-level fields of the frame's records that its checks read."""
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
    """What messages call it; empty where there is one rule only."""

    @property
    def queries(self) -> frozenset[Query]:
        """Every search that it depends on."""
        return frozenset(query for part in self.branches for query in (part.driver, *part.searches))

    @property
    def ranking(self) -> tuple[Query, ...]:
        """The smart searches whose order says which assets are best: those that an asset is in because it matches."""
        return tuple(
            dict.fromkeys(
                query
                for part in self.branches
                for query in (part.driver, *_included_queries(part.residual))
                if query.kind is Kind.SMART
            )
        )


@cached_hash
@dataclass(frozen=True, slots=True)
class Scan:
    """One search of a run, and what is looked at while its records stream by."""

    query: Query
    fields: frozenset[str]
    """What to read of each asset: `exifInfo.make`, `people`, …"""
    filters: tuple[Filter, ...]
    keys: tuple[SplitKey, ...]
    """The keys by which rules split what they find here."""
    trees: tuple[Node | None, ...]
    """Of the parts that have this search as their frame. None of them possible: the asset is not kept."""
    keeps_ids: bool
    """Whether some part needs the ids of everything that is found."""
    cached: int = field(init=False, repr=False, compare=False)

    @property
    def is_complete(self) -> bool:
        """Whether the ids of everything that it finds are kept."""
        return self.keeps_ids or not self.trees or None in self.trees

    @property
    def shows_metadata(self) -> bool:
        """Whether EXIF is read: then it is noted of each asset whether it shows that Immich has read the file."""
        return any(each.startswith("exifInfo") for each in self.fields)

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
    """The plan of a run: each search of its rules once, with all that they need of it."""
    frames: dict[Query, list[tuple[RulePlan, Branch]]] = {}
    searches: dict[Query, None] = {}
    for rule in rules:
        for part in rule.branches:
            frames.setdefault(part.driver, []).append((rule, part))
            searches.update(dict.fromkeys(part.searches))
    queries = dict.fromkeys((*frames, *searches))
    return QueryPlan(rules, tuple(_scan(query, frames.get(query, []), query in searches) for query in queries))


def _scan(query: Query, parts: list[tuple[RulePlan, Branch]], keeps_ids: bool) -> Scan:
    checks = tuple(dict.fromkeys(check for _, part in parts for check in part.filters))
    keys = tuple(
        dict.fromkeys(
            key for rule, _ in parts for key in rule.rule.split if not needs_details(roots(key.fields), query)
        )
    )
    return Scan(
        query,
        fields=frozenset().union(*(check.reads or () for check in checks), *(key.fields for key in keys)),
        filters=checks,
        keys=keys,
        trees=tuple(dict.fromkeys(part.residual for _, part in parts)),
        keeps_ids=keeps_ids,
    )


_ABSENT_OF_SMART = FROM_DETAILS | {"people"}


def needs_details(names: frozenset[str] | None, frame: Query) -> bool:
    """Whether a search's records lack one of these top-level fields (None: any), so that each asset is asked for."""
    # Immich's smart search returns no people in any version.
    return names is None or not names.isdisjoint(_ABSENT_OF_SMART if frame.kind is Kind.SMART else FROM_DETAILS)


def _included_queries(node: Node | None) -> tuple[Query, ...]:
    found = () if node is None else leaves_outside_not(node)
    return tuple(leaf.query for leaf in found if isinstance(leaf, Search))
