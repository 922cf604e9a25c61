"""One query in one visibility, as requests to this server version: flat up to 3.1, flat or structured since 3.2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.immich.recheck import Recheck
from immich_smart_albums.immich.scan import PAGE_SIZE, Window
from immich_smart_albums.immich.structured import filter_body
from immich_smart_albums.immich.wire import decode_page
from immich_smart_albums.model.asset import KEPT_FIELDS
from immich_smart_albums.model.instants import from_milliseconds, to_milliseconds
from immich_smart_albums.model.query import Kind

if TYPE_CHECKING:
    from immich_smart_albums.immich.http import Http
    from immich_smart_albums.immich.versions import Capabilities
    from immich_smart_albums.immich.wire import Page
    from immich_smart_albums.model.query import Query, Visibility


class Question:
    """Asks for pages, and holds every record against the query."""

    def __init__(  # noqa: PLR0913 - what one search consists of
        self,
        http: Http,
        capabilities: Capabilities,
        query: Query,
        visibility: Visibility,
        fields: frozenset[str],
        own_id: str | None,
    ) -> None:
        self._http = http
        self.orders_ties = capabilities.orders_ties
        self._query = query
        self._path = f"/search/{query.kind.value}"
        self._recheck = Recheck(query, visibility, own_id, capabilities)
        wanted = KEPT_FIELDS | fields | self._recheck.fields
        self._fields = frozenset(wanted)
        self._wire = _Structured(query, visibility) if query.is_structured else _Flat(query, visibility, capabilities)
        self._options: dict[str, object] = {}
        if any(field.startswith("exifInfo") for field in wanted):
            self._options["withExif"] = True
        if "people" in wanted and query.kind is Kind.METADATA:
            self._options["withPeople"] = True
        self.window = self._wire.window

    def fetch(self, window: Window, *, page: int = 1, size: int = PAGE_SIZE, cursor: str | None = None) -> Page:
        """One page, newest first."""
        return self.ask(window, page=page, size=size, order="desc", cursor=cursor)

    def ask(
        self, window: Window, *, page: int = 1, size: int, order: str | None = None, cursor: str | None = None
    ) -> Page:
        """One page whose records hold against the query; raises ServerError.

        A structured search goes on from the `cursor` of the page before; a flat one counts pages.
        """
        body = self._wire.body(window, page, order, cursor) | self._options | {"size": size}
        answer = decode_page(self._http.post(self._path, body), self._fields, size, f"POST {self._path}")
        self._recheck(answer.records)
        return answer

    def describe(self) -> str:
        """The query, for messages."""
        return self._query.describe()


class _Flat:
    """Filters side by side, pages by number."""

    def __init__(self, query: Query, visibility: Visibility, capabilities: Capabilities) -> None:
        self._body: dict[str, object] = {
            name: list(value) if isinstance(value, tuple) else value for name, value in query.filters
        } | capabilities.visibility_filter(visibility)
        self.window = Window(_bound(self._body.pop("takenAfter", None)), _bound(self._body.pop("takenBefore", None)))
        self._body.pop("order", None)

    def body(self, window: Window, page: int, order: str | None, _cursor: str | None) -> dict[str, object]:
        body = {**self._body, "page": page}
        if order is not None:
            body["order"] = order
        if window.after is not None:
            body["takenAfter"] = from_milliseconds(window.after)
        if window.before is not None:
            body["takenBefore"] = from_milliseconds(window.before)
        return body


class _Structured:
    """One `filter`; beside it no flat field is allowed, not even a page."""

    def __init__(self, query: Query, visibility: Visibility) -> None:
        self._filter = filter_body(query, visibility)
        self._taken: dict[str, object] = {
            each.operator: each.value
            for each in query.conditions
            if each.field == "takenAt" and each.operator not in {"gte", "lte"}
        }
        ends = {each.operator: each.value for each in query.conditions if each.field == "takenAt"}
        self.window = Window(_bound(ends.get("gte")), _bound(ends.get("lte")))

    def body(self, window: Window, _page: int, order: str | None, cursor: str | None) -> dict[str, object]:
        taken = dict(self._taken)
        if window.after is not None:
            taken["gte"] = from_milliseconds(window.after)
        if window.before is not None:
            taken["lte"] = from_milliseconds(window.before)
        condition = {name: value for name, value in self._filter.items() if name != "takenAt"}
        body: dict[str, object] = {
            "filter": condition | ({"takenAt": taken} if taken else {}),
            "orderBy": {"field": "fileCreatedAt", "direction": order or "desc"},
        }
        return body if cursor is None else {**body, "cursor": cursor}


def _bound(text: object) -> int | None:
    return to_milliseconds(text) if isinstance(text, str) else None
