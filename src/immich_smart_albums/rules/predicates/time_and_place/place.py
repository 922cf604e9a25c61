"""Predicate `place`: the place where an asset was taken, by name."""

from __future__ import annotations

from immich_smart_albums.rules.predicates.exif_text import Names, names_value
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate

_PLACES = Names(
    "a place",
    {"city": "city", "state": "state", "country": "country"},
    ("city", "state", "country"),
    "the name of a city, state or country",
    "place",
)


PREDICATE = Predicate(
    "place",
    "The city, state or country where the photo was taken, by the names that Immich gives to coordinates.",
    value=names_value(
        _PLACES,
        "a city, state or country of this name, or a list; the meaning of a plain text",
        {
            "city": "the nearest town, or a list of towns; `none`: none is known",
            "state": "the state, province or region",
            "country": "the country",
        },
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
    notes=(
        "A name is meant in any case, with or without accents, and whole. One that no photo has is an error under "
        "`not`, where it would leave out nothing, and a note elsewhere. Options side by side must all hold. For "
        "distances and areas use `near`."
    ),
)
