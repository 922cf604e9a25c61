"""Runs queries on this server version: one search per visibility, read to its end or failed."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from immich_smart_albums.errors import MissingPermission, ServerError
from immich_smart_albums.immich.search.capped import first, in_order, ranked
from immich_smart_albums.immich.search.controls.controls import Controls
from immich_smart_albums.immich.search.count import Counter
from immich_smart_albums.immich.search.details import DetailReader
from immich_smart_albums.immich.search.gaps import gaps
from immich_smart_albums.immich.search.parallel import in_parallel
from immich_smart_albums.immich.search.request import SearchRequest
from immich_smart_albums.immich.search.scan import PAGE_SIZE, cut, instant, scan
from immich_smart_albums.model.condition import Condition
from immich_smart_albums.model.instants import from_milliseconds
from immich_smart_albums.model.query import Kind, Query, Visibility
from immich_smart_albums.model.search_field import Proof
from immich_smart_albums.model.search_fields import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from immich_smart_albums.immich.directory import Directory, Month
    from immich_smart_albums.immich.http.client import Http
    from immich_smart_albums.immich.search.page import Record
    from immich_smart_albums.immich.search.scan import Window
    from immich_smart_albums.immich.versions import Capabilities


class ImmichSearches:
    """Searches of one account; fits `selection.ports.CacheSearchApi`."""

    def __init__(
        self,
        http: Http,
        capabilities: Capabilities,
        directory: Directory,
        *,
        concurrency: int,
        on_read: Callable[[int], None],
    ) -> None:
        self._http = http
        self._capabilities = capabilities
        self._directory = directory
        self._concurrency = concurrency
        self._on_read = on_read
        self._controls = Controls(http, capabilities, directory)
        self._counter = Counter(http, capabilities, self._controls)
        self._details = DetailReader(http, self.find, self._me, concurrency=concurrency, on_read=on_read)

    def count(self, query: Query) -> int | None:
        """See `SearchApi.count`."""
        return self._counter.count(query)

    def estimate(self, query: Query) -> int | None:
        """See `SearchApi.estimate`."""
        return self._counter.estimate(query)

    def estimate_own(self, query: Query) -> int | None:
        """See `SearchApi.estimate_own`."""
        return self._counter.estimate_own(query)

    def find(self, query: Query, fields: frozenset[str]) -> Generator[list[Record], None, None]:
        """See `SearchApi.find`."""
        yield from self._everywhere(query, partial(self._records, query, fields=fields))

    def listing(self, query: Query, verified: Query) -> Generator[list[Record], None, None]:
        """See `CacheSearchApi.listing`."""

        def records(visibility: Visibility) -> Generator[list[Record], None, None]:
            fields = frozenset({"updatedAt"})
            yield from self._answers(self._request(query, visibility, fields, verified), query)

        yield from self._everywhere(query, records)

    def _everywhere(
        self, query: Query, read: Callable[[Visibility], Generator[list[Record], None, None]]
    ) -> Generator[list[Record], None, None]:
        """The results of a search in each of its visibilities, up to its limit."""
        firsts: list[Record] = []
        is_cut = query.kind is Kind.METADATA and query.limit is not None and len(query.visibility) > 1
        for visibility in sorted(query.visibility, key=lambda visibility: visibility.value):
            with closing(read(visibility)) as batches:
                for batch in batches:
                    self._on_read(len(batch))
                    if is_cut:
                        firsts += batch
                    else:
                        yield batch
        if is_cut:
            # The first photos of all are among the first of each visibility.
            yield in_order(firsts, ascending=query.get("order") == "asc")[: query.limit]

    def asks_for(self, query: Query, fields: frozenset[str]) -> frozenset[str]:
        """Returns the parts of records that a search asks for, those for verification included."""
        visibility = next(iter(query.visibility))
        one = SearchRequest(self._http, self._capabilities, self._controls, query, visibility, fields, None)
        return one.asks_for

    def details(self, ids: Iterable[str]) -> Iterator[Record]:
        """See `SearchApi.details`."""
        return self._details.read(ids)

    def _me(self) -> str | None:
        """The id of the key's user. None if the key may not ask."""
        try:
            return self._directory.me().id
        except MissingPermission:
            return None

    def _own_id(self, query: Query) -> str | None:
        """The id of the key's user, if the query is about favourites. None if not, or if the key may not ask."""
        return self._me() if _asks_for_own(query) else None

    def _records(
        self, query: Query, visibility: Visibility, fields: frozenset[str]
    ) -> Generator[list[Record], None, None]:
        """The results of a search in one visibility, those without EXIF included if EXIF is asked for."""
        without = frozenset(field for field in fields if not field.startswith("exifInfo"))
        if without == fields or not self._capabilities.leaves_out_unread(query):
            yield from self._answers(self._request(query, visibility, fields), query)
            return
        bare = self._request(query, visibility, without)
        if query.kind is Kind.SMART or query.limit is not None:
            yield from self._firsts(bare, query, visibility, fields)
            return
        shown: dict[int, int] = {}
        for batch in self._everything(self._request(query, visibility, fields)):
            shown.update((_number(record), instant(record)) for record in batch)
            yield batch
        yield from self._left_out(bare, replace(query, visibility=frozenset({visibility})), shown)

    def _left_out(
        self, bare: SearchRequest, query: Query, shown: dict[int, int]
    ) -> Generator[list[Record], None, None]:
        """The results that a search with EXIF left out: few, if any. `shown` has the instants of the others."""
        total = self._total(query)
        if total == len(shown):
            return
        if total is not None and total > len(shown):
            missing = total - len(shown)
            spans = gaps(
                sorted(shown.values()),
                bare.window,
                missing,
                lambda window: self._total(within(query, window)),
                len(shown) // PAGE_SIZE // 2,
            )
            parts = [partial(scan, bare.fetch, span) for span in spans]
            with closing(in_parallel(parts, self._concurrency)) as batches:
                for batch in batches:
                    records = [record for record in batch if _number(record) not in shown]
                    shown.update((_number(record), instant(record)) for record in records)
                    yield records
            if self._total(query) == len(shown):  # counted again, since photos may have come meanwhile
                return
        for batch in self._everything(bare):
            yield [record for record in batch if _number(record) not in shown]

    def _total(self, query: Query) -> int | None:
        """The number of results. None if it could not be asked for; then all are read once more."""
        try:
            return self.estimate(query)
        except ServerError:
            return None

    def _firsts(
        self, bare: SearchRequest, query: Query, visibility: Visibility, fields: frozenset[str]
    ) -> Generator[list[Record], None, None]:
        """A ranking, or the first of a search, with EXIF. Asked for EXIF at once, it would lack photos without it."""
        records = [record for batch in self._answers(bare, query) for record in batch]
        if records:
            whole = replace(query, limit=len(records), until=())
            answers = self._answers(self._request(whole, visibility, fields), whole)
            records_by_id = {record["id"]: record for batch in answers for record in batch}
            yield [records_by_id.get(record["id"], record) for record in records]

    def _request(
        self, query: Query, visibility: Visibility, fields: frozenset[str], verified: Query | None = None
    ) -> SearchRequest:
        own_id = self._own_id(query)
        return SearchRequest(
            self._http, self._capabilities, self._controls, query, visibility, fields, own_id, verified
        )

    def _answers(self, search: SearchRequest, query: Query) -> Generator[list[Record], None, None]:
        if query.kind is Kind.SMART:
            yield from ranked(search, query)
        elif query.limit is not None:
            yield first(search, query.limit, ascending=query.get("order") == "asc")
        else:
            yield from self._everything(search)

    def _everything(self, search: SearchRequest) -> Generator[list[Record], None, None]:
        """All records. A search that turns out long is cut into windows that are read side by side."""
        stream = scan(search.fetch, search.window)
        if self._concurrency == 1:
            yield from stream
            return
        reached: int | None = None
        read = 0
        for batch in islice(stream, self._concurrency + 1):
            yield batch
            read += 1
            reached = min(map(instant, batch), default=reached)
        if read <= self._concurrency or reached is None:
            return
        # Everything above this instant is read. Below it, there is a window for each request that may be under way.
        windows = cut(search.window.until(reached + 1), self._months(), self._concurrency)
        parts = [partial(scan, search.fetch, part) for part in windows]
        with closing(in_parallel(parts, self._concurrency)) as batches:
            yield from batches

    def _months(self) -> list[Month]:
        """A guess where the assets are. Without it, searches only take longer."""
        try:
            return self._directory.months()
        except ServerError:
            return []


def within(query: Query, window: Window) -> Query:
    """Returns the same search, of photos taken inside a window."""
    ends = (("gte", window.after), ("lte", window.before))
    return query.narrowed(
        *(Condition("takenAt", end, from_milliseconds(moment)) for end, moment in ends if moment is not None)
    )


def _number(record: Record) -> int:
    """An asset's id, in less memory."""
    return int(record["id"].replace("-", ""), 16)


def _asks_for_own(query: Query) -> bool:
    """Whether a search has a condition that only the account's own photos show."""
    return any(BY_NAME[condition.field].proof is Proof.OWN for condition in query.conditions)
