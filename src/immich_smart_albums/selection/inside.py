"""What is left to hold inside of a frame: checked on its records, or held against the ids of other searches.

Those searches may be narrowed to whatever must hold as well, since nothing else is asked of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from immich_smart_albums.rules.leaves import Check, Search
from immich_smart_albums.rules.nodes import All, Any, Not
from immich_smart_albums.selection.local import as_check
from immich_smart_albums.selection.plan import is_late
from immich_smart_albums.selection.queries import both, contradiction, domain, is_plain
from immich_smart_albums.selection.simplify import Plain, all_of, any_of, negated
from immich_smart_albums.selection.structured import one_of, structured

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from immich_smart_albums.model.query import Query
    from immich_smart_albums.rules.nodes import Node
    from immich_smart_albums.selection.conditions import Conditions

COSTLY = frozenset({"exifInfo", "people"})
"""Fields of records that a search returns for a price."""


@dataclass(frozen=True, slots=True)
class Inside:
    """One frame, and what else is known to hold for what matches."""

    conditions: Conditions
    frame: Query
    scopes: Sequence[Query]
    """Plain searches that must hold; others are narrowed to the first that takes them."""
    paid: Collection[Query]
    """Searches that are sent in any case, as they are."""

    def settled(self, node: Node, allowed: frozenset[str]) -> Plain:
        """A node with each leaf as the check or the search that tells it best.

        `allowed` are the costly fields that may be read of the frame's records where a search would do as well.
        """
        match node:
            case Search():
                check = as_check(node, self.frame, self.conditions.server)
                return check if check is not None and _costly(check) <= allowed else self._membership(node)
            case Check():
                within = self.conditions.within(node, self.frame) if node.exact else None
                is_cheap = not is_late(node.roots, self.frame) and _costly(node) <= allowed
                return node if is_cheap or within is None else self._membership(Search(within, node.label))
            case Not():
                return negated(self.settled(node.child, allowed), node.label)
            case All():
                return all_of((self.settled(child, allowed) for child in node.children), node.label)
            case Any():
                return any_of((self.settled(child, allowed) for child in node.children), node.label)
            case _:
                message = f"{node.words} was not looked up"
                raise TypeError(message)

    def _membership(self, search: Search) -> Plain:
        """A search for ids, as narrow as can be; False where it has nothing in common with what must hold."""
        if any(contradiction(each, search.query) for each in (self.frame, *self.scopes)):
            return False
        if search.query in self.paid:
            return search
        narrowed = (both(each, search.query) for each in self.scopes)
        return replace(search, query=next((each for each in narrowed if each is not None), search.query))

    def folded(self, tree: Plain) -> Plain:
        """A tree with searches that stand side by side in one structured search."""
        match tree:
            case Any():
                searches = [child for child in tree.children if isinstance(child, Search)]
                one = _in_one(searches)
                others = [child for child in tree.children if one is None or child not in searches]
                return any_of(chain([one] if one else [], map(self.folded, others)), tree.label)
            case All():
                return self._folded_all(tree)
            case _:
                return tree

    def _folded_all(self, tree: All) -> Plain:
        children = list(tree.children)
        for each in tree.children:
            if isinstance(each, Search) and each in children and is_plain(each.query):
                query, absorbed = self.conditions.grown(each.query, children)
                if len(absorbed) > 1:
                    children = [replace(each, query=query), *(child for child in children if child not in absorbed)]
        excluded = [each.child for each in children if isinstance(each, Not)]
        searches = [child for child in excluded if isinstance(child, Search)]
        one = _in_one(searches)
        if one is not None:
            others = [each for each in children if not (isinstance(each, Not) and each.child in searches)]
            children = [*others, Not(one)]
        return all_of(map(self.folded, children), tree.label)


def _in_one(searches: Sequence[Search]) -> Search | None:
    """One search for what any of several finds; None where there is none."""
    if len(searches) < 2 or len({domain(each.query) for each in searches}) > 1:
        return None
    asked = [structured(each.query) if is_plain(each.query) else None for each in searches]
    known = [each for each in asked if each is not None]
    one = one_of(known) if len(known) == len(asked) else None
    return None if one is None else replace(searches[0], query=one)


def _costly(check: Check) -> frozenset[str]:
    return COSTLY if check.roots is None else check.roots & COSTLY
