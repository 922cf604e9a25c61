"""Checks and trees as searches: what finds exactly, or surely, the assets of a frame for which they hold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from immich_smart_albums.rules.leaves import Check, Search
from immich_smart_albums.rules.nodes import All, Any, Not
from immich_smart_albums.selection.queries import domain, is_plain
from immich_smart_albums.selection.structured import one_of, opposite, structured, together

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immich_smart_albums.model.query import Query
    from immich_smart_albums.rules.nodes import Node
    from immich_smart_albums.selection.ports import Server


@dataclass(frozen=True, slots=True)
class Conditions:
    """Knows what the server can be asked."""

    server: Server
    is_structured: bool
    """Whether structured searches may be sent."""

    def within(self, check: Check, frame: Query) -> Query | None:
        """The search that surely finds what passes a check, of all that a frame could find; None where none does."""
        within, around = check.within, domain(frame)
        if within is None or around is None or not is_plain(within) or self.server.lacks(within):
            return None
        if within.is_structured and (around.filters or not self.is_structured):
            return None
        filters = {each for each in within.filters if each[0] != "withDeleted"} | set(around.filters)
        return replace(within, filters=tuple(sorted(filters)), visibility=around.visibility)

    def grown(self, query: Query, nodes: Iterable[Node]) -> tuple[Query, frozenset[Node]]:
        """A plain search that takes in what of some nodes conditions can say, and these nodes."""
        absorbed: set[Node] = set()
        grown = structured(query)
        if grown is None:
            return query, frozenset()
        for each in nodes:
            asked = self.asked(each, query)
            merged = None if asked is None else together(grown, asked)
            if merged is not None:
                grown = merged
                absorbed.add(each)
        return grown, frozenset(absorbed)

    def asked(self, node: Node, frame: Query) -> Query | None:
        """A node as a structured search that finds the same of what a frame could find; None where there is none."""
        match node:
            case Search():
                fits = is_plain(node.query) and domain(node.query) == domain(frame)
                return structured(node.query) if fits else None
            case Check():
                within = self.within(node, frame) if node.exact else None
                return None if within is None else structured(within)
            case Not():
                child = self.asked(node.child, frame)
                return None if child is None else opposite(child)
            case All() | Any():
                asked = [self.asked(child, frame) for child in node.children]
                known = [each for each in asked if each is not None]
                if len(known) < len(asked):
                    return None
                return together(*known) if isinstance(node, All) else one_of(known)
            case _:
                return None
