"""The fields of an asset that local filters may look at.

A misspelt field would never match: an include would select nothing, and an exclude would let everything through. So the
first steps of every path are held against these names. Source: `AssetResponseDto`, `ExifResponseDto`, 1.118 to 3.3.
"""

from __future__ import annotations

FROM_SEARCH = frozenset(
    [
        "id",
        "deviceAssetId",
        "ownerId",
        "deviceId",
        "libraryId",
        "type",
        "originalPath",
        "originalFileName",
        "originalMimeType",
        "thumbhash",
        "fileCreatedAt",
        "fileModifiedAt",
        "localDateTime",
        "createdAt",
        "updatedAt",
        "isFavorite",
        "isArchived",
        "isTrashed",
        "isOffline",
        "visibility",
        "duration",
        "exifInfo",
        "livePhotoVideoId",
        "people",
        "checksum",
        "hasMetadata",
        "duplicateId",
        "resized",
        "width",
        "height",
        "isEdited",
    ]
)
"""What searches return (`exifInfo` and `people` when asked for)."""

FROM_DETAILS = frozenset({"tags", "stack", "owner", "unassignedFaces"})
"""What only `GET /assets/{id}` returns; no search ever does."""

EXIF = frozenset(
    [
        "city",
        "state",
        "country",
        "latitude",
        "longitude",
        "make",
        "model",
        "lensModel",
        "fNumber",
        "focalLength",
        "iso",
        "exposureTime",
        "fileSizeInByte",
        "exifImageWidth",
        "exifImageHeight",
        "orientation",
        "dateTimeOriginal",
        "modifyDate",
        "timeZone",
        "description",
        "projectionType",
        "rating",
    ]
)
"""The fields of `exifInfo`, the same in all versions."""
