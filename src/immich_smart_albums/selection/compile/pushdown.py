"""Pushdown: filters and trees as searches that find exactly, or surely, the assets for which they hold.

    >>> from immich_smart_albums.immich.versions import Capabilities
    >>> from immich_smart_albums.model.version import Version
    >>> from immich_smart_albums.selection.compile.notation import equal, search, write_query
    >>> pushdown = Pushdown(Capabilities(Version(3, 2)), is_structured=True)
    >>> rule = All((search(personIds=("emma",)), Not(search(personIds=("ben",))), equal("rating", 5)))
    >>> print(write_query(pushdown.as_query(rule, search().query)))
    (personIds all [emma], personIds none [ben], rating eq 5)

The other way round, a search becomes a filter where records tell exactly what the search would.

    >>> as_filter(search(city="Nice"), search().query, Capabilities(Version(3, 1))).reads
    frozenset({'exifInfo.city'})
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from immich_smart_albums.model.instants import to_milliseconds
from immich_smart_albums.model.search_field import Proof
from immich_smart_albums.model.search_fields import BY_NAME
from immich_smart_albums.rules.tree import All, Any, Filter, Not, Record, Search
from immich_smart_albums.selection.compile.algebra import is_composable, narrow_album, universe
from immich_smart_albums.selection.compile.structured import one_of, opposite, structured, together

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immich_smart_albums.model.query import Query, Value
    from immich_smart_albums.model.span import Place
    from immich_smart_albums.rules.tree import Node
    from immich_smart_albums.selection.ports import Capabilities


@dataclass(frozen=True, slots=True)
class Pushdown:
    """Knows what the server can be asked."""

    server: Capabilities
    is_structured: bool
    """Whether structured searches may be sent."""
    _checks: dict[tuple[Query, Place | None, Query | None], Filter | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _ignored: dict[Query, bool] = field(default_factory=dict, init=False, repr=False, compare=False)

    def _is_ignored(self, query: Query) -> bool:
        """Whether the server would ignore a part of a search; asked once of each."""
        if query not in self._ignored:
            self._ignored[query] = bool(self.server.unsupported(query))
        return self._ignored[query]

    def as_check(self, search: Search, frame: Query) -> Filter | None:
        """`as_check` on this server, made once for all frames that look in the same places."""
        key = (search.query, search.origin, universe(frame))
        if key not in self._checks:
            self._checks[key] = as_filter(search, frame, self.server)
        return self._checks[key]

    def within(self, check: Filter, frame: Query) -> Query | None:
        """The search that surely finds what passes a check, of all that a frame could find. None if none does."""
        within, around = check.superset, universe(frame)
        if within is None or around is None or not is_composable(within) or self._is_ignored(within):
            return None
        if within.is_structured and (around.filters or not self.is_structured):
            return None
        filters = {pair for pair in within.filters if pair[0] != "withDeleted"} | set(around.filters)
        return replace(within, filters=tuple(sorted(filters)), visibility=around.visibility)

    def within_album(self, check: Filter, album: Query) -> Query | None:
        """An album's search, narrowed to where a filter can pass. None if other members' photos could be lost."""
        within = check.superset
        if within is None or self._is_ignored(within) or not all(map(_is_shown, within.filters)):
            return None
        return narrow_album(album, replace(within, visibility=album.visibility))

    def absorb(self, query: Query, nodes: Iterable[Node]) -> tuple[Query, frozenset[Node]]:
        """A plain search that takes in what of some nodes conditions can say, and these nodes."""
        absorbed: set[Node] = set()
        grown = structured(query)
        if grown is None:
            return query, frozenset()
        for node in nodes:
            pushed = self.as_query(node, query)
            merged = None if pushed is None else together(grown, pushed)
            if merged is not None:
                grown = merged
                absorbed.add(node)
        return grown, frozenset(absorbed)

    def as_query(self, node: Node, frame: Query) -> Query | None:
        """A node as a structured search that finds the same of what a frame could find. None if there is none."""
        match node:
            case Search():
                fits = is_composable(node.query) and universe(node.query) == universe(frame)
                return structured(node.query) if fits else None
            case Filter():
                within = self.within(node, frame) if node.superset_is_exact else None
                return None if within is None else structured(within)
            case Not():
                child = self.as_query(node.child, frame)
                return None if child is None else opposite(child)
            case All() | Any():
                queries = [self.as_query(child, frame) for child in node.children]
                known = [query for query in queries if query is not None]
                if len(known) < len(queries):
                    return None
                return together(*known) if isinstance(node, All) else one_of(known)
            case _:
                return None


def _is_shown(asked: tuple[str, Value]) -> bool:
    """Whether the record of a photo shows the same of a filter as the server looks at, whoever owns the photo."""
    name, value = asked
    row = BY_NAME[name]
    return value not in (None, "") and row.proof in {Proof.EQUAL, Proof.CONTAINED, Proof.PRESENT, Proof.MOMENT}


_Test = tuple[str, Callable[[Record], bool]]
"""A field of a record, dotted below exifInfo, and what must hold of the record."""


def as_filter(search: Search, frame: Query, server: Capabilities) -> Filter | None:
    """A check that tells of what a frame finds whether a search would find it. None if there is none for certain."""
    query, around = search.query, universe(search.query)
    if not is_composable(query) or query.is_structured or around is None or around != universe(frame):
        return None
    # What the frame has in common with the search need not be looked at; withDeleted is of that kind.
    pairs = [pair for pair in query.filters if pair not in around.filters]
    tests = [_test(name, value) for name, value in pairs]
    known = [test for test in tests if test is not None]
    fields = frozenset(field for field, _ in known)
    if len(known) < len(tests) or server.unsupported_asset_fields(fields):
        return None
    holds = [test for _, test in known]
    return Filter(
        f"{query.describe()}, checked here",
        lambda record: all(test(record) for test in holds),
        fields,
        lambda _record: None,
        superset=query,
        superset_is_exact=True,
        origin=search.origin,
    )


def _test(name: str, value: Value) -> _Test | None:
    row = BY_NAME[name]
    path = row.record_path
    if path is None or value is None or value == "":
        return None
    root, _, below = path.partition(".")
    match row.proof:
        case Proof.EQUAL if row.single and below:
            return path, lambda record: _exif(record, below) == value
        case Proof.EQUAL if row.single:
            return path, lambda record: record.get(root) == value
        case Proof.PRESENT:
            return path, lambda record: (record.get(root) is not None) == value
        case Proof.MOMENT if isinstance(value, str) and row.condition is not None and row.condition[1] == "gte":
            bound = to_milliseconds(value)
            return path, lambda record: to_milliseconds(str(record[root])) >= bound
        case _:
            return None


def _exif(record: Record, name: str) -> object:
    exif = record.get("exifInfo")
    return exif.get(name) if isinstance(exif, dict) else None
