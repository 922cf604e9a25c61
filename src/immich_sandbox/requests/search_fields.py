"""The properties of the flat search requests, by level: which there are, their types, limits and nulls."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from immich_sandbox.library.records import TRUTHS
from immich_sandbox.requests.fields import ASSET_TYPES, ORDERS, VISIBILITIES, Field
from immich_sandbox.requests.structured_fields import FILTER, ORDER_BY

if TYPE_CHECKING:
    from immich_sandbox.levels import Level


_DATES = (
    *("createdBefore", "createdAfter", "updatedBefore", "updatedAfter"),
    *("trashedBefore", "trashedAfter", "takenBefore", "takenAfter"),
)


@lru_cache(maxsize=64)
def search_fields(level: Level, endpoint: str) -> tuple[Field, ...]:
    """Return the properties that a search endpoint of this level knows, in the order in which it checks them."""
    names = level.search_fields[endpoint]
    fields = (field for field in _all(level) if field.name in names)
    if endpoint == "smart" and "queryAssetId" not in names:  # before 1.141 a text was the only way to ask
        fields = (replace(field, required=True) if field.name == "query" else field for field in fields)
    return tuple(fields)


def _all(level: Level) -> list[Field]:
    return [
        Field("libraryId", "uuid", null=True),
        Field("deviceId", "text"),
        Field("type", "choice", choices=ASSET_TYPES),
        *(Field(name, "boolean") for name in sorted((*TRUTHS, "isVisible"))),
        Field("isArchived", "boolean"),
        Field("withArchived", "boolean"),
        Field("isNotInAlbum", "boolean"),
        Field("visibility", "choice", choices=VISIBILITIES),
        *(Field(name, "date") for name in _DATES),
        *(Field(name, "text", null=True) for name in ("city", "state", "country", "make", "model", "lensModel")),
        Field("albumIds", "uuids"),
        Field("personIds", "uuids"),
        Field("tagIds", "uuids", null=level.tags_null),
        Field("rating", "integer", low=level.lowest_rating, high=5, null=level.rating_null),
        Field("ocr", "text"),
        Field("query", "text"),
        Field("queryAssetId", "uuid"),
        Field("language", "text"),
        *(Field(name, "boolean") for name in ("withDeleted", "withExif", "withPeople", "withStacked")),
        Field("id", "uuid"),
        Field("deviceAssetId", "text"),
        *(Field(name, "text") for name in ("description", "checksum", "originalFileName", "originalPath")),
        *(Field(name, "text") for name in ("previewPath", "thumbnailPath", "encodedVideoPath")),
        Field("order", "choice", choices=ORDERS),
        Field("minFileSize", "integer", low=1),
        Field("size", "integer", low=1, high=1000),
        Field("page", "integer", low=1),
        FILTER,
        ORDER_BY,
        Field("cursor", "text", low=1),
    ]
