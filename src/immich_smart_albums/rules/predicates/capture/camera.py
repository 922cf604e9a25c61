"""Predicate `camera`: the camera and the lens."""

from __future__ import annotations

from immich_smart_albums.rules.predicates.exif_text import Names, names_value
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate

_CAMERAS = Names(
    "a camera",
    {"make": "make", "model": "model", "lens": "lensModel"},
    ("make", "model"),
    "the make or model of a camera",
    "camera",
)


PREDICATE = Predicate(
    "camera",
    "The make and model of the camera, and the lens.",
    value=names_value(
        _CAMERAS,
        "a make or model of this name, or a list; the meaning of a plain text",
        {"make": "who made it, or a list; `none`: not known", "model": "which one it is", "lens": "the lens"},
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
    notes=(
        "A name is meant in any case, and whole. One that no photo has is an error under `not`, where it would leave "
        "out nothing, and a note elsewhere. Options side by side must all hold. For parts of names use `json`. Names "
        "of lenses are compared so since Immich 2.2."
    ),
)
