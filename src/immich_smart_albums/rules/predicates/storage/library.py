"""Predicate `library`: the external library that an asset is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.query import metadata
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import required
from immich_smart_albums.rules.syntax.ids import is_id
from immich_smart_albums.rules.tree import Filter, Node, Not
from immich_smart_albums.rules.values.kinds import ByHand, OneOf, OneOrMany
from immich_smart_albums.rules.values.schema import TEXT
from immich_smart_albums.rules.values.single import NoneIs, Word

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader

_WHICH = "the id of an external library"


def _of_id(value: ValueNode, reader: Reader) -> Node | None:
    text = reader.text(value, _WHICH)
    if text is None:
        return None
    library = text.strip().lower()
    if not is_id(library):
        hint = "An administrator finds it in the library's address under Administration → External Libraries."
        reader.problem(value, f"{_WHICH} is expected here, or any or none, not {text!r}", hint=hint)
        return None
    return _in_library(library, f"library {library}")


def _in_library(library: str | None, words_: str) -> Filter:
    return Filter(
        words_,
        lambda record: required(record, "libraryId") == library,
        frozenset({"libraryId"}),
        lambda record: record.get("libraryId"),
        superset=metadata(libraryId=library),
        superset_is_exact=True,
    )


_UPLOADED = _in_library(None, "in no external library")

PREDICATE = Predicate(
    "library",
    "Which external library the photo is in.",
    value=OneOrMany(OneOf(ByHand(_of_id, TEXT, meant=_WHICH), NoneIs(_UPLOADED), Word("any", Not(_UPLOADED)))),
    picker=Picker.LIBRARY,
    phrase="is in the external library {}",
    examples=(
        ("library: 8fbe472e-7463-4d97-ae2d-3efb3270e153", "in this external library"),
        ("library: none", "uploaded, in no external library"),
        ("library: any", "in some external library"),
    ),
    notes="Libraries are given by id. One of which the account sees no photo is an error.",
)
