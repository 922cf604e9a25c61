"""Which changes of the library Immich tells: those that move the `updatedAt` of the photos that they change.

Seen on 3.1.0: edits of description, rating, favourite, visibility and tags move it at once; places, dates, the trash
and new files are changes of the asset's own row, too. Faces, names of people, albums, recognised text and the
embeddings that rank smart searches are kept elsewhere: they change what is found, and `updatedAt` stays.

A search is *told* where all that it looks at moves `updatedAt`. Everything else is asked anew in every run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immich_smart_albums.model.query import Query
    from immich_smart_albums.selection.query_plan import Scan

_ROW = frozenset(
    {
        *("id", "libraryId", "type", "checksum", "originalFileName", "originalPath"),
        *("isFavorite", "isMotion", "isOffline", "tagIds", "rating", "description"),
        *("city", "state", "country", "make", "model", "lensModel"),
    }
)
"""Filters of flat searches, and conditions of structured ones, that are told."""

_FILTERS = _ROW | {
    "withDeleted",
    *(f"{moment}{end}" for moment in ("taken", "created", "updated", "trashed") for end in ("After", "Before")),
}
_CONDITIONS = _ROW | {"hasTags", "fileSizeInBytes", "takenAt", "createdAt", "updatedAt", "trashedAt"}

_FIELDS = frozenset(
    {
        *("id", "ownerId", "libraryId", "type", "checksum", "originalFileName", "originalPath", "originalMimeType"),
        *("isFavorite", "isArchived", "isTrashed", "isOffline", "isEdited", "visibility", "livePhotoVideoId"),
        *("fileCreatedAt", "fileModifiedAt", "localDateTime", "createdAt", "updatedAt", "duration"),
        *("width", "height", "exifInfo"),
    }
)
"""Fields of records that are told, with all that is in them."""

_WORDS = {
    "personIds": "people",
    "hasPeople": "people",
    "albumIds": "albums",
    "hasAlbums": "albums",
    "isNotInAlbum": "albums",
    "ocr": "recognised text",
}


def untracked_reason(reading: Scan) -> str | None:
    """What may change what a search finds, or what is read of it, without being told; None where nothing may."""
    query = reading.query
    if query.kind is Kind.SMART:
        return "rankings"
    if query.limit is not None:
        return "the first of a search"
    words = {*_untold_of(query), *_untold_of_fields(reading.fields)}
    return " and ".join(sorted(words)) or None


def _untold_of(query: Query) -> Iterable[str]:
    for name, _ in query.filters:
        if name not in _FILTERS:
            yield _WORDS.get(name, name)
    for condition in (*query.conditions, *(condition for branch in query.either for condition in branch)):
        if condition.field not in _CONDITIONS:
            yield _WORDS.get(condition.field, condition.field)


def _untold_of_fields(fields: Iterable[str]) -> Iterable[str]:
    for name in fields:
        root = name.partition(".")[0]
        if root not in _FIELDS:
            yield _WORDS.get(root, root)
