"""Predicate `media`: what kind of file an asset is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import metadata
from immich_smart_albums.rules.predicates.capture.screenshot import IS_SCREENSHOT
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import SHAPE_FIELDS, equals, exif, field, optional, shape
from immich_smart_albums.rules.syntax.document import ScalarNode
from immich_smart_albums.rules.tree import Filter
from immich_smart_albums.rules.values.kinds import ByHand, OneOrMany
from immich_smart_albums.rules.values.schema import TEXT

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader
    from immich_smart_albums.rules.tree import Record

_MIME = re.compile(r"[a-z]+/([a-z0-9][a-z0-9.+-]*|\*)")
_RAW = re.compile(
    r"image/(3fr|ari|arw|cap|cin|cr2|cr3|crw|dcr|dng|erf|fff|iiq|k25|kdc|mrw|nef|nrw|orf|ori|pef|raf|raw|rw2|rwl|sr2|srf"
    r"|srw|x3f)"
)
"""Immich's types of raw files (`mime-types.ts`, which also counts Photoshop files)."""

_WIDE = 2.5
"""Only panoramas are so many times wider than high; phones' screens are up to 2.4 times longer than wide."""

_mime = optional("originalMimeType")
_projection = exif("projectionType")


def _of_type(word: str, type_: str) -> Filter:
    return equals(word, type_, field("type"), "type", within=metadata(type=type_))


def _panorama(record: Record) -> str | None:
    """Returns why a record is that of a panorama. None if it is not."""
    projection, size = _projection(record), shape(record)
    if projection:
        return str(projection)
    return f"{size[0]:g} x {size[1]:g} pixels" if size and size[0] >= _WIDE * size[1] else None


_live = optional("livePhotoVideoId")

_WORDS = {
    "photo": _of_type("photo", "IMAGE"),
    "video": _of_type("video", "VIDEO"),
    "live": Filter(
        "live photo",
        lambda record: _live(record) is not None,
        frozenset({"livePhotoVideoId"}),
        _live,
        metadata(isMotion=True),
        superset_is_exact=True,
    ),
    "panorama": Filter(
        "panorama",
        lambda record: _panorama(record) is not None,
        frozenset({"exifInfo.projectionType", *SHAPE_FIELDS}),
        _panorama,
    ),
    "raw": Filter(
        "raw", lambda record: _RAW.fullmatch(str(_mime(record))) is not None, frozenset({"originalMimeType"}), _mime
    ),
    "screenshot": IS_SCREENSHOT,
}
_MEANT = f"{', '.join(_WORDS)} or a type such as image/heic"


def _of_kind(value: ValueNode, reader: Reader) -> Filter | None:
    if isinstance(value, ScalarNode) and _MIME.fullmatch(value.text.lower()):
        return _of_mime(value.text.lower())
    word = reader.choice(value, (*_WORDS, "image/heic", "video/*"))
    return None if word is None else _WORDS[word]


def _of_mime(wanted: str) -> Filter:
    beginning = wanted.removesuffix("*")

    def holds(record: Record) -> bool:
        mime = str(_mime(record)).lower()
        return mime == wanted or (beginning != wanted and mime.startswith(beginning))

    return Filter(f"type {wanted}", holds, frozenset({"originalMimeType"}), _mime)


_OPTIONS = {
    "photo": "any image",
    "video": "any video; the moving parts of live photos are hidden, where no rule looks unless a `search` says so",
    "live": "a photo with a moving part: live photos, motion photos",
    "panorama": f"a picture all around (it has a projection), or {_WIDE:g} times wider than high",
    "raw": "a raw file of a camera; Photoshop files are none",
    "screenshot": "see `screenshot`",
    "image/heic": "a type as Immich shows it in a photo's details (MIME); `image/*` is any image",
}

PREDICATE = Predicate(
    "media",
    "What kind of photo or video it is, and of what type the file.",
    value=OneOrMany(
        ByHand(
            _of_kind,
            TEXT,
            meant=_MEANT,
            options=_OPTIONS,
        )
    ),
    picker=Picker.CHOICE,
    phrase="is {}",
    examples=(
        ("media: photo", "no video"),
        ("media: [video, live]", "a video, or a photo that moves"),
        ("media: raw", "as the sensor saw it: DNG, CR3, NEF and so on"),
        ("media: [image/heic, image/avif]", "a file of one of these types"),
        ("media: video/*", "a file of any type of video"),
    ),
)
