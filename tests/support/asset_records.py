"""Records of assets for tests, and what a match says of them."""

from __future__ import annotations

from typing import Any

import pytest

from immich_smart_albums.errors import FilterError
from immich_smart_albums.rules.tree import All, Filter, Node, Not, Record
from immich_smart_albums.rules.tree import Any as AnyOf
from tests.support.yaml_values import node

EXIF = {
    "city": None,
    "state": None,
    "country": None,
    "latitude": None,
    "longitude": None,
    "make": None,
    "model": None,
    "lensModel": None,
    "fNumber": None,
    "focalLength": None,
    "iso": None,
    "exposureTime": None,
    "fileSizeInByte": None,
    "exifImageWidth": None,
    "exifImageHeight": None,
    "orientation": None,
    "description": "",
    "projectionType": None,
    "rating": None,
}


def record(**fields: Any) -> dict[str, Any]:
    """An asset of which Immich knows what is given; names of EXIF go into `exifInfo`."""
    exif = {**EXIF, **{name: value for name, value in fields.items() if name in EXIF}}
    top = {name: value for name, value in fields.items() if name not in EXIF}
    return {
        "id": "8fbe472e-7463-4d97-ae2d-3efb3270e153",
        "type": "IMAGE",
        "originalPath": "/data/upload/1.jpg",
        "originalFileName": "IMG_1.jpg",
        "originalMimeType": "image/jpeg",
        "localDateTime": "2023-07-14T18:30:05.250Z",
        "createdAt": "2024-05-20T10:00:00.000Z",
        "livePhotoVideoId": None,
        "duration": None,
        "ownerId": "8fbe472e-7463-4d97-ae2d-3efb3270e154",
        "libraryId": None,
        "isFavorite": False,
        "isOffline": False,
        "isTrashed": False,
        "isArchived": False,
        "visibility": "timeline",
        "people": [],
        "tags": [],
        "stack": None,
        "exifInfo": exif,
        **top,
    }


def holds(match: object, of: Record) -> bool:
    """Whether a match of checks holds for an asset."""
    return node_holds(node(match), of)


def node_holds(tree: Node, of: Record) -> bool:
    """Whether a tree of checks holds for an asset."""
    match tree:
        case All():
            return all(node_holds(child, of) for child in tree.children)
        case AnyOf():
            return any(node_holds(child, of) for child in tree.children)
        case Not():
            return not node_holds(tree.child, of)
        case Filter():
            return tree.holds(of)
        case _:
            raise AssertionError(tree)


def words(match: object) -> object:
    """A match of checks in words, as nested tuples."""
    return _words(node(match))


def check(match: object) -> Filter:
    """The one check of a match."""
    only = node(match)
    assert isinstance(only, Filter)
    return only


def search(match: object) -> tuple[dict[str, Any] | None, bool]:
    """The search that surely finds what a check lets pass, as flat fields, and whether it finds nothing else."""
    only = check(match)
    return (only.superset.flat_fields if only.superset else None), only.superset_is_exact


def assert_one_field_decides(only: Filter, fields: dict[str, Any], value: object, other: object = "somebody") -> None:
    """It reads this field and no other, shows it as the reason, and concludes nothing where the server left it out."""
    assert only.holds(fields)
    assert only.evidence(fields) == value
    assert only.reads == fields.keys()
    assert not only.holds(dict.fromkeys(fields, other))
    with pytest.raises(FilterError, match="the server did not tell"):
        only.holds({})


def _words(tree: Node) -> object:
    match tree:
        case All():
            return ("all", *map(_words, tree.children))
        case AnyOf():
            return ("any", *map(_words, tree.children))
        case Not():
            return ("not", _words(tree.child))
        case Filter():
            return tree.key
        case _:
            raise AssertionError(tree)
