"""The bodies of requests: flat up to 3.1, flat or structured since 3.2.

Which conditions there are stands in the table of fields (`OPERATORS`). Trashed, archived and hidden assets are found
unless the filter says otherwise, so that it always does. A field that Immich does not know is refused, an operator that
it does not know is dropped without a word beside one that it knows, and a server that does not know `filter` finds
everything; so nothing but what stands there is ever sent, and the answers are verified (`verify`, `controls`, `page`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.immich.search.scan import Window
from immich_smart_albums.model.instants import from_milliseconds, to_milliseconds
from immich_smart_albums.model.query import Kind
from immich_smart_albums.model.search_fields import OPERATORS

if TYPE_CHECKING:
    from immich_smart_albums.immich.versions import Capabilities
    from immich_smart_albums.model.query import Branch, Query, Visibility


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
    for condition in conditions:
        if condition.operator not in OPERATORS.get(condition.field, ()):
            raise ValueError(f"Immich has no condition {condition.field} {condition.operator}")
        operators = body.setdefault(condition.field, {})
        if condition.operator in operators:
            raise ValueError(f"one branch cannot hold {condition.field} {condition.operator} twice")
        operators[condition.operator] = list(condition.value) if isinstance(condition.value, tuple) else condition.value
    return dict(body)


class FlatBody:
    """Filters side by side, pages by number."""

    def __init__(self, query: Query, visibility: Visibility, capabilities: Capabilities) -> None:
        self._body: dict[str, object] = {
            name: list(value) if isinstance(value, tuple) else value for name, value in query.filters
        } | capabilities.visibility_filter(visibility)
        self.window = Window(_bound(self._body.pop("takenAfter", None)), _bound(self._body.pop("takenBefore", None)))
        self._body.pop("order", None)

    def body(self, window: Window, page: int, order: str | None, _cursor: str | None) -> dict[str, object]:
        """The body of one page, by its number."""
        body = {**self._body, "page": page}
        if order is not None:
            body["order"] = order
        if window.after is not None:
            body["takenAfter"] = from_milliseconds(window.after)
        if window.before is not None:
            body["takenBefore"] = from_milliseconds(window.before)
        return body


class StructuredBody:
    """One `filter`; beside it no flat field is allowed, not even a page."""

    def __init__(self, query: Query, visibility: Visibility) -> None:
        self._filter = filter_body(query, visibility)
        self._taken: dict[str, object] = {
            condition.operator: condition.value
            for condition in query.conditions
            if condition.field == "takenAt" and condition.operator not in {"gte", "lte"}
        }
        ends = {condition.operator: condition.value for condition in query.conditions if condition.field == "takenAt"}
        self.window = Window(_bound(ends.get("gte")), _bound(ends.get("lte")))

    def body(self, window: Window, _page: int, order: str | None, cursor: str | None) -> dict[str, object]:
        """The body of one page, after the `cursor` of the one before."""
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
