"""The two generators of requests: flat fields, and `filter` since 3.2.

The table of fields has the conditions of `filter` (`OPERATORS`). A search by `filter` finds trashed, archived and
hidden assets unless it excludes them, so it always does. Immich refuses a field that it does not know, silently drops
an unknown operator beside a known one, and before 3.2 ignores `filter` and finds everything. So only conditions of the
table are sent, and answers are verified (`verify`, `controls`, `page`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.immich.search.scan import Window
from immich_smart_albums.model.instants import from_milliseconds, to_milliseconds
from immich_smart_albums.model.query import Kind
from immich_smart_albums.model.search_fields import OPERATORS, ROWS

if TYPE_CHECKING:
    from immich_smart_albums.immich.versions import Capabilities
    from immich_smart_albums.model.condition import Branch
    from immich_smart_albums.model.query import Query, Visibility

Body = dict[str, object]

_SAID_BY_PAGES = {"order", *(row.name for row in ROWS if row.condition is not None and row.condition[0] == "takenAt")}
"""Flat fields that each page sets itself."""


def search_body(query: Query, visibility: Visibility, capabilities: Capabilities) -> FlatBody | FilterBody:
    """Returns the generator of the requests for a search, in the form that this version takes."""
    if capabilities.takes_filter(query):
        return FilterBody(query, visibility)
    return FlatBody(query, visibility, capabilities)


def count_body(query: Query, visibility: Visibility, capabilities: Capabilities) -> Body:
    """Returns the body of a count."""
    if capabilities.takes_filter(query):
        return {"filter": filter_body(query, visibility)}
    return flat_body(query) | capabilities.visibility_filter(visibility)


def flat_body(query: Query) -> Body:
    """Returns the flat fields of a request. Raises ValueError for a query that they cannot express."""
    if not query.is_flat:
        raise ValueError(f"no flat fields say all of {query.describe()}")
    return {name: _json(value) for name, value in query.flat_fields.items()}


def filter_body(query: Query, visibility: Visibility) -> Body:
    """Returns the `filter` of a request. Raises ValueError for a query that it cannot express."""
    if query.kind is not Kind.METADATA:
        raise ValueError("only metadata searches are sent by filter: smart ones have no pages there")
    body = _branch(query.where)
    body["visibility"] = {"eq": visibility.value}
    body.setdefault("trashedAt", {"eq": None})
    if query.any_of:
        if not all(query.any_of):
            raise ValueError("an empty branch lets everything through")
        body["or"] = [_branch(branch) for branch in query.any_of]
    return body


def _branch(conditions: Branch) -> Body:
    body: dict[str, Body] = {}
    for condition in conditions:
        if condition.operator not in OPERATORS.get(condition.field, ()):
            raise ValueError(f"Immich has no condition {condition.field} {condition.operator}")
        operators = body.setdefault(condition.field, {})
        if condition.operator in operators:
            raise ValueError(f"one branch cannot hold {condition.field} {condition.operator} twice")
        operators[condition.operator] = _json(condition.value)
    return dict(body)


class FlatBody:
    """Generates requests with flat fields, and pages by number."""

    is_filter = False

    def __init__(self, query: Query, visibility: Visibility, capabilities: Capabilities) -> None:
        self._body = flat_body(query) | capabilities.visibility_filter(visibility)
        self._body = {name: value for name, value in self._body.items() if name not in _SAID_BY_PAGES}
        self.window = _window(query)

    def page(self, window: Window, number: int, order: str | None, _cursor: str | None) -> Body:
        """Returns the body of one page, by its number."""
        body = {**self._body, "page": number}
        if order is not None:
            body["order"] = order
        if window.after is not None:
            body["takenAfter"] = from_milliseconds(window.after)
        if window.before is not None:
            body["takenBefore"] = from_milliseconds(window.before)
        return body


class FilterBody:
    """Generates requests with `filter`, and pages by cursor. No flat field is allowed beside it."""

    is_filter = True

    def __init__(self, query: Query, visibility: Visibility) -> None:
        self._filter = filter_body(query, visibility)
        taken = self._filter.pop("takenAt", {})
        self._taken: Body = {
            operator: value
            for operator, value in (taken.items() if isinstance(taken, dict) else ())
            if operator not in {"gte", "lte"}
        }
        self.window = _window(query)

    def page(self, window: Window, _number: int, order: str | None, cursor: str | None) -> Body:
        """Returns the body of one page, after the `cursor` of the one before."""
        taken = dict(self._taken)
        if window.after is not None:
            taken["gte"] = from_milliseconds(window.after)
        if window.before is not None:
            taken["lte"] = from_milliseconds(window.before)
        body: Body = {
            "filter": self._filter | ({"takenAt": taken} if taken else {}),
            "orderBy": {"field": "fileCreatedAt", "direction": order or "desc"},
        }
        return body if cursor is None else {**body, "cursor": cursor}


def _window(query: Query) -> Window:
    """The span of time of a search."""
    after, before = (query.get("takenAt", operator) for operator in ("gte", "lte"))
    return Window(*(to_milliseconds(bound) if isinstance(bound, str) else None for bound in (after, before)))


def _json(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
