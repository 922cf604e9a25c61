"""The residual: what must still hold for what a driver finds, by filters on its records or by other searches.

    >>> from immich_smart_albums.immich.versions import Capabilities
    >>> from immich_smart_albums.model.version import Version
    >>> from immich_smart_albums.selection.compile.notation import equal, search, write
    >>> from immich_smart_albums.selection.compile.pushdown import Pushdown
    >>> pushdown, nice = Pushdown(Capabilities(Version(3, 1)), takes_filter=False), search(city="Nice").query
    >>> residual = Residual(pushdown, nice, [nice], shared=())
    >>> rest = All((Not(search(personIds=("ben",))), equal("rating", 5)))
    >>> print(write(rest))
    not (personIds=[ben]) & <rating=5>

A search is narrowed to what the driver finds, since nothing else of it is needed:

    >>> print(write(residual.assign(rest, allowed=frozenset({"exifInfo"}))))
    not (city='Nice', personIds=[ben]) & <rating=5>

If the driver is read without EXIF, a search takes the place of the filter:

    >>> print(write(residual.assign(rest, allowed=frozenset())))
    not (city='Nice', personIds=[ben]) & (city='Nice', rating=5)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from immich_smart_albums.rules.tree import All, Any, Filter, Not, Search, leaves
from immich_smart_albums.selection.compile.algebra import (
    intersect,
    is_composable,
    narrow_album,
    needs_exif,
    unite,
    universe,
)
from immich_smart_albums.selection.compile.relations import why_disjoint
from immich_smart_albums.selection.compile.simplify import (
    NodeOrBool,
    all_of,
    any_of,
    is_anchored,
    merge_searches,
    negate,
)
from immich_smart_albums.selection.query_plan import needs_details

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Sequence

    from immich_smart_albums.model.query import Query
    from immich_smart_albums.rules.tree import Leaf, Node
    from immich_smart_albums.selection.compile.pushdown import Pushdown

COSTLY = frozenset({"exifInfo", "people"})
"""Top-level fields that make a search slower if it returns them."""


@dataclass(frozen=True, slots=True)
class Residual:
    """Turns trees that must hold for what a driver finds into filters on its records and lookups in searches."""

    pushdown: Pushdown
    driver: Query
    scopes: Sequence[Query]
    """Composable searches that must hold, too; another search is narrowed to the first that it can be merged with."""
    shared: Container[Query]
    """The searches that are sent anyway, and so stay as they are."""

    def assign(self, node: Node, allowed: frozenset[str]) -> NodeOrBool:
        """Returns a tree with each leaf as a filter on the driver's records, or else as a search.

        Where both would do it is the filter, if that reads no costly fields but the `allowed` ones. Raises TypeError
        for a name that was not looked up.
        """
        match node:
            case Search():
                filter_ = self.pushdown.as_filter(node, self.driver)
                return filter_ if filter_ is not None and _costly(filter_) <= allowed else self._membership(node)
            case Filter():
                superset = self.pushdown.superset_of(node, self.driver) if node.superset_is_exact else None
                is_cheap = not needs_details(node.roots, self.driver) and _costly(node) <= allowed
                return node if is_cheap or superset is None else self._membership(Search(superset, node.origin))
            case Not():
                return negate(self.assign(node.child, allowed), node.origin)
            case All():
                tree = all_of((self.assign(child, allowed) for child in node.children), node.origin)
                return merge_searches(tree) if isinstance(tree, All) else tree
            case Any():
                return any_of((self.assign(child, allowed) for child in node.children), node.origin)
            case _:
                message = f"{node.key} was not looked up"
                raise TypeError(message)

    def costly_fields(self, nodes: Iterable[Node]) -> frozenset[str]:
        """Returns the costly fields that make a difference to `assign` if they are allowed."""
        return frozenset[str]().union(*(self._costly_of(leaf) for node in nodes for leaf in leaves(node)))

    def _costly_of(self, leaf: Leaf) -> frozenset[str]:
        match leaf:
            case Search():
                filter_ = self.pushdown.as_filter(leaf, self.driver)
                return frozenset() if filter_ is None else _costly(filter_)
            case Filter() if leaf.superset_is_exact:
                return _costly(leaf)
            case _:
                return frozenset()

    def _membership(self, search: Search) -> NodeOrBool:
        """Returns a search as narrow as can be. False if it has nothing in common with what must hold."""
        if any(why_disjoint(query, search.query) for query in (self.driver, *self.scopes)):
            return False
        if search.query in self.shared:
            return search
        narrowed = (intersect(scope, search.query) or narrow_album(search.query, scope) for scope in self.scopes)
        return replace(search, query=next((merged for merged in narrowed if merged is not None), search.query))

    def fold_searches(self, tree: NodeOrBool) -> NodeOrBool:
        """Returns the tree with one search by `filter` in place of several that stand side by side."""
        match tree:
            case Any():
                unions, taken = self._unite(tree.children)
                others = (self.fold_searches(child) for child in tree.children if child not in taken)
                return any_of(chain(unions, others), tree.origin)
            case All():
                children = self._absorb(tree.children)
                unions, taken = self._unite([child.child for child in children if isinstance(child, Not)])
                others = (child for child in children if not (isinstance(child, Not) and child.child in taken))
                return all_of(chain(map(self.fold_searches, others), map(Not, unions)), tree.origin)
            case _:
                return tree

    def _absorb(self, nodes: Sequence[Node]) -> Sequence[Node]:
        """Returns trees that must hold together, each search narrowed to those of the others that it can ask for."""
        for absorber in nodes:
            if isinstance(absorber, Search) and is_composable(absorber.query):
                query, taken = self.pushdown.absorb(absorber.query, filter(_is_searched, nodes))
                if len(taken) > 1:
                    return self._absorb(
                        [replace(absorber, query=query), *(node for node in nodes if node not in taken)]
                    )
        return nodes

    def _unite(self, nodes: Sequence[Node]) -> tuple[list[Search], Collection[Node]]:
        """Returns searches that each find the union of two or more nodes, and the nodes that they stand for."""
        first = next((leaf for node in nodes for leaf in leaves(node) if _is_plain_search(leaf)), None)
        if not isinstance(first, Search):
            return [], ()
        is_in_universe = universe(first.query) == universe(self.driver)
        candidates = [node for node in nodes if _is_searched(node) and (is_in_universe or is_anchored(node))]
        queries = {node: self.pushdown.as_query(node, first.query) for node in candidates}
        unions: list[Search] = []
        taken: set[Node] = set()
        for is_in_exif in (False, True):
            alike = {node: query for node, query in queries.items() if query and needs_exif(query) is is_in_exif}
            union = unite(list(alike.values())) if len(alike) > 1 else None
            if union is not None:
                unions.append(replace(first, query=union))
                taken |= alike.keys()
        return unions, taken


def _is_searched(node: Node) -> bool:
    """Returns whether a tree has no filters."""
    return not any(isinstance(leaf, Filter) for leaf in leaves(node))


def _is_plain_search(leaf: Node) -> bool:
    return isinstance(leaf, Search) and is_composable(leaf.query)


def _costly(filter_: Filter) -> frozenset[str]:
    return COSTLY if filter_.roots is None else filter_.roots & COSTLY
