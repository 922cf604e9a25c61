"""Predicate `filename`: the name that an asset's file came with."""

from __future__ import annotations

from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import field
from immich_smart_albums.rules.values.text import TextField, text_match

_NAME = TextField("file name", field("originalFileName"), "originalFileName", "originalFileName")


_OPTIONS = {
    "regex": "a regular expression, searched anywhere in the name; the meaning of a plain text",
    "glob": "a pattern for the whole name: `*`, `?`, `[a-c]`, `[!a]`",
    "contains": "a text that is somewhere in the name",
}

PREDICATE = Predicate(
    "filename",
    "The name that the file came with.",
    value=text_match(
        _NAME,
        _OPTIONS,
    ),
    picker=Picker.TEXT,
    phrase="has a file name with {}",
    examples=(
        (r"filename: ^IMG_\d+\.HEIC$", "as an iPhone names photos"),
        ('filename: {glob: ["PXL_*", "*.dng"]}', "of a Pixel, or a DNG"),
        ("filename: {contains: whatsapp}", "has come by WhatsApp"),
    ),
    notes=(
        "Case does not matter, nor how letters with accents are encoded. Expressions have the syntax of Python's `re`."
    ),
)
