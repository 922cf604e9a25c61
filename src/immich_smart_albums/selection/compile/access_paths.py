"""Access paths: the ways to answer things that must hold together, each with one search as the driver.

    >>> from immich_smart_albums.immich.versions import Capabilities
    >>> from immich_smart_albums.model.version import Version
    >>> from immich_smart_albums.selection.compile.notation import equal, search, write_branch
    >>> from immich_smart_albums.selection.compile.pushdown import Pushdown
    >>> paths = AccessPaths(Pushdown(Capabilities(Version(3, 1)), takes_filter=False), shared=())
    >>> for branch in paths.parts((search(personIds=("emma",)), search(albumIds=("best",)))):
    ...     print(write_branch(branch))
    (personIds=[emma]) | (albumIds=[best], personIds=[emma])
    (albumIds=[best]) | (personIds=[emma])

Each path picks a driver that surely finds every match, puts into it as much of the rest as it takes, and leaves the
residual. Nothing here decides: the planner takes the cheapest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Search, leaves
from immich_smart_albums.selection.compile.algebra import intersect, is_composable, needs_exif, unite, universe
from immich_smart_albums.selection.compile.alternatives import merge_distinct
from immich_smart_albums.selection.compile.relations import is_superset, supersets
from immich_smart_albums.selection.compile.residual import COSTLY, Residual
from immich_smart_albums.selection.compile.simplify import NodeOrBool, all_of, is_anchored
from immich_smart_albums.selection.query_plan import Branch

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from immich_smart_albums.model.query import Query
    from immich_smart_albums.selection.compile.pushdown import Pushdown

Conjuncts = tuple[Node, ...]
"""Things that must hold together."""

_WITHOUT_EXIF: tuple[frozenset[str], ...] = (frozenset(), frozenset({"people"}))
_CHOICES = (*_WITHOUT_EXIF, frozenset({"exifInfo"}), COSTLY)


@dataclass(frozen=True, slots=True)
class _Frame:
    query: Query
    absorbed: frozenset[Node]
    """What surely holds for everything that the search finds."""


@dataclass(frozen=True, slots=True)
class AccessPaths:
    """Lists the ways to answer some conjuncts on one server, given the searches that are sent anyway."""

    conditions: Pushdown
    shared: Container[Query]
    """The searches that others send."""

    def merge_alternatives(self, alternatives: Sequence[Conjuncts]) -> list[Conjuncts]:
        """Returns the alternatives, with those merged that one search by `filter` can answer together.

        The same ones if the server takes no `filter` (before 3.2).
        """
        if not self.conditions.takes_filter:
            return list(alternatives)
        groups: dict[tuple[Query | None, bool], dict[Conjuncts, Query]] = {}
        for alternative in alternatives:
            query = _as_query(self.conditions, All(alternative))
            if query is not None:
                groups.setdefault((universe(query), needs_exif(query)), {})[alternative] = query
        together: list[Conjuncts] = []
        for queries in groups.values():
            one = unite(list(queries.values()))
            if one is not None and len(queries) > 1:
                alternatives = [alternative for alternative in alternatives if alternative not in queries]
                together.append((Search(one),))
        return [*together, *merge_distinct(alternatives, self.conditions)]

    def fold_disjunctions(self, conjuncts: Conjuncts) -> Conjuncts:
        """Returns the conjuncts, each choice that one search by `filter` can answer replaced by that search."""
        conditions = self.conditions
        queries = {
            conjunct: _as_query(conditions, conjunct)
            for conjunct in conjuncts
            if isinstance(conjunct, Any) and self.conditions.takes_filter
        }
        searches = {
            alternatives: Search(query, alternatives.origin)
            for alternatives, query in queries.items()
            if query is not None
        }
        return tuple(
            searches.get(conjunct, conjunct) if isinstance(conjunct, Any) else conjunct for conjunct in conjuncts
        )

    def parts(self, conjuncts: Sequence[Node]) -> Iterator[Branch | None]:
        """Yields the branches that could answer things that must hold together, each complete by itself.

        A branch of None says that nothing can match. Yields nothing where no search among the conjuncts bounds them.
        """
        conditions = self.conditions
        groups = [_with_checks(group, conjuncts, conditions) for group in _groups(conjuncts)]
        plain = [group for group in groups if is_composable(group.query)]
        frames = dict.fromkeys(groups)
        for group in plain:
            if self.conditions.takes_filter:
                query, absorbed = conditions.absorb(group.query, conjuncts)
                if not absorbed <= group.absorbed:
                    frames[_Frame(query, absorbed | group.absorbed)] = None
            # What is read anyway may as well be the frame.
            for query in filter(self.shared.__contains__, supersets(group.query)):
                implied = (
                    conjunct
                    for conjunct in conjuncts
                    if isinstance(conjunct, Search) and is_superset(conjunct.query, query)
                )
                frames[_Frame(query, frozenset(implied))] = None
        for frame in frames:
            scopes = [group.query for group in plain]
            inside = Residual(conditions, frame.query, scopes, self.shared)
            yield from self._parts(inside, [conjunct for conjunct in conjuncts if conjunct not in frame.absorbed])

    def _parts(self, inside: Residual, rest: Sequence[Node]) -> Iterator[Branch | None]:
        """The ways to hold the rest: with more fields read, or with more searches."""
        known: list[NodeOrBool] = []
        # With EXIF, servers leave out what has none yet, so that what is capped is asked for twice.
        is_capped = inside.driver.kind is Kind.METADATA and inside.driver.limit is not None
        costly = inside.costly_fields(rest)
        for allowed in dict.fromkeys(fields & costly for fields in (_WITHOUT_EXIF if is_capped else _CHOICES)):
            flat = all_of(inside.assign(conjunct, allowed) for conjunct in rest)
            for tree in (flat, inside.fold_searches(flat)) if self.conditions.takes_filter else (flat,):
                if tree not in known:
                    known.append(tree)
                    yield None if tree is False else Branch(inside.driver, None if tree is True else tree)


def _as_query(conditions: Pushdown, node: Node) -> Query | None:
    """A node as a search by `filter` that finds the same and nothing else. None if there is none."""
    # Of a node that its searches do not bound, conditions would only say what holds where one of them looks.
    plain = (leaf for leaf in leaves(node) if isinstance(leaf, Search) and is_composable(leaf.query))
    frame = next(plain, None) if is_anchored(node) else None
    return None if frame is None else conditions.as_query(node, frame.query)


def conjuncts_of(node: Node) -> Conjuncts:
    """Returns the things that must hold together for a node: its children if it is `All`, else itself."""
    return node.children if isinstance(node, All) else (node,)


def _groups(conjuncts: Sequence[Node]) -> list[_Frame]:
    """The searches among the conjuncts, as few as they can be put together to, each with what it takes in."""
    groups: list[_Frame] = []
    for conjunct in conjuncts:
        if isinstance(conjunct, Search):
            groups = _with_one_more(groups, conjunct)
    return groups


def _with_one_more(groups: list[_Frame], search: Search) -> list[_Frame]:
    for index, group in enumerate(groups):
        merged = intersect(group.query, search.query)
        if merged is not None:
            return [*groups[:index], _Frame(merged, group.absorbed | {search}), *groups[index + 1 :]]
    return [*groups, _Frame(search.query, frozenset({search}))]


def _with_checks(group: _Frame, conjuncts: Sequence[Node], conditions: Pushdown) -> _Frame:
    """A driver narrowed to where its filters can pass; those that tell nothing more are done with."""
    for conjunct in conjuncts:
        if not isinstance(conjunct, Filter):
            continue
        if is_composable(group.query):
            within = conditions.within(conjunct, group.query)
            merged = None if within is None else intersect(group.query, within)
            done = {conjunct} if conjunct.superset_is_exact else set()
        else:
            merged, done = conditions.within_album(conjunct, group.query), set()
        if merged is not None:
            group = _Frame(merged, group.absorbed | done)
    return group
