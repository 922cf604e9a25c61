"""The words of Immich's search payloads: their names, the type of their values, and which search takes them.

Which server version has which of them stands in `immich.versions`; the meaning is the same everywhere.
Source: OpenAPI files 1.118 to 3.1 and field lists 3.2 to 3.3 (`MetadataSearchDto`, `SmartSearchDto`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from immich_smart_albums.model.query import Kind


class Type(Enum):
    """What a field's value looks like in JSON."""

    TEXT = "a text"
    TRUTH = "true or false"
    RATING = "a whole number from 1 to 5, or null"
    ID = "an id (UUID version 4)"
    IDS = "a list of ids (UUID version 4)"
    DATE = "a date such as 2024-05-31 or 2024-05-31T18:00:00Z"
    ASSET_TYPE = "one of IMAGE, VIDEO, AUDIO, OTHER"
    ORDER = "asc or desc"


ASSET_TYPES = ("IMAGE", "VIDEO", "AUDIO", "OTHER")

_METADATA = frozenset({Kind.METADATA})
_SMART = frozenset({Kind.SMART})
_BOTH = _METADATA | _SMART


@dataclass(frozen=True, slots=True)
class Field:
    """One search field. `nullable`: null means "has none"."""

    type: Type
    kinds: frozenset[Kind] = _BOTH
    nullable: bool = False


FIELDS: dict[str, Field] = {
    "albumIds": Field(Type.IDS),
    "personIds": Field(Type.IDS),
    "tagIds": Field(Type.IDS, nullable=True),
    "city": Field(Type.TEXT, nullable=True),
    "state": Field(Type.TEXT, nullable=True),
    "country": Field(Type.TEXT, nullable=True),
    "make": Field(Type.TEXT, nullable=True),
    "model": Field(Type.TEXT, nullable=True),
    "lensModel": Field(Type.TEXT, nullable=True),
    "rating": Field(Type.RATING, nullable=True),
    "description": Field(Type.TEXT, _METADATA),
    "originalFileName": Field(Type.TEXT, _METADATA),
    "originalPath": Field(Type.TEXT, _METADATA),
    "encodedVideoPath": Field(Type.TEXT, _METADATA),
    "checksum": Field(Type.TEXT, _METADATA),
    "id": Field(Type.ID, _METADATA),
    "deviceId": Field(Type.TEXT),
    "deviceAssetId": Field(Type.TEXT, _METADATA),
    "libraryId": Field(Type.ID, nullable=True),
    "ocr": Field(Type.TEXT),
    "type": Field(Type.ASSET_TYPE),
    "isFavorite": Field(Type.TRUTH),
    "isMotion": Field(Type.TRUTH),
    "isEncoded": Field(Type.TRUTH),
    "isOffline": Field(Type.TRUTH),
    "isNotInAlbum": Field(Type.TRUTH),
    "takenAfter": Field(Type.DATE),
    "takenBefore": Field(Type.DATE),
    "createdAfter": Field(Type.DATE),
    "createdBefore": Field(Type.DATE),
    "updatedAfter": Field(Type.DATE),
    "updatedBefore": Field(Type.DATE),
    "trashedAfter": Field(Type.DATE),
    "trashedBefore": Field(Type.DATE),
    "withDeleted": Field(Type.TRUTH),
    "withStacked": Field(Type.TRUTH, _METADATA),
    "order": Field(Type.ORDER, _METADATA),
    "query": Field(Type.TEXT, _SMART),
    "queryAssetId": Field(Type.ID, _SMART),
    "language": Field(Type.TEXT, _SMART),
}
"""Fields that become part of a query."""

VISIBILITY_WORDS = ("visibility", "isArchived", "withArchived", "isVisible")
"""The words that say where an asset is shown; each version has some, we take all on every version."""

READING_OPTIONS = ("page", "size", "withExif", "withPeople")
"""How to read, not what to find: this tool reads every page and asks for what it needs."""

OUR_WORDS = ("resultLimit", "datetime", "mayBeMissing")
"""Words that are not Immich's: a cap on the result, the older way to say takenAfter and takenBefore, and that it is
fine where no photo has a value."""

IGNORED_BY_IMMICH = ("previewPath", "thumbnailPath")
"""Accepted by every version and without effect, so that the whole library would come back."""

STRUCTURED_WORDS = ("filter", "orderBy", "cursor")
"""The structured search of 3.2 and later."""

SUGGESTED = ("city", "state", "country", "make", "model", "lensModel")
"""Fields with names whose values the server lists, for people to choose from."""

COMPARED_TEXTS = (
    "description",
    "deviceAssetId",
    "deviceId",
    "encodedVideoPath",
    "ocr",
    "originalFileName",
    "originalPath",
)
"""Other fields with texts that the server compares in its own way."""

ALL_WORDS = (*FIELDS, *VISIBILITY_WORDS, *READING_OPTIONS, *OUR_WORDS)
