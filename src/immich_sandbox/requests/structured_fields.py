"""The properties of the structured search of 3.2: which conditions each field takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_sandbox.library.records import TRUTHS
from immich_sandbox.requests.fields import ASSET_TYPES, ORDERS, VISIBILITIES, Field

if TYPE_CHECKING:
    from immich_sandbox.requests.fields import Kind

ORDER_FIELDS = ("fileCreatedAt", "localDateTime", "fileSizeInBytes", "rating")


def _condition(name: str, *operators: Field) -> Field:
    """Operators that it does not know are dropped, but one that it knows there must be."""
    names = ", ".join(operator.name for operator in operators)
    return Field(name, "object", fields=operators, needs=f"At least one of the following fields is required: {names}")


def _equality(kind: Kind, *, null: bool = False, choices: tuple[str, ...] = ()) -> tuple[Field, ...]:
    return tuple(Field(name, kind, null=null, choices=choices) for name in ("eq", "ne"))


def _membership(kind: Kind, choices: tuple[str, ...] = ()) -> tuple[Field, ...]:
    member = Field("", kind, choices=choices)
    return tuple(Field(name, "list", low=1, fields=(member,)) for name in ("in", "notIn"))


def _range(kind: Kind, *, null: bool = False) -> tuple[Field, ...]:
    return (*_equality(kind, null=null), *(Field(name, kind) for name in ("gt", "gte", "lt", "lte")))


_PATTERNS = tuple(Field(name, "text", low=1) for name in ("like", "notLike", "startsWith", "endsWith"))
_IDS = tuple(Field(name, "uuids", low=1) for name in ("any", "all", "none"))

_BRANCH: tuple[Field, ...] = (
    _condition("id", *_equality("uuid")),
    _condition("libraryId", *_equality("uuid", null=True)),
    _condition("type", *_equality("choice", choices=ASSET_TYPES), *_membership("choice", ASSET_TYPES)),
    _condition("visibility", *_equality("choice", choices=VISIBILITIES), *_membership("choice", VISIBILITIES)),
    *(
        _condition(name, Field("eq", "boolean", required=True))
        for name in (*TRUTHS, "hasAlbums", "hasPeople", "hasTags")
    ),
    *(
        _condition(name, *_equality("text", null=True), *_membership("text"))
        for name in ("city", "state", "country", "make", "model", "lensModel")
    ),
    *(
        _condition(name, *_equality("text", null=name != "originalPath"), *_membership("text"), *_PATTERNS)
        for name in ("description", "originalFileName", "originalPath")
    ),
    _condition("ocr", Field("matches", "text", low=1, required=True)),
    _condition("rating", *_range("number", null=True), *_membership("number")),
    _condition("fileSizeInBytes", *_range("number"), *_membership("number")),
    *(_condition(name, *_range("date")) for name in ("takenAt", "createdAt", "updatedAt")),
    _condition("trashedAt", *_range("date", null=True)),
    *(_condition(name, *_IDS) for name in ("personIds", "tagIds", "albumIds")),
    *(_condition(name, *_equality("text"), *_membership("text")) for name in ("checksum", "encodedVideoPath")),
)

_CHOICE = Field("", "object", fields=_BRANCH, strict=True, needs="At least one filter condition is required")
FILTER = Field("filter", "object", fields=(*_BRANCH, Field("or", "list", low=1, fields=(_CHOICE,))), strict=True)
ORDER_BY = Field(
    "orderBy",
    "object",
    fields=(
        Field("field", "choice", choices=ORDER_FIELDS),
        Field("direction", "choice", choices=ORDERS),
    ),
)
