"""Structured searches (3.2 and later) as Immich takes them: which conditions there are, and the body of a request.

Source: `SearchFilter` of the field lists 3.2.0 to 3.3.5. Trashed, archived and hidden assets are found unless the
filter says otherwise, so that it always does. Fields that it does not know are dropped without a word, and then more is
found than was asked for; so nothing but what stands here is ever sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind

if TYPE_CHECKING:
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
