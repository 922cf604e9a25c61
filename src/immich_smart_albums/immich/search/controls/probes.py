"""The kinds of search that controls test: flat, by `filter`, and counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from immich_smart_albums.errors import NoAccess
from immich_smart_albums.immich.http.responses import decode
from immich_smart_albums.immich.search.page import decode_page
from immich_smart_albums.model.instants import from_milliseconds, to_milliseconds
from immich_smart_albums.model.query import Kind, Query, Visibility
from immich_smart_albums.model.search_field import ONLY_SMART
from immich_smart_albums.model.search_fields import ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.immich.http.client import Http
    from immich_smart_albums.immich.search.page import Record

EVER = "1970-01-01T00:00:00.000Z"
RANKED = frozenset(row.name for row in ROWS if row.kinds == ONLY_SMART)
SHOWN = frozenset({"id", "fileCreatedAt", "people", "exifInfo"})
_PAGE = 1000

Body = dict[str, object]


class Probe(Protocol):
    """One kind of search, for controls."""

    @property
    def name(self) -> str:
        """The request, for messages."""
        ...

    def finds(self, filters: Mapping[str, object]) -> bool:
        """Returns whether it finds anything with these filters. False also if the server refuses to look there."""
        ...

    def finds_photo(self, filters: Mapping[str, object], record: Record) -> bool:
        """Returns whether it finds one photo with these filters."""
        ...


class _CountAnswer(msgspec.Struct):
    total: int


class FlatSearch:
    """A flat search. A smart one has no filter by id, so a photo is looked for at its instant."""

    def __init__(self, http: Http, query: Query, shown: Mapping[str, object]) -> None:
        self._http = http
        self._is_smart = query.kind is Kind.SMART
        self.path = f"/search/{query.kind.value}"
        self.name = f"POST {self.path}"
        ranked = {condition.field: condition.value for condition in query.where if condition.field in RANKED}
        self.base: Body = {**ranked, **shown}

    def finds(self, filters: Mapping[str, object]) -> bool:
        """Returns whether it finds anything."""
        return bool(self.ask(filters, 1))

    def finds_photo(self, filters: Mapping[str, object], record: Record) -> bool:
        """Returns whether it finds one photo, by id or on the pages of its instant."""
        if not self._is_smart:
            return bool(self.ask({**filters, "id": record["id"]}, 1))
        body: Body = {**filters, **_instant_of(record)}
        seen: set[object] = set()
        number = 1
        while True:
            ids = {photo["id"] for photo in self.ask(body if number == 1 else {**body, "page": number}, _PAGE)}
            # A page with nothing new shows that the server ignores pages. Then nothing is proved.
            if record["id"] in ids or (len(ids) == _PAGE and ids <= seen):
                return True
            if len(ids) < _PAGE:
                return False
            seen |= ids
            number += 1

    def ask(self, filters: Mapping[str, object], size: int, fields: frozenset[str] = SHOWN) -> list[Record]:
        """Returns some photos that it finds with these filters."""
        try:
            return page(self._http, self.path, {**self.base, **filters, "size": size}, fields)
        except NoAccess:
            return []  # an unknown album is refused, so the server obeys


class FilterSearch:
    """A search by `filter`."""

    name = "POST /search/metadata"

    def __init__(self, http: Http, visibility: Visibility) -> None:
        self._http = http
        self._base: Body = {"visibility": {"eq": visibility.value}}

    def finds(self, filters: Mapping[str, object]) -> bool:
        """Returns whether it finds anything. False also if the server refuses to look there."""
        try:
            return bool(page(self._http, "/search/metadata", {"filter": {**self._base, **filters}, "size": 1}))
        except NoAccess:
            return False

    def finds_photo(self, filters: Mapping[str, object], record: Record) -> bool:
        """Returns whether it finds one photo."""
        return self.finds({**filters, "id": {"eq": record["id"]}})


class CountSearch:
    """A count, flat or by `filter`."""

    name = "POST /search/statistics"

    def __init__(self, http: Http, shown: Mapping[str, object], *, is_filter: bool) -> None:
        self._http = http
        self._shown = shown
        self._is_filter = is_filter

    def count(self, filters: Mapping[str, object]) -> int:
        """Returns how many photos there are."""
        body: Body = {**self._shown, **filters}
        if self._is_filter:
            body = {"filter": body}
        return decode(self._http.post("/search/statistics", body), _CountAnswer, self.name).total

    def finds(self, filters: Mapping[str, object]) -> bool:
        """Returns whether it counts anything."""
        return self.count(filters) > 0

    def finds_photo(self, filters: Mapping[str, object], record: Record) -> bool:
        """Returns whether the filters leave out no photo of the instant of this one."""
        everything = self.count(_instant_of(record))
        return everything > 0 and (not filters or self.count({**filters, **_instant_of(record)}) >= everything)


def page(http: Http, path: str, body: Mapping[str, object], fields: frozenset[str] = SHOWN) -> list[Record]:
    """Returns the photos on a page of a search."""
    size = body["size"]
    answer = http.post(path, body)
    size = size if isinstance(size, int) else 1
    return decode_page(answer, fields, size, f"POST {path}", is_filter="filter" in body).records


def _instant_of(record: Record) -> Body:
    """The instant of a photo; the database has microseconds."""
    taken = to_milliseconds(str(record["fileCreatedAt"]))
    return {"takenAfter": from_milliseconds(taken), "takenBefore": from_milliseconds(taken + 1)}
