"""The fields of an asset that local filters may look at.

Source: `AssetResponseDto` and what it holds (`ExifResponseDto`, `PersonWithFacesResponseDto`, `PersonResponseDto`,
`TagResponseDto`, `UserResponseDto`, `AssetStackResponseDto`, `AssetFaceWithoutPersonResponseDto`), 1.118 to 3.3.
"""

from __future__ import annotations

from immich_smart_albums.rules.local_filters.jsonpath import Shape

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
"""The fields that searches return (`exifInfo` and `people` if they are asked for)."""

FROM_DETAILS = frozenset({"tags", "stack", "owner", "unassignedFaces"})
"""The fields that only `GET /assets/{id}` returns."""

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


def _object(names: str, **inner: Shape) -> Shape:
    """Returns the shape of an object with single values under some names, and other shapes under `inner`."""
    return Shape({**dict.fromkeys(names.split(), Shape()), **inner})


def _list(elements: Shape) -> Shape:
    return Shape(elements=elements)


_USER = "id name email profileImagePath avatarColor profileChangedAt"
_FACE = _object("id boundingBoxX1 boundingBoxX2 boundingBoxY1 boundingBoxY2 imageWidth imageHeight sourceType")
_PERSON = _object(
    "id name birthDate thumbnailPath isHidden isFavorite color updatedAt",
    faces=_list(_FACE),  # up to 2.7.5
    otherPeople=_list(_object("name birthDate role sharedById")),  # this one and the next two since 3.3.0
    sharedBy=_list(_object(f"{_USER} role")),
    sharedWith=_list(_object(f"{_USER} role")),
)

ASSET = Shape(
    {
        **dict.fromkeys(sorted(FROM_SEARCH), Shape()),
        "exifInfo": Shape(dict.fromkeys(sorted(EXIF), Shape())),
        "people": _list(_PERSON),
        "tags": _list(_object("id name value parentId color createdAt updatedAt")),
        "owner": _object(_USER),
        "stack": _object("id primaryAssetId assetCount"),
        "unassignedFaces": _list(_FACE),  # up to 2.7.5
    }
)
"""An asset with all the fields that it has in any version."""
