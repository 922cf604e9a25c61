"""Access paths: the branches that could answer conjuncts, things that must hold together, each from one driver.

    >>> from immich_smart_albums.immich.versions import Capabilities
    >>> from immich_smart_albums.model.version import Version
    >>> from immich_smart_albums.selection.compile.notation import equal, search, write_branch
    >>> from immich_smart_albums.selection.compile.pushdown import Pushdown
    >>> paths = AccessPaths(Pushdown(Capabilities(Version(3, 1)), takes_filter=False), shared=())
    >>> for branch in paths.branches((search(personIds=("emma",)), search(albumIds=("best",)))):
    ...     print(write_branch(branch))
    (personIds=[emma]) | (albumIds=[best], personIds=[emma])
    (albumIds=[best]) | (personIds=[emma])

A branch is a driver, a search that surely finds every match, and the residual, what must still hold of what it finds
(written behind the bar). Nothing here decides: the planner takes the cheapest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Search, leaves
from immich_smart_albums.selection.compile.algebra import intersect, is_composable, needs_exif, unite, universe
from immich_smart_albums.selection.compile.alternatives import merge_distinct
from immich_smart_albums.selection.compile.relations import is_superset, supersets
from immich_smart_albums.selection.compile.residual import COSTLY, Residual
from immich_smart_albums.selection.compile.simplify import NodeOrBool, all_of, is_anchored
from immich_smart_albums.selection.query_plan import Branch

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from immich_smart_albums.model.query import Query
    from immich_smart_albums.selection.compile.pushdown import Pushdown

Conjuncts = tuple[Node, ...]
"""Things that must hold together."""

_WITHOUT_EXIF: tuple[frozenset[str], ...] = (frozenset(), frozenset({"people"}))
_CHOICES = (*_WITHOUT_EXIF, frozenset({"exifInfo"}), COSTLY)


@dataclass(frozen=True, slots=True)
class _Driver:
    query: Query
    covered: frozenset[Node]
    """The conjuncts that surely hold for everything that the search finds."""


@dataclass(frozen=True, slots=True)
class AccessPaths:
    """Lists the ways to answer some conjuncts on one server, given the searches that are sent anyway."""

    pushdown: Pushdown
    shared: Container[Query]
    """The searches that others send."""

    def merge_alternatives(self, alternatives: Sequence[Conjuncts]) -> list[Conjuncts]:
        """Returns the alternatives, with those merged that one search by `filter` can answer together.

        The same ones if the server takes no `filter` (before 3.2).
        """
        if not self.pushdown.takes_filter:
            return list(alternatives)
        by_place: dict[tuple[Query | None, bool], dict[Conjuncts, Query]] = {}
        for alternative in alternatives:
            query = _as_query(self.pushdown, All(alternative))
            if query is not None:
                by_place.setdefault((universe(query), needs_exif(query)), {})[alternative] = query
        together: list[Conjuncts] = []
        for queries in by_place.values():
            one = unite(list(queries.values()))
            if one is not None and len(queries) > 1:
                alternatives = [alternative for alternative in alternatives if alternative not in queries]
                together.append((Search(one),))
        return [*together, *merge_distinct(alternatives, self.pushdown)]

    def fold_disjunctions(self, conjuncts: Conjuncts) -> Conjuncts:
        """Returns the conjuncts, each choice that one search by `filter` can answer replaced by that search."""
        if not self.pushdown.takes_filter:
            return conjuncts
        return tuple(self._folded(conjunct) if isinstance(conjunct, Any) else conjunct for conjunct in conjuncts)

    def _folded(self, choice: Any) -> Node:
        query = _as_query(self.pushdown, choice)
        return choice if query is None else Search(query, choice.origin)

    def branches(self, conjuncts: Sequence[Node]) -> Iterator[Branch | None]:
        """Yields the branches that could answer things that must hold together, each complete by itself.

        A branch of None says that nothing can match. Yields nothing where no search among the conjuncts bounds them.
        """
        merged = [_narrowed(driver, conjuncts, self.pushdown) for driver in _merged_searches(conjuncts)]
        plain = [driver for driver in merged if is_composable(driver.query)]
        drivers = dict.fromkeys(merged)
        for driver in plain:
            if self.pushdown.takes_filter:
                query, absorbed = self.pushdown.absorb(driver.query, conjuncts)
                if not absorbed <= driver.covered:
                    drivers[_Driver(query, absorbed | driver.covered)] = None
            # What is read anyway may as well be the driver.
            for query in filter(self.shared.__contains__, supersets(driver.query)):
                implied = (
                    conjunct
                    for conjunct in conjuncts
                    if isinstance(conjunct, Search) and is_superset(conjunct.query, query)
                )
                drivers[_Driver(query, frozenset(implied))] = None
        for driver in drivers:
            residual = Residual(self.pushdown, driver.query, [other.query for other in plain], self.shared)
            rest = [conjunct for conjunct in conjuncts if conjunct not in driver.covered]
            yield from self._with_residuals(residual, rest)

    def _with_residuals(self, residual: Residual, rest: Sequence[Node]) -> Iterator[Branch | None]:
        """Branches of one driver that differ in how the rest is checked: with more fields read, or more searches."""
        known: list[NodeOrBool] = []
        # With EXIF, servers leave out what has none yet, so that what is capped is asked for twice.
        is_capped = residual.driver.kind is Kind.METADATA and residual.driver.limit is not None
        costly = residual.costly_fields(rest)
        for allowed in dict.fromkeys(fields & costly for fields in (_WITHOUT_EXIF if is_capped else _CHOICES)):
            flat = all_of(residual.assign(conjunct, allowed) for conjunct in rest)
            for tree in (flat, residual.fold_searches(flat)) if self.pushdown.takes_filter else (flat,):
                if tree not in known:
                    known.append(tree)
                    yield None if tree is False else Branch(residual.driver, None if tree is True else tree)


def _as_query(pushdown: Pushdown, node: Node) -> Query | None:
    """A node as a search by `filter` that finds the same and nothing else. None if there is none."""
    # A node that its searches do not bound would only be said of the place in which one of them looks.
    plain = (leaf for leaf in leaves(node) if isinstance(leaf, Search) and is_composable(leaf.query))
    driver = next(plain, None) if is_anchored(node) else None
    return None if driver is None else pushdown.as_query(node, driver.query)


def conjuncts_of(node: Node) -> Conjuncts:
    """Returns the things that must hold together for a node: its children if it is `All`, else itself."""
    return node.children if isinstance(node, All) else (node,)


def _merged_searches(conjuncts: Sequence[Node]) -> list[_Driver]:
    """The searches among the conjuncts, merged into as few as can say the same, each with those that it covers."""
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
    """A driver that finds only what filters may let pass. It covers those filters that mean just what it asks for."""
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
