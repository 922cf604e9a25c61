"""Predicate `description`: what was written about an asset."""

from __future__ import annotations

from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import exif, has_exif
from immich_smart_albums.rules.tree import Filter
from immich_smart_albums.rules.values.text import TextField, text_match

_FACT = exif("description")
_NONE = Filter(
    "no description",
    lambda record: has_exif(record) and not _FACT(record),
    frozenset({"exifInfo.description"}),
    _FACT,
)
_DESCRIPTION = TextField("description", _FACT, "exifInfo.description", "description", unknown=_NONE)


PREDICATE = Predicate(
    "description",
    "What is written about the photo in Immich.",
    value=text_match(
        _DESCRIPTION,
        {
            "regex": "a regular expression, searched anywhere in it; the meaning of a plain text",
            "contains": "a text that is somewhere in it",
        },
    ),
    picker=Picker.TEXT,
    phrase="has a description with {}",
    examples=(
        ("description: birthday", "mentions a birthday"),
        (r"description: '^Paris walk #\d'", "begins so, with a number"),
        ('description: {contains: "(draft)"}', "has this text, brackets and all"),
        ("description: none", "nothing is written about it"),
    ),
    notes=(
        "Case does not matter, nor how letters with accents are encoded. Expressions have the syntax of Python's `re`. "
        'For the word none write `"none"`.'
    ),
)
