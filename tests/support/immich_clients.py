"""How the tests reach a server, and what they read from it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from immich_sandbox.levels import LEVELS
from immich_smart_albums.immich.directory import Directory, read_version
from immich_smart_albums.immich.http.client import Http
from immich_smart_albums.immich.http.connection import Address
from immich_smart_albums.immich.search.searches import ImmichSearches
from immich_smart_albums.immich.server import ImmichServer
from immich_smart_albums.model.condition import Condition
from immich_smart_albums.model.dialects import conditions_of
from immich_smart_albums.model.query import Kind, Query, Value, Visibility
from immich_smart_albums.model.search_fields import BY_NAME, OPERATORS
from immich_smart_albums.model.text.secret import Secret
from immich_smart_albums.model.version import Version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from immich_sandbox import Library, Sandbox
    from immich_sandbox.library.records import Asset
    from immich_smart_albums.immich.search.page import Record

NOTHING: frozenset[str] = frozenset()
TIMELINE = frozenset({Visibility.TIMELINE})

STRUCTURED = Version(*LEVELS["3.2"].version)
"""The release that structured searches are tried on."""

SERVED_OPERATORS = {name: operators for name, operators in OPERATORS.items() if STRUCTURED in BY_NAME[name].releases}
"""What that release can be asked of each field."""


def http_to(where: Sandbox | str, key: str = "alice", **options: Any) -> Http:
    """A connection to a sandbox as one of its users, or to an address."""
    if isinstance(where, str):
        return Http(Address.parse(where), Secret(key), **options)
    return Http(Address.parse(where.url), Secret(where.keys.get(key, key)), **options)


def server_at(where: Sandbox | str, key: str = "alice", concurrency: int = 1, **options: Any) -> ImmichServer:
    """A server whose version is known."""
    counted: Callable[[int], None] = options.pop("on_read", lambda _: None)
    http = http_to(where, key, concurrency=concurrency, **options)
    return ImmichServer(http, concurrency=concurrency, on_read=counted)


class Runs:
    """Runs against one sandbox: its version is known and the connection open, while each settles anew what it rests on.

    For tests of searches that must each be the first one of a run.
    """

    def __init__(self, sandbox: Sandbox, key: str = "alice") -> None:
        self._http = http_to(sandbox, key)
        self._capabilities = read_version(self._http)

    def searches(self) -> ImmichSearches:
        """The searches of the next run."""
        directory = Directory(self._http, self._capabilities)
        return ImmichSearches(self._http, self._capabilities, directory, concurrency=1, on_read=lambda _: None)

    def serves(self, query: Query) -> bool:
        """Whether this version understands all of a query."""
        return not self._capabilities.unsupported(query)


def metadata(visibility: Iterable[Visibility] = TIMELINE, /, **filters: Value) -> Query:
    """A metadata search; `limit` among the filters is how much of it to keep."""
    limit = filters.pop("limit", None)
    assert limit is None or isinstance(limit, int)
    return Query(Kind.METADATA, conditions_of(filters), frozenset(visibility), limit)


def by_filter(query: Query) -> Query:
    """The same search with something beside it that only `filter` says, and that every photo passes."""
    return query.narrowed(Condition("createdAt", "gt", "1971-01-01T00:00:00.000Z")) if query.is_flat else query


def smart(limit: int | None = None, **filters: Value) -> Query:
    """A smart search."""
    return Query(Kind.SMART, conditions_of(filters), TIMELINE, limit)


def find(server: ImmichServer, query: Query, fields: frozenset[str] = NOTHING) -> list[Record]:
    """All records of a search, as they come."""
    return records_of(server.searches, query, fields)


def records_of(searches: ImmichSearches, query: Query, fields: frozenset[str] = NOTHING) -> list[Record]:
    """All records of a search, as they come."""
    with closing(searches.find(query, fields)) as batches:
        return [record for batch in batches for record in batch]


def ids_found_by(server: ImmichServer, query: Query) -> list[str]:
    """The ids that a search finds, as they come."""
    return [record["id"] for record in find(server, query)]


def shown(library: Library, visibility: str = "timeline", owner: str = "alice") -> Iterator[Asset]:
    """What a search of one visibility covers, newest first, ties by id."""
    owner_id = library.user_named(owner).id
    for asset in reversed(library.timeline):
        if asset.owner_id == owner_id and asset.visibility == visibility and asset.deleted_at is None:
            yield asset


def shown_ids(library: Library, visibility: str = "timeline") -> list[str]:
    """The ids of what a search of one visibility covers."""
    return [asset.id for asset in shown(library, visibility)]


def searches_sent(sandbox: Sandbox) -> list[Mapping[str, Any]]:
    """The bodies of the searches that a sandbox was asked so far, but for controls: these name no page or order."""
    sent = [request for request in sandbox.requests if request.path.startswith("/api/search/")]
    return [
        record.body for record in sent if record.path.endswith("statistics") or record.body.keys() & {"page", "orderBy"}
    ]
