"""What was written about an asset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import exif, has_exif
from immich_smart_albums.rules.tree import Filter
from immich_smart_albums.rules.values.schema import NONE, TEXT, mapping, one_or_list
from immich_smart_albums.rules.values.text import TextField, read_text_test

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import ScalarNode, ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader
    from immich_smart_albums.rules.tree import Node

_FACT = exif("description")
_NONE = Filter(
    "no description",
    lambda record: has_exif(record) and not _FACT(record),
    frozenset({"exifInfo.description"}),
    _FACT,
)
_DESCRIPTION = TextField("description", _FACT, "exifInfo.description", "description", unknown=_NONE)


def _read(_word: ScalarNode, value: ValueNode, reader: Reader) -> Node | None:
    return read_text_test(value, reader, _DESCRIPTION)


PREDICATE = Predicate(
    "description",
    "What is written about the photo in Immich.",
    _read,
    schema=one_or_list(TEXT, NONE, mapping(regex=one_or_list(TEXT), contains=one_or_list(TEXT))),
    picker=Picker.TEXT,
    phrase="has a description with {}",
    examples=(
        ("description: birthday", "mentions a birthday"),
        (r"description: '^Paris walk #\d'", "begins so, with a number"),
        ('description: {contains: "(draft)"}', "has this text, brackets and all"),
        ("description: none", "nothing is written about it"),
    ),
    options={
        "regex": "a regular expression, searched anywhere in it; the meaning of a plain text",
        "contains": "a text that is somewhere in it",
    },
    notes=(
        "Case does not matter, nor how letters with accents are encoded. Expressions have the syntax of Python's `re`. "
        'For the word none write `"none"`.'
    ),
)
