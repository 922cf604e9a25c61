"""Rule → the same rule with fewer and smaller searches.

What must hold together is asked for together: two metadata searches of one conjunction become one, and what is excluded
or chosen among is searched for inside of what must hold anyway. So "Helsinki, without Emma" reads Emma's photos in
Helsinki, not all of Emma's. Ranked and capped searches stay as they are: any other filter would change what they keep.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.rules.leaves import Search
from immich_smart_albums.rules.nodes import All, Any, Node, Not

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immich_smart_albums.model.query import Value

_ADDITIVE = frozenset({"personIds", "tagIds"})
"""Lists of ids that an asset must have all of."""

_PARTIAL = frozenset({"originalFileName", "originalPath", "description", "ocr"})
"""Texts that are looked for in a longer one: two of them cannot be one."""

_WIDENING = frozenset({"albumIds", "withDeleted", "trashedAfter", "trashedBefore", "isOffline"})
"""Fields that let assets in which a search without them leaves out: other people's (since 3.0), and trashed ones."""


def simplify(node: Node) -> Node:
    """A tree that selects the same assets on every server."""
    match node:
        case Not():
            return Not(simplify(node.child), node.label)
        case Any():
            children = tuple(simplify(child) for child in node.children)
            return children[0] if len(children) == 1 else Any(children, node.label)
        case All():
            return _simplify_all(node)
        case _:
            return node


def _simplify_all(node: All) -> Node:
    parts = list(_flat(simplify(child) for child in node.children))
    searches = [part for part in parts if isinstance(part, Search)]
    rest: list[Node] = [part for part in parts if not isinstance(part, Search)]
    together: list[Search] = reduce(_with_one_more, searches, [])
    frame = next((each.query for each in together if _can_frame(each.query)), None)
    if frame is not None:
        framed = [_inside(frame, part) for part in rest]
        if any(new != old and not isinstance(new, Not) for new, old in zip(framed, rest, strict=True)):
            # A choice that is searched for inside of the frame holds only where the frame does.
            together = [each for each in together if each.query != frame]
        rest = framed
    children = (*together, *rest)
    return children[0] if len(children) == 1 else All(children, node.label)


def _flat(children: Iterable[Node]) -> Iterable[Node]:
    for child in children:
        if isinstance(child, All):
            yield from child.children
        else:
            yield child


def _with_one_more(together: list[Search], more: Search) -> list[Search]:
    """Merge a search into the first one that takes it."""
    for place, each in enumerate(together):
        merged = both(each.query, more.query)
        if merged is not None:
            return [*together[:place], Search(merged, each.label), *together[place + 1 :]]
    return [*together, more]


def _can_frame(query: Query) -> bool:
    return both(query, query) is not None and bool(query.filters)


def _inside(frame: Query, node: Node) -> Node:
    """The node with its searches narrowed to a frame, as far as all of them can be."""
    match node:
        case Search():
            merged = both(frame, node.query)
            return node if merged is None else Search(merged, node.label)
        case Not():
            return Not(_inside(frame, node.child), node.label)
        case Any() if all(isinstance(child, Search) and both(frame, child.query) for child in node.children):
            return Any(tuple(_inside(frame, child) for child in node.children), node.label)
        case _:
            return node


def both(one: Query, other: Query) -> Query | None:
    """The search for what two metadata searches have in common; None where there is no single one."""
    if any(query.kind is not Kind.METADATA or query.limit is not None for query in (one, other)):
        return None
    filters = dict(one.filters)
    if (filters.keys() | dict(other.filters).keys()) & _WIDENING or not one.visibility & other.visibility:
        return None
    for name, value in other.filters:
        if name not in filters or filters[name] == value:
            filters[name] = value
            continue
        merged = _both_values(name, filters[name], value)
        if merged is None:
            return None
        filters[name] = merged
    after, before = filters.get("takenAfter"), filters.get("takenBefore")
    if isinstance(after, str) and isinstance(before, str) and after > before:
        return None
    return Query(Kind.METADATA, tuple(sorted(filters.items())), one.visibility & other.visibility)


def _both_values(name: str, one: Value, other: Value) -> Value:
    """A value that means two different ones together; None where there is none."""
    if name in _ADDITIVE and isinstance(one, tuple) and isinstance(other, tuple):
        return tuple(sorted({*one, *other}))
    if isinstance(one, str) and isinstance(other, str) and name not in _PARTIAL:
        # Dates are complete and in UTC, so that texts compare as instants do.
        if name.endswith("After"):
            return max(one, other)
        if name.endswith("Before"):
            return min(one, other)
    return None
