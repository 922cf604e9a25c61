"""The scope of a rule: where those of its parts look that do not say it themselves.

A rule covers the timeline. It reaches into the archive or the trash where a part of it that stands outside every `not`
says so, and then everything else in it looks there, too: an exclude that looked at the timeline alone, beside an
include of the archive, would let every archived photo through. What stands under `not`, however deep, excludes from
where the rule looks, and never makes it look further.
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query, Visibility
from immich_smart_albums.model.scope import Scope
from immich_smart_albums.rules.tree import (
    All,
    Any,
    EntityKind,
    Filter,
    Node,
    Not,
    Reference,
    Search,
    fold,
    leaves_outside_not,
    signed_leaves,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from immich_smart_albums.rules.tree import Leaf


TIMELINE_ONLY = Scope()


def scope_rule(node: Node) -> Node:
    """Returns the match of a rule with the rule's scope in every part."""
    reach = scope_of(node)
    far = with_scope(node, reach)
    everything = Search(reach.narrow(Query(Kind.METADATA)), node.origin)
    if any(not reach.covers(query) for query in _brought_in(far)):
        return All((everything, far))  # an exclude of an exclude brings in what lies beyond
    return far if reach == TIMELINE_ONLY else _bounded(far, everything)


def scope_of(node: Node) -> Scope:
    """Returns the scope of a match: where its searches outside every `not` look."""
    return Scope.of((WHOLE_LIBRARY, *_searches(leaves_outside_not(node))))


def everything_of(match: Node) -> Search:
    """Returns a search for all that lies where a match can hold, whatever else its parts ask for."""
    reach = scope_of(match)
    places = _places(match, reach.visibility) or reach.visibility
    return Search(replace(reach, visibility=places).narrow(Query(Kind.METADATA)), match.origin)


def with_scope(node: Node, reach: Scope) -> Node:
    """Returns the node with this scope in all parts that do not set their own.

    Parts that must hold together look only where all of them can hold.
    """
    if reach == TIMELINE_ONLY:
        return node  # as it was read
    match node:
        case Search():
            return replace(node, query=reach.narrow(node.query, placed=_is_placed(node)))
        case Filter():
            return replace(node, superset=None if node.superset is None else reach.narrow(node.superset))
        case Reference():
            return replace(node, scope=reach)
        case Not():
            return replace(node, child=with_scope(node.child, reach))
        case All():
            common = reduce(frozenset.intersection, (_places(child, reach.visibility) for child in node.children))
            narrowed = replace(reach, visibility=common or reach.visibility)
            return replace(node, children=tuple(with_scope(child, narrowed) for child in node.children))
        case _:
            return replace(node, children=tuple(with_scope(child, reach) for child in node.children))


def _brought_in(node: Node) -> Iterator[Query]:
    """Returns the searches that bring in what they find: those under an even number of `not`."""
    return _searches(leaf for leaf, excludes in signed_leaves(node) if not excludes)


def _searches(leaves: Iterable[Leaf]) -> Iterator[Query]:
    return (leaf.query for leaf in leaves if isinstance(leaf, Search))


def _is_placed(leaf: Search) -> bool:
    return leaf.sets_scope or leaf.query.visibility != TIMELINE_ONLY.visibility


def _places(node: Node, everywhere: frozenset[Visibility]) -> frozenset[Visibility]:
    """Returns where a node can hold."""
    return fold(
        node,
        lambda leaf: leaf.query.visibility if isinstance(leaf, Search) and _is_placed(leaf) else everywhere,
        all_of=lambda places: everywhere.intersection(*places),
        any_of=lambda places: everywhere & frozenset().union(*places),
        negate=lambda _: everywhere,
    )


def _bounded(node: Node, everything: Search) -> Node:
    """Returns the node, with a search for the whole scope where nothing else bounds it.

    Without that, "not in Nice" would be about the timeline alone.
    """
    if _is_bounded(node):
        return node
    match node:
        case Any():
            return replace(node, children=tuple(_bounded(child, everything) for child in node.children))
        case All():
            return replace(node, children=(everything, *node.children))
        case _:
            return All((everything, node))


def _is_bounded(node: Node) -> bool:
    """Whether searches of the node surely find all that it can match."""
    return fold(node, _is_bounded_leaf, all_of=any, any_of=all, negate=lambda _: False)


def _is_bounded_leaf(leaf: Leaf) -> bool:
    if isinstance(leaf, Reference):
        return leaf.kind not in {EntityKind.ME, EntityKind.USER}  # these are looked for in records
    return isinstance(leaf, Search)
