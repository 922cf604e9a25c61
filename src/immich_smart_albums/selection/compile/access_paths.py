"""The ways to answer things that must hold together: one search as the frame, the rest asked for or checked inside.

Of "Helsinki, taken in 2023, without Emma, filter X" each way picks a search that surely finds every match, puts into it
as much of the rest as it takes, and leaves what remains to be checked on its records or held against the ids of other
searches. Nothing here decides: `lower` takes the cheapest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind
from immich_smart_albums.rules.tree import All, Any, Check, Node, Search, leaves
from immich_smart_albums.selection.compile.algebra import both, covers, domain, is_plain, wider
from immich_smart_albums.selection.compile.residual import COSTLY, Inside
from immich_smart_albums.selection.compile.simplify import Plain, all_of, is_bounded
from immich_smart_albums.selection.compile.structured import needs_exif, one_of
from immich_smart_albums.selection.query_plan import Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from immich_smart_albums.model.query import Query
    from immich_smart_albums.selection.compile.pushdown import Conditions

Conjuncts = tuple[Node, ...]
"""Things that must hold together."""

_WITHOUT_EXIF: tuple[frozenset[str], ...] = (frozenset(), frozenset({"people"}))
_CHOICES = (*_WITHOUT_EXIF, frozenset({"exifInfo"}), COSTLY)


@dataclass(frozen=True, slots=True)
class Manner:
    """What may be done to answer a rule."""

    narrows: bool
    """Whether searches are narrowed to what must hold as well; then different frames need different ones."""
    distributes: bool
    """Whether a choice becomes several frames."""
    structured: bool
    """Whether structured searches are sent."""


@dataclass(frozen=True, slots=True)
class _Frame:
    query: Query
    absorbed: frozenset[Node]
    """What surely holds for everything that the search finds."""


@dataclass(frozen=True, slots=True)
class Ways:
    """Knows the server, and what is read in any case."""

    conditions: Conditions
    manner: Manner
    paid: Mapping[Query, frozenset[str]]
    """The searches that others send, with the top-level fields that they read."""

    def fewer(self, alternatives: Sequence[Conjuncts]) -> list[Conjuncts]:
        """The same alternatives, those that one structured search can answer in one."""
        conditions = self.conditions
        asked: dict[tuple[Query | None, bool], dict[Conjuncts, Query]] = {}
        for each in alternatives if self.manner.structured else ():
            query = _asked(conditions, All(each))
            if query is not None:
                asked.setdefault((domain(query), needs_exif(query)), {})[each] = query
        together: list[Conjuncts] = []
        for queries in asked.values():
            one = one_of(list(queries.values()))
            if one is not None and len(queries) > 1:
                alternatives = [each for each in alternatives if each not in queries]
                together.append((Search(one),))
        return [*together, *alternatives]

    def with_choices(self, conjuncts: Conjuncts) -> Conjuncts:
        """The same, each choice that one structured search can answer as that search."""
        conditions = self.conditions
        asked = {
            each: _asked(conditions, each) for each in conjuncts if isinstance(each, Any) and self.manner.structured
        }
        searches = {each: Search(query, each.label) for each, query in asked.items() if query is not None}
        return tuple(searches.get(each, each) if isinstance(each, Any) else each for each in conjuncts)

    def parts(self, conjuncts: Sequence[Node]) -> Iterator[Part | None]:
        """The parts that answer things that must hold together, each by itself; None: nothing can match.

        None at all where no search among them bounds them.
        """
        conditions = self.conditions
        groups = [_with_checks(each, conjuncts, conditions) for each in _groups(conjuncts)]
        plain = [each for each in groups if is_plain(each.query)]
        frames = dict.fromkeys(groups)
        for group in plain:
            if self.manner.structured:
                query, absorbed = conditions.grown(group.query, conjuncts)
                if not absorbed <= group.absorbed:
                    frames[_Frame(query, absorbed | group.absorbed)] = None
            # What is read anyway may as well be the frame.
            for query in filter(self.paid.__contains__, wider(group.query) if self.paid else ()):
                implied = (each for each in conjuncts if isinstance(each, Search) and covers(each.query, query))
                frames[_Frame(query, frozenset(implied))] = None
        for frame in frames:
            scopes = [group.query for group in plain] if self.manner.narrows else []
            inside = Inside(conditions, frame.query, scopes, self.paid)
            yield from self._parts(inside, [each for each in conjuncts if each not in frame.absorbed])

    def _parts(self, inside: Inside, rest: Sequence[Node]) -> Iterator[Part | None]:
        """The ways to hold the rest: with more fields read, or with more searches."""
        known: list[Plain] = []
        # With EXIF, servers leave out what has none yet, so that what is capped is asked for twice.
        is_capped = inside.frame.kind is Kind.METADATA and inside.frame.limit is not None
        for allowed in _WITHOUT_EXIF if is_capped else _CHOICES:
            tree = all_of(inside.settled(each, allowed) for each in rest)
            if self.manner.structured:
                tree = inside.folded(tree)
            if tree not in known:
                known.append(tree)
                yield None if tree is False else Part(inside.frame, None if tree is True else tree)


def _asked(conditions: Conditions, node: Node) -> Query | None:
    """A node as a structured search that finds the same and nothing else; None where there is none."""
    # Of a node that its searches do not bound, conditions would only say what holds where one of them looks.
    plain = (leaf for leaf in leaves(node) if isinstance(leaf, Search) and is_plain(leaf.query))
    frame = next(plain, None) if is_bounded(node) else None
    return None if frame is None else conditions.asked(node, frame.query)


def conjuncts_of(node: Node) -> Conjuncts:
    """What must hold together."""
    return node.children if isinstance(node, All) else (node,)


def _groups(conjuncts: Sequence[Node]) -> list[_Frame]:
    """The searches among the conjuncts, as few as they can be put together to, each with what it takes in."""
    groups: list[_Frame] = []
    for each in conjuncts:
        if isinstance(each, Search):
            groups = _with_one_more(groups, each)
    return groups


def _with_one_more(groups: list[_Frame], search: Search) -> list[_Frame]:
    for at, group in enumerate(groups):
        merged = both(group.query, search.query)
        if merged is not None:
            return [*groups[:at], _Frame(merged, group.absorbed | {search}), *groups[at + 1 :]]
    return [*groups, _Frame(search.query, frozenset({search}))]


def _with_checks(group: _Frame, conjuncts: Sequence[Node], conditions: Conditions) -> _Frame:
    """A frame narrowed to where its checks can pass; those that tell nothing more are done with."""
    for check in conjuncts:
        within = conditions.within(check, group.query) if isinstance(check, Check) and is_plain(group.query) else None
        merged = None if within is None else both(group.query, within)
        if isinstance(check, Check) and merged is not None:
            group = _Frame(merged, group.absorbed | ({check} if check.exact else set()))
    return group
