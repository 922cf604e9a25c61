"""Words that Immich has read in the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.syntax.reader import read_list
from immich_smart_albums.rules.tree import Search
from immich_smart_albums.rules.values.schema import SCALAR, one_or_list

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import ScalarNode, ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader
    from immich_smart_albums.rules.tree import Node

_WORDS = "words in the picture"


def _read(_word: ScalarNode, value: ValueNode, reader: Reader) -> Node | None:
    return read_list(value, reader, _WORDS, lambda item: _one(item, reader))


def _one(value: ValueNode, reader: Reader) -> Node | None:
    text = reader.text(value, _WORDS)
    return None if text is None else Search(Query(Kind.METADATA, (("ocr", text.strip()),)))


PREDICATE = Predicate(
    "text",
    "Words that can be read in the picture.",
    _read,
    schema=one_or_list(SCALAR),
    picker=Picker.TEXT,
    phrase="has the words {} in it",
    examples=(("text: boarding pass", "these words"), ("text: [receipt, invoice]", "one of them")),
    notes=(
        "Immich compares by likeness, so misread letters do no harm and near words are found as well. It needs "
        "Immich 2.2 with text recognition switched on; photos that were not read yet are not found, and "
        "wait under `not`."
    ),
)
