"""The camera and the lens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.rules.predicates.exif_text import MAY_BE_MISSING, MAY_BE_MISSING_MEANS, Names, read_names
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.values.schema import NONE, TEXT, TRUTH, mapping, one_or_list

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import ScalarNode, ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader
    from immich_smart_albums.rules.tree import Node

_CAMERAS = Names(
    "a camera",
    {"make": "make", "model": "model", "lens": "lensModel"},
    ("make", "model"),
    "the make or model of a camera",
    "camera",
)


def _read(_word: ScalarNode, value: ValueNode, reader: Reader) -> Node | None:
    return read_names(value, reader, _CAMERAS)


PREDICATE = Predicate(
    "camera",
    "The make and model of the camera, and the lens.",
    _read,
    schema=one_or_list(
        TEXT,
        NONE,
        mapping(
            name=one_or_list(TEXT, NONE),
            make=one_or_list(TEXT, NONE),
            model=one_or_list(TEXT, NONE),
            lens=one_or_list(TEXT, NONE),
            may_be_missing=TRUTH,
        ),
    ),
    picker=Picker.CAMERA,
    phrase="was taken with {}",
    examples=(
        ("camera: Apple", "a make or model of this name"),
        ("camera: [Canon EOS R6, ILCE-7M3]", "one of these"),
        ("camera: {make: Samsung}", "made by Samsung, however it writes itself"),
        ("camera: {lens: FE 85mm F1.8}", "with this lens"),
        ("camera: none", "no camera is known: screenshots, messengers, scans"),
    ),
    options={
        "name": "a make or model of this name, or a list; the meaning of a plain text",
        "make": "who made it, or a list; `none`: not known",
        "model": "which one it is",
        "lens": "the lens",
        MAY_BE_MISSING: MAY_BE_MISSING_MEANS,
    },
    notes=(
        "A name is meant in any case, and whole. One that no photo has is an error under `not`, where it would leave "
        "out nothing, and a note elsewhere. Options side by side must all hold. For parts of names use `json`. Names "
        "of lenses are compared so since Immich 2.2."
    ),
)
