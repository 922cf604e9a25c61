"""Rule → the same rule in its plain form: flat, without duplicates and contradictions, anchored to searches.

    >>> from immich_smart_albums.selection.compile.notation import equal, search, write
    >>> rule = Not(Any((Not(search(city="Nice")), search(personIds=("ben",)), Not(Not(equal("rating", 5))))))
    >>> print(write(rule))
    not (not (city='Nice') or (personIds=[ben]) or not not <rating=5>)
    >>> print(write(simplify(rule, [])))
    (city='Nice') & not (personIds=[ben]) & not <rating=5>

A tree may hold for photos that no search of it finds: "not in Nice" holds for most of the photos in the world. Such a
tree is about the timeline, or about where its filters look, and gets a search for that beside it, its *anchor*. From
then on it means the same on any set of assets.

    >>> print(write(anchored(Not(search(city="Nice")))))
    (the whole timeline) & not (city='Nice')
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query, Visibility
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Not, Search
from immich_smart_albums.selection.compile.algebra import intersect, universe
from immich_smart_albums.selection.compile.relations import why_disjoint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from immich_smart_albums.model.span import Place

_ANYWHERE = frozenset(Visibility)

NodeOrBool = Node | bool
"""A tree; True if everything matches, False if nothing can."""

Conjuncts = tuple[Node, ...]
"""Trees that must hold together."""


def conjuncts_of(node: Node) -> Conjuncts:
    """Returns the children of `All`; of another node itself."""
    return node.children if isinstance(node, All) else (node,)


def anchored(node: Node) -> Node:
    """Returns the tree with as few searches added as it takes for its searches to find all that it can match."""
    if is_anchored(node):
        return node
    match node:
        case Any() if any(map(_has_search, node.children)) or len({_scope(child) for child in node.children}) > 1:
            return replace(node, children=tuple(anchored(child) for child in node.children))
        case All():
            index = next((index for index, other in enumerate(node.children) if _has_search(other)), None)
            if index is not None:
                before, child, after = node.children[:index], node.children[index], node.children[index + 1 :]
                return replace(node, children=(*before, anchored(child), *after))
            return replace(node, children=(Search(_scope(node)), *node.children))
        case _:
            return All((Search(_scope(node)), node))


def is_anchored(node: Node) -> bool:
    """Returns whether the searches of a tree surely find all that it can match."""
    match node:
        case Search():
            return True
        case All():
            return any(map(is_anchored, node.children))
        case Any():
            return all(map(is_anchored, node.children))
        case _:
            return False


def _has_search(node: Node) -> bool:
    """Returns whether a search anchors some alternative of a tree."""
    return isinstance(node, Search) or (isinstance(node, All | Any) and any(map(_has_search, node.children)))


def _scope(node: Node) -> Query:
    """Returns the search for everything where the filters of a tree look; the timeline if they do not set it."""
    return next((query for superset in _supersets(node) if (query := universe(superset)) is not None), WHOLE_LIBRARY)


def _supersets(node: Node) -> Iterator[Query]:
    match node:
        case Filter() if node.superset is not None:
            yield node.superset
        case All() | Any():
            for child in node.children:
                yield from _supersets(child)
        case _:
            pass


def simplify(node: Node, notes: list[str]) -> NodeOrBool:
    """Returns the tree in its plain form. True if every photo matches, False if none can.

    A sentence is added to `notes` for each part that nothing can match, with the reason.
    """
    match node:
        case Not():
            return negate(simplify(node.child, notes), node.origin)
        case Any():
            return any_of([simplify(child, notes) for child in node.children], node.origin)
        case All():
            plain = all_of([simplify(child, notes) for child in node.children], node.origin)
            reason = _why_disjoint(plain.children) if isinstance(plain, All) else None
            if reason is None:
                return plain
            notes.append(
                f"nothing can match {node.origin}: {reason}" if node.origin else f"nothing can match: {reason}"
            )
            return False
        case _:
            return node


def all_of(children: Iterable[NodeOrBool], origin: Place | None = None) -> NodeOrBool:
    """Returns the conjunction of some trees, flat. True without trees, False if one is False."""
    return _combined(All, children, origin, neutral=True)


def any_of(children: Iterable[NodeOrBool], origin: Place | None = None) -> NodeOrBool:
    """Returns the disjunction of some trees, flat. False without trees, True if one is True."""
    return _combined(Any, children, origin, neutral=False)


def _combined(
    kind: type[All | Any], children: Iterable[NodeOrBool], origin: Place | None, *, neutral: bool
) -> NodeOrBool:
    """Returns a combination of some trees. `neutral` is that of no trees at all, and its opposite decides alone."""
    parts: list[NodeOrBool] = []
    for child in children:
        parts += child.children if isinstance(child, kind) else (child,)
    if (not neutral) in parts:
        return not neutral
    nodes = tuple(dict.fromkeys(part for part in parts if not isinstance(part, bool)))
    if not nodes:
        return neutral
    return nodes[0] if len(nodes) == 1 else kind(nodes, origin)


def negate(node: NodeOrBool, origin: Place | None) -> NodeOrBool:
    """Returns the negation of a tree, with `not` pushed inwards where that makes it flatter."""
    match node:
        case bool():
            return not node
        case Not():
            return node.child
        case Any():
            return all_of([negate(child, node.origin or origin) for child in node.children], origin)
        case All():
            return Not(merge_searches(node), origin or node.origin)
        case _:
            return Not(node, origin)


def merge_searches(node: All) -> Node:
    """Returns the conjunction with its searches merged into as few as can ask for the same."""
    children: list[Node] = []
    for child in node.children:
        for index, other in enumerate(children):
            if isinstance(child, Search) and isinstance(other, Search):
                merged = intersect(other.query, child.query)
                if merged is not None:
                    children[index] = Search(merged, other.origin)
                    break
        else:
            children.append(child)
    return children[0] if len(children) == 1 else replace(node, children=tuple(children))


def _why_disjoint(nodes: Iterable[Node]) -> str | None:
    """Returns the reason why trees cannot hold together. None if they can."""
    queries = [query for node in nodes for query in _queries_of(node)]
    for query, other in combinations(queries, 2):
        reason = why_disjoint(query, other)
        if reason is not None:
            return reason
    return None


def _queries_of(node: Node) -> Iterator[Query]:
    match node:
        case Search():
            yield node.query
        case Filter() if node.superset is not None and node.superset.kind is Kind.METADATA:
            # A filter passes wherever the photo is: that its search looks at the timeline is not its meaning.
            yield node.superset if node.sets_scope else replace(node.superset, visibility=_ANYWHERE)
        case _:
            pass
