"""Reads the details of single photos: tags, people, stack and owner (`GET /assets/{id}`)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from immich_smart_albums.errors import NoAccess, Untrustworthy
from immich_smart_albums.immich.http.responses import decode, unexpected
from immich_smart_albums.immich.search.parallel import in_parallel
from immich_smart_albums.model.asset import ASSET_FIELDS, Asset
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query, Visibility

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from immich_smart_albums.immich.http.client import Http
    from immich_smart_albums.immich.search.page import Record

    Find = Callable[[Query, frozenset[str]], Generator[list[Record], None, None]]

_DETAILS = ASSET_FIELDS | {"ownerId", "isTrashed", "tags", "people", "stack", "owner"}
"""Fields that the details of an asset always have, perhaps empty."""


class DetailReader:
    """Reads photos one by one, several at a time."""

    def __init__(
        self,
        http: Http,
        find: Find,
        my_id: Callable[[], str | None],
        *,
        concurrency: int,
        on_read: Callable[[int], None],
    ) -> None:
        """`find` searches for photos. `my_id` returns the id of the key's user, None if the key may not ask."""
        self._http = http
        self._find = find
        self._my_id = my_id
        self._concurrency = concurrency
        self._on_read = on_read

    def read(self, ids: Iterable[str]) -> Iterator[Record]:
        """See `SearchApi.details`."""
        return in_parallel([partial(self._detail, id_) for id_ in ids], self._concurrency)

    def _detail(self, asset_id: str) -> Iterator[Record]:
        path = f"/assets/{asset_id}"
        try:
            record = decode(self._http.get(path), dict, f"GET {path}")
        except NoAccess:
            return  # deleted since a search found it
        if record.get("id") != asset_id:
            message = f"GET {path}: the answer is another asset, {record.get('id')!r}"
            raise Untrustworthy(message, hint="Something on the way seems to answer in place of Immich.")
        missing = sorted(_DETAILS - record.keys())
        if missing:
            message = f"GET {path}: the answer lacks {', '.join(missing)}"
            raise Untrustworthy(message, hint="Something on the way seems to change answers; nothing of it is used.")
        try:
            Asset.of(record)
        except ValueError as error:
            raise unexpected(f"GET {path}", error) from None
        yield self._with_people(record)
        self._on_read(1)

    def _with_people(self, record: Record) -> Record:
        """The record with people. Details hide people on other users' assets; a search shows them."""
        if record.get("people") or record.get("ownerId") == self._my_id():
            return record
        shown_in = record.get("visibility")  # not before 1.133
        places = frozenset(visibility for visibility in Visibility if shown_in in {None, visibility.value})
        query = Query(Kind.METADATA, where(id=str(record["id"]), withDeleted=True), places)
        with_people = next(
            (candidate for batch in self._find(query, frozenset({"people"})) for candidate in batch), None
        )
        return record if with_people is None else {**record, "people": with_people["people"]}
