"""Predicate `text`: words that Immich has read in the picture."""

from __future__ import annotations

from immich_smart_albums.model.query import metadata
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.tree import Search
from immich_smart_albums.rules.values.kinds import OneOrMany
from immich_smart_albums.rules.values.schema import SCALAR
from immich_smart_albums.rules.values.single import Text

PREDICATE = Predicate(
    "text",
    "Words that can be read in the picture.",
    value=OneOrMany(Text("words in the picture", SCALAR).means(lambda words: Search(metadata(ocr=words.strip())))),
    picker=Picker.TEXT,
    phrase="has the words {} in it",
    examples=(("text: boarding pass", "these words"), ("text: [receipt, invoice]", "one of them")),
    notes=(
        "Immich compares by likeness, so misread letters do no harm and near words are found as well. It needs "
        "Immich 2.2 with text recognition switched on; photos that were not read yet are not found, and "
        "wait under `not`."
    ),
)
