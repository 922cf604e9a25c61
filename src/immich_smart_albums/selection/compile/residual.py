"""The residual: what is left to hold for what a driver finds, on its records or against the ids of other searches.

    >>> from immich_smart_albums.immich.versions import Capabilities
    >>> from immich_smart_albums.model.version import Version
    >>> from immich_smart_albums.selection.compile.notation import equal, search, write
    >>> from immich_smart_albums.selection.compile.pushdown import Pushdown
    >>> pushdown, nice = Pushdown(Capabilities(Version(3, 1)), takes_filter=False), search(city="Nice").query
    >>> residual = Residual(pushdown, nice, [nice], shared=())
    >>> rest = All((Not(search(personIds=("ben",))), equal("rating", 5)))
    >>> print(write(residual.assign(rest, allowed=frozenset({"exifInfo"}))))
    not (city='Nice', personIds=[ben]) & <rating=5>
    >>> print(write(residual.assign(rest, allowed=frozenset())))
    not (city='Nice', personIds=[ben]) & (city='Nice', rating=5)

Other searches are narrowed to whatever must hold as well, since nothing else is asked of them.
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
"""Fields of records that a search returns for a price."""


@dataclass(frozen=True, slots=True)
class Residual:
    """Turns what must hold beside a driver into filters on its records and lookups in other searches."""

    pushdown: Pushdown
    driver: Query
    scopes: Sequence[Query]
    """Plain searches that must hold; others are narrowed to the first that takes them."""
    shared: Container[Query]
    """Searches that are sent in any case, as they are."""

    def assign(self, node: Node, allowed: frozenset[str]) -> NodeOrBool:
        """Returns a node with each leaf as the filter, or the search, that tells it at the least cost.

        `allowed` are the costly fields that may be read of the driver's records where a search would do as well. Raises
        TypeError for a name that was not looked up.
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
        """Returns the costly fields that decide, by being allowed or not, how `assign` answers some nodes."""
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
        """A search for ids, as narrow as can be. False if it has nothing in common with what must hold."""
        if any(why_disjoint(query, search.query) for query in (self.driver, *self.scopes)):
            return False
        if search.query in self.shared:
            return search
        narrowed = (intersect(scope, search.query) or narrow_album(search.query, scope) for scope in self.scopes)
        return replace(search, query=next((merged for merged in narrowed if merged is not None), search.query))

    def fold_searches(self, tree: NodeOrBool) -> NodeOrBool:
        """Returns a tree in which searches that stand side by side are one search by `filter`."""
        match tree:
            case Any():
                one, taken = self._any_in_one(tree.children)
                others = (self.fold_searches(child) for child in tree.children if child not in taken)
                return any_of(chain(one, others), tree.origin)
            case All():
                children = self._absorb(tree.children)
                one, taken = self._any_in_one([child.child for child in children if isinstance(child, Not)])
                left = (child for child in children if not (isinstance(child, Not) and child.child in taken))
                return all_of(chain(map(self.fold_searches, left), (Not(search) for search in one)), tree.origin)
            case _:
                return tree

    def _absorb(self, nodes: Sequence[Node]) -> Sequence[Node]:
        """Things that must hold together, each search with what it can take in of the others."""
        for absorber in nodes:
            if isinstance(absorber, Search) and is_composable(absorber.query):
                query, taken = self.pushdown.absorb(absorber.query, filter(_is_searched, nodes))
                if len(taken) > 1:
                    return self._absorb(
                        [replace(absorber, query=query), *(node for node in nodes if node not in taken)]
                    )
        return nodes

    def _any_in_one(self, nodes: Sequence[Node]) -> tuple[list[Search], Collection[Node]]:
        """Searches for any of some nodes, each for two or more that one can find, and the nodes that they answer."""
        first = next((leaf for node in nodes for leaf in leaves(node) if _is_plain_search(leaf)), None)
        if not isinstance(first, Search):
            return [], ()
        looks_there = universe(first.query) == universe(self.driver)
        candidates = (node for node in nodes if _is_searched(node) and (looks_there or is_anchored(node)))
        queries = ((node, self.pushdown.as_query(node, first.query)) for node in candidates)
        queries_of = {node: query for node, query in queries if query is not None}
        searches: list[Search] = []
        taken: set[Node] = set()
        for is_in_exif in (False, True):
            alike = {node: query for node, query in queries_of.items() if needs_exif(query) is is_in_exif}
            one = unite(list(alike.values())) if len(alike) > 1 else None
            if one is not None:
                searches.append(replace(first, query=one))
                taken |= alike.keys()
        return searches, taken


def _is_searched(node: Node) -> bool:
    """Whether nothing of a node is checked here."""
    return not any(isinstance(leaf, Filter) for leaf in leaves(node))


def _is_plain_search(leaf: Node) -> bool:
    return isinstance(leaf, Search) and is_composable(leaf.query)


def _costly(filter_: Filter) -> frozenset[str]:
    return COSTLY if filter_.roots is None else filter_.roots & COSTLY
