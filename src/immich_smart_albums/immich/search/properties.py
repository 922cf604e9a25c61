"""How it is made sure that a server heard each property of a request: the one table.

A server drops what it does not know, and so may something on the way. What a record shows is held against the search
(`recheck`, `conditions`). Where a record leaves a property open, and for counts, which have no records, the server is
put to a test once in a run (`controls`): the second column.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from immich_smart_albums.model.query import Value


class Control(Enum):
    """A search whose answer shows whether a property is heard."""

    NOTHING = "a value that nothing can have finds nothing"
    APART = "what is found under one value is not found under another"
    CONTRADICTION = "what is asked for, and asked not to be, finds nothing"
    ALBUM = "a photo of an album is not found among those in no album"
    STACK = "a photo of a stack is not found among those in no stack"
    REACH = "a photo in the trash is found when the trash is looked at, too"
    PEOPLE = "a photo of somebody shows somebody"
    EXIF = "a photo whose file has a size shows what was read from the file"
    ANSWER = "the answer itself tells: it is refused, out of order, or lacks what only this property brings"
    NONE = "it only turns a ranking, and no answer shows how"


@dataclass(frozen=True, slots=True)
class Property:
    """How one property of a request is verified."""

    record: str | None
    """The field of a record that shows it, dotted below exifInfo; None where none does."""
    control: Control
    values: tuple[Value, ...] = ()
    """For APART: values that no photo has at once, rare ones first."""


_TRUTH: tuple[Value, ...] = (True, False)

PROPERTIES: dict[str, Property] = {
    **{name: Property(name, Control.NOTHING) for name in ("id", "libraryId", "deviceId", "deviceAssetId", "checksum")},
    **{
        name: Property(f"exifInfo.{name}", Control.NOTHING)
        for name in ("city", "state", "country", "make", "model", "lensModel", "description")
    },
    "rating": Property("exifInfo.rating", Control.APART, (1, 2)),
    "originalFileName": Property("originalFileName", Control.NOTHING),
    "originalPath": Property("originalPath", Control.NOTHING),
    "encodedVideoPath": Property(None, Control.NOTHING),
    "ocr": Property(None, Control.NOTHING),
    "personIds": Property("people", Control.NOTHING),
    "tagIds": Property(None, Control.NOTHING),
    "albumIds": Property(None, Control.NOTHING),
    "type": Property("type", Control.APART, ("OTHER", "AUDIO")),
    "isFavorite": Property("isFavorite", Control.APART, _TRUTH),
    "isMotion": Property("livePhotoVideoId", Control.APART, _TRUTH),
    "isOffline": Property("isOffline", Control.APART, _TRUTH),
    "isEncoded": Property(None, Control.APART, _TRUTH),
    "isNotInAlbum": Property(None, Control.ALBUM),
    **{
        f"{moment}{end}": Property(field, Control.NOTHING)
        for moment, field in (("taken", "fileCreatedAt"), ("created", "createdAt"), ("updated", "updatedAt"))
        for end in ("After", "Before")
    },
    "trashedAfter": Property("isTrashed", Control.NOTHING),
    "trashedBefore": Property("isTrashed", Control.NOTHING),
    "withDeleted": Property("isTrashed", Control.REACH),
    "withStacked": Property(None, Control.STACK),
    "visibility": Property("visibility", Control.APART, ("hidden", "archive")),
    "isArchived": Property("isArchived", Control.APART, _TRUTH),
    "isVisible": Property(None, Control.APART, _TRUTH),
    "withArchived": Property(None, Control.REACH),
    "withExif": Property("exifInfo", Control.EXIF),
    "withPeople": Property("people", Control.PEOPLE),
    "order": Property("fileCreatedAt", Control.ANSWER),
    "page": Property("id", Control.ANSWER),
    "size": Property(None, Control.ANSWER),
    "query": Property(None, Control.ANSWER),
    "queryAssetId": Property(None, Control.ANSWER),
    "language": Property(None, Control.NONE),
    "filter": Property(None, Control.ANSWER),
    "orderBy": Property("fileCreatedAt", Control.ANSWER),
    "cursor": Property("id", Control.ANSWER),
}
"""Every property of a flat search, and those beside a structured one."""

APART = frozenset({"isFavorite", "isMotion", "isOffline", "isEncoded", "hasAlbums", "hasPeople", "hasTags"})
"""Fields of a structured search with one operator: photos with them are apart from those without."""

NEGATIONS = {"none": "any", "ne": "eq", "notIn": "in", "notLike": "like"}
"""Operators of a structured search that say what must not be, and under which the same value finds just that."""


def control_of(field: str, operator: str) -> Control:
    """How a condition of a structured search is verified where records leave it open."""
    if field in APART:
        return Control.APART
    return Control.CONTRADICTION if operator in NEGATIONS else Control.NOTHING
