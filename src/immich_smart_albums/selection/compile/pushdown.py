"""Pushdown: turns filters and trees into searches, for the server to do what we would do on records.

    >>> from immich_smart_albums.immich.versions import Capabilities
    >>> from immich_smart_albums.model.version import Version
    >>> from immich_smart_albums.selection.compile.notation import equal, search, write, write_query
    >>> pushdown = Pushdown(Capabilities(Version(3, 2)), takes_filter=True)
    >>> rule = All((search(personIds=("emma",)), Not(search(personIds=("ben",))), equal("rating", 5)))
    >>> print(write(rule))
    (personIds=[emma]) & not (personIds=[ben]) & <rating=5>
    >>> print(write_query(pushdown.as_query(rule, search().query)))
    (personIds=[emma], personIds none [ben], rating=5)

The other way round, a search becomes a filter if a record shows whether the search finds the photo:

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
from immich_smart_albums.selection.compile.algebra import (
    complement,
    in_universe,
    intersect,
    intersect_all,
    is_composable,
    narrow_album,
    unite,
    universe,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immich_smart_albums.model.condition import Condition
    from immich_smart_albums.model.query import Query
    from immich_smart_albums.model.span import Place
    from immich_smart_albums.rules.tree import Node
    from immich_smart_albums.selection.ports import Capabilities


@dataclass(frozen=True, slots=True)
class Pushdown:
    """Turns filters and trees into searches for one server, and searches into filters.

    Each is right for the photos that a `driver` finds: elsewhere, such as in the archive, the two may differ.
    """

    server: Capabilities
    takes_filter: bool
    """Whether searches by `filter` may be sent."""
    _filters: dict[tuple[Query, Place | None, Query | None], Filter | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _ignored: dict[Query, bool] = field(default_factory=dict, init=False, repr=False, compare=False)

    def _is_ignored(self, query: Query) -> bool:
        """Returns whether the server would ignore a part of a search; worked out once for each."""
        if query not in self._ignored:
            self._ignored[query] = bool(self.server.unsupported(query))
        return self._ignored[query]

    def as_filter(self, search: Search, driver: Query) -> Filter | None:
        """Returns `as_filter` for this server, the same object for all drivers of a universe. None as there."""
        key = (search.query, search.origin, universe(driver))
        if key not in self._filters:
            self._filters[key] = as_filter(search, driver, self.server)
        return self._filters[key]

    def superset_of(self, filter_: Filter, driver: Query) -> Query | None:
        """Returns a search that surely finds what passes a filter, where the driver looks. None if there is none."""
        superset, everything = filter_.superset, universe(driver)
        if superset is None or everything is None or not is_composable(superset) or self._is_ignored(superset):
            return None
        query = in_universe(superset, everything)
        return query if query.is_flat or query.is_filter else None

    def superset_in_album(self, filter_: Filter, album: Query) -> Query | None:
        """Returns an album's search, narrowed to photos that can pass a filter.

        None if that could leave out photos of other members which pass.
        """
        superset = filter_.superset
        if superset is None or self._is_ignored(superset) or not all(map(_is_shown, superset.where)):
            return None
        return narrow_album(album, replace(superset, visibility=album.visibility))

    def absorb(self, query: Query, nodes: Iterable[Node]) -> tuple[Query, frozenset[Node]]:
        """Returns a composable search, narrowed to those of some nodes that `filter` can ask for, and these nodes."""
        absorbed: set[Node] = set()
        narrowed = query
        for node in nodes if query.is_filter else ():
            pushed = self.as_query(node, query)
            merged = None if pushed is None else intersect(narrowed, pushed)
            if merged is not None:
                narrowed = merged
                absorbed.add(node)
        return narrowed, frozenset(absorbed)

    def as_query(self, node: Node, driver: Query) -> Query | None:
        """Returns the search by `filter` that finds just what a node does, where the driver looks. None without one."""
        match node:
            case Search():
                fits = is_composable(node.query) and universe(node.query) == universe(driver)
                return node.query if fits and node.query.is_filter else None
            case Filter():
                query = self.superset_of(node, driver) if node.superset_is_exact else None
                return query if query is not None and query.is_filter else None
            case Not():
                child = self.as_query(node.child, driver)
                return None if child is None else complement(child)
            case All() | Any():
                queries = [self.as_query(child, driver) for child in node.children]
                expressible = [query for query in queries if query is not None]
                if len(expressible) < len(queries):
                    return None
                return intersect_all(expressible) if isinstance(node, All) else unite(expressible)
            case _:
                return None


def _is_shown(condition: Condition) -> bool:
    """Returns whether records show what the server compares a condition with, also those of other people's photos."""
    proof = BY_NAME[condition.field].proof
    is_shown = proof in {Proof.EQUAL, Proof.CONTAINED, Proof.PRESENT, Proof.MOMENT}
    return is_shown and condition.value not in (None, "")


_Test = tuple[str, Callable[[Record], bool]]
"""The field of a record that a test reads, dotted below exifInfo, and the test."""


def as_filter(search: Search, driver: Query, server: Capabilities) -> Filter | None:
    """Returns the filter that passes those of the driver's records that a search finds. None if they do not show it.

    A record shows a city as the server compares it, and nothing of an album.
    """
    query, everything = search.query, universe(search.query)
    if not is_composable(query) or query.any_of or everything is None or everything != universe(driver):
        return None
    # Every photo of the driver passes the conditions of their universe (withDeleted).
    tests = [_test(condition) for condition in query.where if condition not in everything.where]
    shown = [test for test in tests if test is not None]
    fields = frozenset(field for field, _ in shown)
    if len(shown) < len(tests) or server.unsupported_asset_fields(fields):
        return None
    holds = [test for _, test in shown]
    return Filter(
        f"{query.describe()}, checked here",
        lambda record: all(test(record) for test in holds),
        fields,
        lambda _record: None,
        superset=query,
        superset_is_exact=True,
        origin=search.origin,
    )


def _test(condition: Condition) -> _Test | None:
    """Returns the test that a record passes if the server finds it by a condition. None if it does not show that."""
    row, value = BY_NAME[condition.field], condition.value
    path = row.record_path
    if path is None or value is None or value == "":
        return None
    root, _, below = path.partition(".")
    match row.proof, condition.operator:
        case Proof.EQUAL, "eq" if row.single and below:
            return path, lambda record: _exif(record, below) == value
        case Proof.EQUAL, "eq" if row.single:
            return path, lambda record: record.get(root) == value
        case Proof.PRESENT, "eq":
            return path, lambda record: (record.get(root) is not None) == value
        case Proof.MOMENT, "gte" if isinstance(value, str):
            bound = to_milliseconds(value)
            return path, lambda record: to_milliseconds(str(record[root])) >= bound
        case _:
            return None


def _exif(record: Record, name: str) -> object:
    exif = record.get("exifInfo")
    return exif.get(name) if isinstance(exif, dict) else None
