"""Rule → the same rule in a plain form: fewer levels, nothing twice, contradictions found, anchored to searches.

    >>> from immich_smart_albums.selection.compile.notation import equal, search, write
    >>> rule = Not(Any((Not(search(city="Nice")), search(personIds=("ben",)), Not(Not(equal("rating", 5))))))
    >>> print(write(rule))
    not (not (city='Nice') or (personIds=[ben]) or not not <rating=5>)
    >>> print(write(simplify(rule, [])))
    (city='Nice') & not (personIds=[ben]) & not <rating=5>

A tree may match what no search finds: "not in Nice" holds for most of the photos in the world. What nothing anchors is
about the timeline, or about where its filters look, and the searches that say so are put in here. From then on a tree
means the same on any set of assets.

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
from immich_smart_albums.selection.stages import when_failed, when_matched, when_missing, when_passed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from immich_smart_albums.model.span import Place
    from immich_smart_albums.selection.stages import Stages

_ANYWHERE = frozenset(Visibility)

NodeOrBool = Node | bool
"""A node, or that everything (True) or nothing (False) matches."""


def anchored(node: Node) -> Node:
    """Returns the rule in a form in which searches surely find all that it can match.

    Where only filters say what it is about, a search for everything where they look is put beside them.
    """
    if is_anchored(node):
        return node
    match node:
        case Any() if any(map(_has_search, node.children)) or len({_around(child) for child in node.children}) > 1:
            return replace(node, children=tuple(anchored(child) for child in node.children))
        case All():
            index = next((index for index, other in enumerate(node.children) if _has_search(other)), None)
            if index is not None:
                before, child, after = node.children[:index], node.children[index], node.children[index + 1 :]
                return replace(node, children=(*before, anchored(child), *after))
            return replace(node, children=(Search(_around(node)), *node.children))
        case _:
            return All((Search(_around(node)), node))


def is_anchored(node: Node) -> bool:
    """Returns whether searches of the node surely find all that it can match."""
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
    """Whether a search bounds some alternative of a node."""
    return isinstance(node, Search) or (isinstance(node, All | Any) and any(map(_has_search, node.children)))


def _around(node: Node) -> Query:
    """Everything where the checks of a node look; the timeline where they do not say it."""
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
    """Returns a tree that selects the same assets on every server. True if all match, False if none can.

    `notes` gets a sentence for each part that nothing can match, with the reason.
    """
    match node:
        case Not():
            return negate(simplify(node.child, notes), node.origin)
        case Any():
            return any_of([simplify(child, notes) for child in node.children], node.origin)
        case All():
            together = all_of([simplify(child, notes) for child in node.children], node.origin)
            reason = _why_nothing(together) if isinstance(together, All) else None
            if reason is None:
                return together
            notes.append(
                f"nothing can match {node.origin}: {reason}" if node.origin else f"nothing can match: {reason}"
            )
            return False
        case _:
            return node


def all_of(children: Iterable[NodeOrBool], origin: Place | None = None) -> NodeOrBool:
    """Returns what holds where all of some parts hold. True without parts, False if one is False."""
    parts = list(dict.fromkeys(part for child in children for part in _parts(child, All)))
    if False in parts:
        return False
    return _combined(All, [part for part in parts if not isinstance(part, bool)], origin, otherwise=True)


def any_of(children: Iterable[NodeOrBool], origin: Place | None = None) -> NodeOrBool:
    """Returns what holds where any of some parts holds. False without parts, True if one is True."""
    parts = list(dict.fromkeys(part for child in children for part in _parts(child, Any)))
    if True in parts:
        return True
    return _combined(Any, [part for part in parts if not isinstance(part, bool)], origin, otherwise=False)


def _parts(node: NodeOrBool, kind: type[All | Any]) -> tuple[NodeOrBool, ...]:
    return node.children if isinstance(node, kind) else (node,)


def _combined(kind: type[All | Any], parts: list[Node], origin: Place | None, *, otherwise: bool) -> NodeOrBool:
    if not parts:
        return otherwise
    return parts[0] if len(parts) == 1 else kind(tuple(parts), origin)


def negate(node: NodeOrBool, origin: Place | None) -> NodeOrBool:
    """Returns what holds where a part does not."""
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
    """Returns the same node with as few searches as possible: those that have a common form in one."""
    together: list[Node] = []
    for part in node.children:
        for index, other in enumerate(together):
            if isinstance(part, Search) and isinstance(other, Search):
                merged = intersect(other.query, part.query)
                if merged is not None:
                    together[index] = Search(merged, other.origin)
                    break
        else:
            together.append(part)
    return together[0] if len(together) == 1 else replace(node, children=tuple(together))


def _why_nothing(node: All) -> str | None:
    """Why parts that must hold together cannot."""
    queries = [query for child in node.children for query in _queries_of(child)]
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
            # A check passes wherever the asset is; only where its search looks is not its meaning.
            yield node.superset if node.sets_scope else replace(node.superset, visibility=_ANYWHERE)
        case _:
            pass


def without_smart(node: Node) -> Node | None:
    """Returns the rule with its smart searches taken as true. None if nothing is left to hold.

    A photo that only ranks lower than before still matches it. A smart search under "not" stays: it excludes as ever.
    """
    match node:
        case Search() if node.query.kind is Kind.SMART:
            return None
        case All():
            rest = [part for child in node.children if (part := without_smart(child)) is not None]
            return All(tuple(rest), node.origin) if rest else None
        case Any():
            rest = [part for child in node.children if (part := without_smart(child)) is not None]
            return Any(tuple(rest), node.origin) if len(rest) == len(node.children) else None
        case _:
            return node


def at_most(node: Node, undone: Stages) -> NodeOrBool:
    """Returns a rule for all photos that may match once Immich has done these steps. True if all may, False if none."""
    return _bound(node, undone, widest=True)


def _bound(node: Node, undone: Stages, *, widest: bool) -> NodeOrBool:
    match node:
        case Search():
            needs = when_missing(node.query) if widest else when_matched(node.query)
            return widest if needs & undone else node
        case Filter():
            needs = when_failed(node) if widest else when_passed(node)
            return widest if needs & undone else node
        case Not():
            return negate(_bound(node.child, undone, widest=not widest), node.origin)
        case All():
            return all_of((_bound(child, undone, widest=widest) for child in node.children), node.origin)
        case Any():
            return any_of((_bound(child, undone, widest=widest) for child in node.children), node.origin)
        case _:
            return node
