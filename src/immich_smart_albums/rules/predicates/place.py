"""The place where an asset was taken, by name."""

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

_LEVELS = ("city", "state", "country")


def _read(_word: Text, value: Value, reading: Reading) -> Node | None:
    return any_of(value, reading, "a place", lambda each: _one(each, reading))


def _one(value: Value, reading: Reading) -> Node | None:
    if isinstance(value, Entries):
        readers = {level: partial(read_exact, reading=reading, word=level, name=level) for level in _LEVELS}
        return options(value, reading, "a place", readers)
    if is_none(value):
        return none_of("place", *_LEVELS)
    name = reading.text(value, "the name of a city, state or country")
    return None if name is None else one_of(is_exactly(level, level, name) for level in _LEVELS)


PREDICATE = Predicate(
    "place",
    "The city, state or country where the photo was taken, by the names that Immich gives to coordinates.",
    _read,
    schema=one_or_list(
        TEXT,
        NONE,
        mapping(city=one_or_list(TEXT, NONE), state=one_or_list(TEXT, NONE), country=one_or_list(TEXT, NONE)),
    ),
    examples=(
        ("place: Finland", "a city, state or country of this name"),
        ("place: [Paris, Nice]", "one of these"),
        ("place: {city: Springfield, state: Illinois}", "that Springfield"),
        ("place: {country: [Italy, France], city: none}", "in one of these countries, out of town"),
        ("place: none", "Immich knows no place"),
    ),
    options={
        "city": "the nearest town, or a list of towns; `none`: none is known",
        "state": "the state, province or region",
        "country": "the country",
    },
    notes=(
        "Names are exact, with upper and lower case and accents as Immich shows them in a photo's details. Options "
        "side by side must all hold. For distances and areas use `near`."
    ),
)
