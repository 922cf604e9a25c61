"""The camera and the lens."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from immich_smart_albums.rules.predicates.exif_text import is_exactly, none_of, read_exact
from immich_smart_albums.rules.predicates.predicate import Predicate
from immich_smart_albums.rules.syntax.document import Entries
from immich_smart_albums.rules.syntax.reader import any_of, is_none, one_of, options
from immich_smart_albums.rules.values.schema import NONE, TEXT, mapping, one_or_list

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import Text, Value
    from immich_smart_albums.rules.syntax.reader import Reading
    from immich_smart_albums.rules.tree import Node

_FIELDS = {"make": "make", "model": "model", "lens": "lensModel"}


def _read(_word: Text, value: Value, reading: Reading) -> Node | None:
    return any_of(value, reading, "a camera", lambda each: _one(each, reading))


def _one(value: Value, reading: Reading) -> Node | None:
    if isinstance(value, Entries):
        readers = {word: partial(read_exact, reading=reading, word=word, name=name) for word, name in _FIELDS.items()}
        return options(value, reading, "a camera", readers)
    if is_none(value):
        return none_of("camera", "make", "model")
    name = reading.text(value, "the make or model of a camera")
    return None if name is None else one_of(is_exactly(word, word, name) for word in ("make", "model"))


PREDICATE = Predicate(
    "camera",
    "The make and model of the camera, and the lens.",
    _read,
    schema=one_or_list(
        TEXT,
        NONE,
        mapping(make=one_or_list(TEXT, NONE), model=one_or_list(TEXT, NONE), lens=one_or_list(TEXT, NONE)),
    ),
    examples=(
        ("camera: Apple", "a make or model of this name"),
        ("camera: [Canon EOS R6, ILCE-7M3]", "one of these"),
        ("camera: {make: samsung}", "made by Samsung, which writes itself so"),
        ("camera: {lens: FE 85mm F1.8}", "with this lens"),
        ("camera: none", "no camera is known: screenshots, messengers, scans"),
    ),
    options={
        "make": "who made it, or a list; `none`: not known",
        "model": "which one it is",
        "lens": "the lens",
    },
    notes=(
        "Names are exact, with upper and lower case as Immich shows them in a photo's details. Options side by side "
        "must all hold. For parts of names use `json`."
    ),
)
