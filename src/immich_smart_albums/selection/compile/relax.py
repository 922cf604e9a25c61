"""Rules that are relaxed: they also select photos that may match later, or that matched before.

    >>> from immich_smart_albums.model.dialects import where
    >>> from immich_smart_albums.model.query import Query
    >>> from immich_smart_albums.model.search_field import Stage
    >>> from immich_smart_albums.selection.compile.notation import search, write
    >>> rule = All((search(city="Nice"), search(personIds=("emma",))))
    >>> print(write(upper_bound(rule, frozenset({Stage.FACES}))))
    (city='Nice')
    >>> dogs = Search(Query(Kind.SMART, where(query="dog"), limit=500))
    >>> print(write(without_smart(All((search(city="Nice"), dogs)))))
    (city='Nice')

Before Immich has looked for faces, any photo in Nice may show Emma. And a photo of a dog that now ranks behind 500
others is still one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Not, Search
from immich_smart_albums.selection.compile.simplify import NodeOrBool, all_of, any_of, negate
from immich_smart_albums.selection.stages import when_failed, when_matched, when_missing, when_passed

if TYPE_CHECKING:
    from immich_smart_albums.selection.stages import Stages


def without_smart(node: Node) -> Node | None:
    """Returns the rule with its smart searches taken as true. None if nothing is left that must hold.

    A smart search under `not` stays: it excludes as ever.
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


def upper_bound(node: Node, undone: Stages) -> NodeOrBool:
    """Returns the rule that selects every photo which may match once Immich has done these stages of its work.

    True if every photo may, False if none.
    """
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
