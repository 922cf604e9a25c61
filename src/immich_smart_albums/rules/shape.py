"""Width and height of an asset as it is shown: turned as the camera was held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.rules.facts import exif, number

if TYPE_CHECKING:
    from immich_smart_albums.rules.leaves import Record

SHAPE_FIELDS = ("exifInfo.exifImageWidth", "exifInfo.exifImageHeight", "exifInfo.orientation")

_WIDTH, _HEIGHT, _ORIENTATION = exif("exifImageWidth"), exif("exifImageHeight"), exif("orientation")
_TURNED = frozenset({"5", "6", "7", "8", "90", "-90"})
"""EXIF orientations that swap width and height, and the rotations of videos (as Immich's own web page reads them)."""


def shape(record: Record) -> tuple[float, float] | None:
    """Width and height in pixels; None where Immich does not know both."""
    width, height = number(_WIDTH(record)), number(_HEIGHT(record))
    if not width or not height:
        return None
    return (height, width) if str(_ORIENTATION(record)) in _TURNED else (width, height)
