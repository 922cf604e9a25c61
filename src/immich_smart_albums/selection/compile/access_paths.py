"""Access paths: lists the branches that could answer some conjuncts, one for each search that can drive it.

    >>> from immich_smart_albums.immich.versions import Capabilities
    >>> from immich_smart_albums.model.version import Version
    >>> from immich_smart_albums.selection.compile.notation import equal, search, write_branch
    >>> from immich_smart_albums.selection.compile.pushdown import Pushdown
    >>> paths = AccessPaths(Pushdown(Capabilities(Version(3, 1)), takes_filter=False), shared=())
    >>> for branch in paths.branches((search(personIds=("emma",)), search(albumIds=("best",)))):
    ...     print(write_branch(branch))
    (personIds=[emma]) | (albumIds=[best], personIds=[emma])
    (albumIds=[best]) | (personIds=[emma])

A branch is a driver, a search that surely finds every match, and after the bar the residual, what must still hold for
the photos that it finds. Nothing is decided here: `rule_compiler` takes the cheapest.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Search, leaves
from immich_smart_albums.selection.compile.algebra import intersect, is_composable, needs_exif, unite, universe
from immich_smart_albums.selection.compile.alternatives import merge_distinct
from immich_smart_albums.selection.compile.relations import is_superset, supersets
from immich_smart_albums.selection.compile.residual import COSTLY, Residual
from immich_smart_albums.selection.compile.simplify import Conjuncts, NodeOrBool, all_of, is_anchored
from immich_smart_albums.selection.query_plan import Branch

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from immich_smart_albums.model.query import Query
    from immich_smart_albums.selection.compile.pushdown import Pushdown

_WITHOUT_EXIF: tuple[frozenset[str], ...] = (frozenset(), frozenset({"people"}))
_ALLOWED = (*_WITHOUT_EXIF, frozenset({"exifInfo"}), COSTLY)
"""Costly fields that a branch may read of its driver's records: each set of them gives a branch of its own."""


@dataclass(frozen=True, slots=True)
class _Driver:
    query: Query
    covered: frozenset[Node]
    """The conjuncts that hold for everything that the search finds, and so need no residual."""


@dataclass(frozen=True, slots=True)
class AccessPaths:
    """Lists the branches for some conjuncts on one server."""

    pushdown: Pushdown
    shared: Container[Query]
    """The searches that are sent anyway."""

    def merge_alternatives(self, alternatives: Sequence[Conjuncts]) -> list[Conjuncts]:
        """Returns the alternatives, with those merged that one search by `filter` can answer.

        `(personIds=[emma]), (personIds=[noah])` → `(personIds any [emma, noah])`. Unchanged if the server takes no
        `filter` (before 3.2).
        """
        if not self.pushdown.takes_filter:
            return list(alternatives)
        groups: dict[tuple[Query | None, bool], dict[Conjuncts, Query]] = {}
        for alternative in alternatives:
            query = _as_query(self.pushdown, All(alternative))
            if query is not None:
                groups.setdefault((universe(query), needs_exif(query)), {})[alternative] = query
        merged: list[Conjuncts] = []
        for queries in groups.values():
            union = unite(list(queries.values()))
            if union is not None and len(queries) > 1:
                alternatives = [alternative for alternative in alternatives if alternative not in queries]
                merged.append((Search(union),))
        return [*merged, *merge_distinct(alternatives, self.pushdown)]

    def fold_disjunctions(self, conjuncts: Conjuncts) -> Conjuncts:
        """Returns the conjuncts, with one search by `filter` in place of each choice that it can answer."""
        if not self.pushdown.takes_filter:
            return conjuncts
        return tuple(self._folded(conjunct) if isinstance(conjunct, Any) else conjunct for conjunct in conjuncts)

    def _folded(self, choice: Any) -> Node:
        query = _as_query(self.pushdown, choice)
        return choice if query is None else Search(query, choice.origin)

    def branches(self, conjuncts: Sequence[Node]) -> Iterator[Branch | None]:
        """Yields branches that each answer the conjuncts by itself. Yields nothing if no conjunct is a search.

        A branch of None means that nothing can match.
        """
        merged = [_narrowed(driver, conjuncts, self.pushdown) for driver in _merged_searches(conjuncts)]
        composable = [driver for driver in merged if is_composable(driver.query)]
        drivers = dict.fromkeys(chain(merged, *(self._variants(driver, conjuncts) for driver in composable)))
        for driver in drivers:
            residual = Residual(self.pushdown, driver.query, [other.query for other in composable], self.shared)
            rest = [conjunct for conjunct in conjuncts if conjunct not in driver.covered]
            yield from self._with_residuals(residual, rest)

    def _variants(self, driver: _Driver, conjuncts: Sequence[Node]) -> Iterator[_Driver]:
        """Yields a narrower driver with all that `filter` can ask for, and wider ones that are read anyway."""
        if self.pushdown.takes_filter:
            query, absorbed = self.pushdown.absorb(driver.query, conjuncts)
            if not absorbed <= driver.covered:
                yield _Driver(query, absorbed | driver.covered)
        for query in supersets(driver.query):
            if query in self.shared:
                covered = (
                    conjunct
                    for conjunct in conjuncts
                    if isinstance(conjunct, Search) and is_superset(conjunct.query, query)
                )
                yield _Driver(query, frozenset(covered))

    def _with_residuals(self, residual: Residual, rest: Sequence[Node]) -> Iterator[Branch | None]:
        """Yields branches of one driver that check the rest by reading more fields, or by more searches."""
        trees: list[NodeOrBool] = []
        # With EXIF, servers leave out photos that have none yet, so a capped search would be sent twice.
        is_capped = residual.driver.kind is Kind.METADATA and residual.driver.limit is not None
        costly = residual.costly_fields(rest)
        for allowed in dict.fromkeys(fields & costly for fields in (_WITHOUT_EXIF if is_capped else _ALLOWED)):
            tree = all_of(residual.assign(conjunct, allowed) for conjunct in rest)
            trees += [tree, residual.fold_searches(tree)] if self.pushdown.takes_filter else [tree]
        for number, tree in enumerate(trees):
            if tree not in trees[:number]:
                yield None if tree is False else Branch(residual.driver, None if tree is True else tree)


def _as_query(pushdown: Pushdown, node: Node) -> Query | None:
    """Returns the search by `filter` that finds just what an anchored node does. None if there is none."""
    composable = (leaf for leaf in leaves(node) if isinstance(leaf, Search) and is_composable(leaf.query))
    driver = next(composable, None) if is_anchored(node) else None
    return None if driver is None else pushdown.as_query(node, driver.query)


def _merged_searches(conjuncts: Sequence[Node]) -> list[_Driver]:
    """Returns the searches among the conjuncts as drivers, merged into as few as can ask for the same."""
    drivers: list[_Driver] = []
    for conjunct in conjuncts:
        if isinstance(conjunct, Search):
            drivers = _merged_with(drivers, conjunct)
    return drivers


def _merged_with(drivers: list[_Driver], search: Search) -> list[_Driver]:
    for index, driver in enumerate(drivers):
        merged = intersect(driver.query, search.query)
        if merged is not None:
            return [*drivers[:index], _Driver(merged, driver.covered | {search}), *drivers[index + 1 :]]
    return [*drivers, _Driver(search.query, frozenset({search}))]


def _narrowed(driver: _Driver, conjuncts: Sequence[Node], pushdown: Pushdown) -> _Driver:
    """Returns the driver with the conditions of filters that have a search; it covers those that mean just that."""
    for conjunct in conjuncts:
        if not isinstance(conjunct, Filter):
            continue
        if is_composable(driver.query):
            superset = pushdown.superset_of(conjunct, driver.query)
            merged = None if superset is None else intersect(driver.query, superset)
            covered = {conjunct} if conjunct.superset_is_exact else set()
        else:
            merged, covered = pushdown.superset_in_album(conjunct, driver.query), set()
        if merged is not None:
            driver = _Driver(merged, driver.covered | covered)
    return driver
