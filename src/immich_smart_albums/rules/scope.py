"""How far a rule looks, so that its parts that do not say where to look do so as far.

A rule covers the timeline. It reaches into the archive or the trash where a part of it that stands outside every `not`
says so, and then everything else in it looks there, too: an exclude that looked at the timeline alone, beside an
include of the archive, would let every archived photo through. What stands under `not`, however deep, excludes from
where the rule looks, and never makes it look further.
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query, Scope, Visibility
from immich_smart_albums.rules.tree import All, Any, EntityKind, Filter, Node, Not, Reference, Search

if TYPE_CHECKING:
    from collections.abc import Iterator


TIMELINE_ONLY = Scope()


def scope_rule(node: Node) -> Node:
    """The whole match of a rule, with every part looking as far as the rule reaches."""
    reach = scope_of(node)
    far = with_scope(node, reach)
    everything = Search(reach.narrow(Query(Kind.METADATA)), node.origin)
    if any(not reach.covers(query) for query in _found(far, wanted=True)):
        return All((everything, far))  # an exclude of an exclude brings in what lies beyond
    return far if reach == TIMELINE_ONLY else _bounded(far, everything)


def scope_of(node: Node) -> Scope:
    """How far the match of a rule reaches."""
    return Scope.of((WHOLE_LIBRARY, *_outside(node)))


def with_scope(node: Node, reach: Scope) -> Node:
    """A node whose parts look this far, but for those that say themselves where they look.

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


def _outside(node: Node) -> Iterator[Query]:
    """The searches outside every `not`."""
    match node:
        case All() | Any():
            for child in node.children:
                yield from _outside(child)
        case Search():
            yield node.query
        case _:
            pass


def _found(node: Node, *, wanted: bool) -> Iterator[Query]:
    """The searches that bring in what they find: those under no `not`, or an even number of them."""
    match node:
        case Not():
            yield from _found(node.child, wanted=not wanted)
        case All() | Any():
            for child in node.children:
                yield from _found(child, wanted=wanted)
        case Search() if wanted:
            yield node.query
        case _:
            pass


def _is_placed(leaf: Search) -> bool:
    return leaf.sets_scope or leaf.query.visibility != TIMELINE_ONLY.visibility


def _places(node: Node, everywhere: frozenset[Visibility]) -> frozenset[Visibility]:
    """Where a node can hold."""
    match node:
        case Search() if _is_placed(node):
            return node.query.visibility
        case All():
            return everywhere.intersection(*(_places(child, everywhere) for child in node.children))
        case Any():
            return everywhere & frozenset().union(*(_places(child, everywhere) for child in node.children))
        case _:
            return everywhere


def _bounded(node: Node, everything: Search) -> Node:
    """The node with what nothing else bounds searched for among everything that the rule reaches.

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
    match node:
        case Search():
            return True
        case Reference():
            return node.kind not in {EntityKind.ME, EntityKind.USER}  # these are looked for in records
        case All():
            return any(map(_is_bounded, node.children))
        case Any():
            return all(map(_is_bounded, node.children))
        case _:
            return False
