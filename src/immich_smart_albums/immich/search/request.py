"""One query in one visibility, as requests to this server version: flat up to 3.1, flat or structured since 3.2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.immich.search.page import decode_page
from immich_smart_albums.immich.search.scan import PAGE_SIZE, Window
from immich_smart_albums.immich.search.verify import Recheck
from immich_smart_albums.model.asset import KEPT_FIELDS
from immich_smart_albums.model.instants import from_milliseconds, to_milliseconds
from immich_smart_albums.model.query import Kind

if TYPE_CHECKING:
    from immich_smart_albums.immich.http.client import Http
    from immich_smart_albums.immich.search.page import Page
    from immich_smart_albums.immich.versions import Capabilities
    from immich_smart_albums.model.query import Branch, Query, Visibility


_SAME = ("eq", "ne")
_AMONG = ("eq", "ne", "in", "notIn")
_TEXT = (*_AMONG, "like", "notLike", "startsWith", "endsWith")
_RANGE = ("eq", "ne", "lt", "lte", "gt", "gte")
_IDS = ("any", "all", "none")

OPERATORS: dict[str, tuple[str, ...]] = {
    "id": _SAME,
    "libraryId": _SAME,
    "type": _AMONG,
    **dict.fromkeys(("isFavorite", "isMotion", "isOffline", "isEncoded", "hasAlbums", "hasPeople", "hasTags"), ("eq",)),
    **dict.fromkeys(("city", "state", "country", "make", "model", "lensModel"), _AMONG),
    **dict.fromkeys(("description", "originalFileName", "originalPath"), _TEXT),
    "ocr": ("matches",),
    **dict.fromkeys(("rating", "fileSizeInBytes"), (*_RANGE, "in", "notIn")),
    **dict.fromkeys(("takenAt", "createdAt", "updatedAt", "trashedAt"), _RANGE),
    **dict.fromkeys(("personIds", "tagIds", "albumIds"), _IDS),
    **dict.fromkeys(("checksum", "encodedVideoPath"), _AMONG),
}
"""The fields of a structured search with what each can be asked. `visibility` is missing: a query has its own."""


def filter_body(query: Query, visibility: Visibility) -> dict[str, object]:
    """The `filter` of a request. Raises ValueError for a query that Immich could not mean as it is written."""
    if query.filters or query.kind is not Kind.METADATA:
        raise ValueError("only metadata searches can be structured, and then flat filters are refused beside them")
    body = _branch(query.conditions)
    body["visibility"] = {"eq": visibility.value}
    body.setdefault("trashedAt", {"eq": None})
    if query.either:
        if not all(query.either):
            raise ValueError("an empty branch lets everything through")
        body["or"] = [_branch(branch) for branch in query.either]
    return body


def _branch(conditions: Branch) -> dict[str, object]:
    body: dict[str, dict[str, object]] = {}
    for each in conditions:
        if each.operator not in OPERATORS.get(each.field, ()):
            raise ValueError(f"Immich has no condition {each.field} {each.operator}")
        operators = body.setdefault(each.field, {})
        if each.operator in operators:
            raise ValueError(f"one branch cannot hold {each.field} {each.operator} twice")
        operators[each.operator] = list(each.value) if isinstance(each.value, tuple) else each.value
    return dict(body)


_SHOWN = {"withExif": "exifInfo", "withPeople": "people"}


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

    @property
    def asks_for(self) -> frozenset[str]:
        """What it asks to be shown of each asset beside its own fields: `exifInfo`, `people`."""
        return frozenset(_SHOWN[option] for option in self._options)

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
