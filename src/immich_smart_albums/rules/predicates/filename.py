"""The name that an asset's file came with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import field
from immich_smart_albums.rules.values.schema import TEXT, mapping, one_or_list
from immich_smart_albums.rules.values.text import TextField, read_text_test

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import ScalarNode, ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader
    from immich_smart_albums.rules.tree import Node

_NAME = TextField("file name", field("originalFileName"), "originalFileName", "originalFileName", glob_start=r"\A")


def _read(_word: ScalarNode, value: ValueNode, reader: Reader) -> Node | None:
    return read_text_test(value, reader, _NAME)


PREDICATE = Predicate(
    "filename",
    "The name that the file came with.",
    _read,
    schema=one_or_list(TEXT, mapping(regex=one_or_list(TEXT), glob=one_or_list(TEXT), contains=one_or_list(TEXT))),
    picker=Picker.TEXT,
    phrase="has a file name with {}",
    examples=(
        (r"filename: ^IMG_\d+\.HEIC$", "as an iPhone names photos"),
        ('filename: {glob: ["PXL_*", "*.dng"]}', "of a Pixel, or a DNG"),
        ("filename: {contains: whatsapp}", "has come by WhatsApp"),
    ),
    options={
        "regex": "a regular expression, searched anywhere in the name; the meaning of a plain text",
        "glob": "a pattern for the whole name: `*`, `?`, `[a-c]`, `[!a]`",
        "contains": "a text that is somewhere in the name",
    },
    notes=(
        "Case does not matter, nor how letters with accents are encoded. Expressions have the syntax of Python's `re`."
    ),
)
