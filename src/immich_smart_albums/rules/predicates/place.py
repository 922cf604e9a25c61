"""The place where an asset was taken, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.rules.predicates.exif_text import MAY_BE_MISSING, MAY_BE_MISSING_MEANS, Names, read_names
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.values.schema import NONE, TEXT, TRUTH, mapping, one_or_list

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import ScalarNode, ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader
    from immich_smart_albums.rules.tree import Node

_PLACES = Names(
    "a place",
    {"city": "city", "state": "state", "country": "country"},
    ("city", "state", "country"),
    "the name of a city, state or country",
    "place",
)


def _read(_word: ScalarNode, value: ValueNode, reader: Reader) -> Node | None:
    return read_names(value, reader, _PLACES)


PREDICATE = Predicate(
    "place",
    "The city, state or country where the photo was taken, by the names that Immich gives to coordinates.",
    _read,
    schema=one_or_list(
        TEXT,
        NONE,
        mapping(
            name=one_or_list(TEXT, NONE),
            city=one_or_list(TEXT, NONE),
            state=one_or_list(TEXT, NONE),
            country=one_or_list(TEXT, NONE),
            may_be_missing=TRUTH,
        ),
    ),
    picker=Picker.PLACE,
    phrase="was taken in {}",
    examples=(
        ("place: Finland", "a city, state or country of this name"),
        ("place: [Paris, Nice]", "one of these"),
        ("place: {city: Springfield, state: Illinois}", "that Springfield"),
        ("place: {country: [Italy, France], city: none}", "in one of these countries, out of town"),
        ("place: {name: Norway, may-be-missing: true}", "there, and nobody need have been there yet"),
        ("place: none", "Immich knows no place"),
    ),
    options={
        "name": "a city, state or country of this name, or a list; the meaning of a plain text",
        "city": "the nearest town, or a list of towns; `none`: none is known",
        "state": "the state, province or region",
        "country": "the country",
        MAY_BE_MISSING: MAY_BE_MISSING_MEANS,
    },
    notes=(
        "A name is meant in any case, with or without accents, and whole. One that no photo has is an error under "
        "`not`, where it would leave out nothing, and a note elsewhere. Options side by side must all hold. For "
        "distances and areas use `near`."
    ),
)
