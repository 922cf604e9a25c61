"""The scope of a rule: where its parts look that do not set their own.

A rule looks at the timeline. If a part outside every `not` sets another scope, such as the archive, all other parts
look there, too:

    (city='Nice', visibility=archive) & not (personIds=[ben])
    (city='Nice', visibility=archive) & not (personIds=[ben], visibility=archive)

Otherwise every archived photo of Ben would be let through. A part under `not`, however deep, never widens the scope.
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
    scope = scope_of(node)
    scoped = with_scope(node, scope)
    everything = Search(scope.narrow(Query(Kind.METADATA)), node.origin)
    if any(not scope.covers(query) for query in _including(scoped)):
        return All((everything, scoped))  # a `not` under a `not` includes what lies beyond the scope
    return scoped if scope == TIMELINE_ONLY else _anchored(scoped, everything)


def scope_of(node: Node) -> Scope:
    """Returns the scope of a match: where its searches outside every `not` look."""
    return Scope.of((WHOLE_LIBRARY, *_searches(leaves_outside_not(node))))


def everything_of(match: Node) -> Search:
    """Returns the search for everything where a match can hold."""
    scope = scope_of(match)
    visibility = _visibility(match, scope.visibility) or scope.visibility
    return Search(replace(scope, visibility=visibility).narrow(Query(Kind.METADATA)), match.origin)


def with_scope(node: Node, scope: Scope) -> Node:
    """Returns the tree with this scope in all parts that do not set their own.

    Children of `All` look only where all of them can hold.
    """
    if scope == TIMELINE_ONLY:
        return node  # which is how it was read
    match node:
        case Search():
            return replace(node, query=scope.narrow(node.query, placed=_sets_visibility(node)))
        case Filter():
            return replace(node, superset=None if node.superset is None else scope.narrow(node.superset))
        case Reference():
            return replace(node, scope=scope)
        case Not():
            return replace(node, child=with_scope(node.child, scope))
        case All():
            visibilities = (_visibility(child, scope.visibility) for child in node.children)
            narrowed = replace(scope, visibility=reduce(frozenset.intersection, visibilities) or scope.visibility)
            return replace(node, children=tuple(with_scope(child, narrowed) for child in node.children))
        case _:
            return replace(node, children=tuple(with_scope(child, scope) for child in node.children))


def _including(node: Node) -> Iterator[Query]:
    """Returns the searches that include what they find: those under an even number of `not`."""
    return _searches(leaf for leaf, excludes in signed_leaves(node) if not excludes)


def _searches(leaves: Iterable[Leaf]) -> Iterator[Query]:
    return (leaf.query for leaf in leaves if isinstance(leaf, Search))


def _sets_visibility(leaf: Search) -> bool:
    return leaf.sets_scope or leaf.query.visibility != TIMELINE_ONLY.visibility


def _visibility(node: Node, everywhere: frozenset[Visibility]) -> frozenset[Visibility]:
    """Returns the visibilities in which a tree can hold, of those of its rule."""
    return fold(
        node,
        lambda leaf: leaf.query.visibility if isinstance(leaf, Search) and _sets_visibility(leaf) else everywhere,
        all_of=lambda parts: everywhere.intersection(*parts),
        any_of=lambda parts: everywhere & frozenset().union(*parts),
        negate=lambda _: everywhere,
    )


def _anchored(node: Node, everything: Search) -> Node:
    """Returns the tree with a search for the whole scope beside each part that has no search to anchor it.

    Without that, "not in Nice" would be about the timeline alone.
    """
    if _is_anchored(node):
        return node
    match node:
        case Any():
            return replace(node, children=tuple(_anchored(child, everything) for child in node.children))
        case All():
            return replace(node, children=(everything, *node.children))
        case _:
            return All((everything, node))


def _is_anchored(node: Node) -> bool:
    """Returns whether the searches of a tree surely find all that it can match."""
    return fold(node, _is_anchor, all_of=any, any_of=all, negate=lambda _: False)


def _is_anchor(leaf: Leaf) -> bool:
    if isinstance(leaf, Reference):
        return leaf.kind not in {EntityKind.ME, EntityKind.USER}  # which become filters
    return isinstance(leaf, Search)
