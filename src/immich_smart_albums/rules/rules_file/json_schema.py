"""Makes the JSON Schema of rules files, for completion, hover texts and checks in editors.

It is made from the same tables that reading uses. It covers the form only; names are checked by `config check`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.rules.predicates.registry import PREDICATES
from immich_smart_albums.rules.rules_file.keywords import ALBUM, FILE, described

if TYPE_CHECKING:
    from immich_smart_albums.rules.predicates.predicate import Predicate
    from immich_smart_albums.rules.values.schema import Schema

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_COMBINATIONS = {
    "all": "Every one of these matches holds.",
    "any": "At least one of these matches holds.",
    "not": "None of these matches holds.",
}


def json_schema() -> Schema:
    """Returns the schema of a rules file."""
    return {
        "$schema": DIALECT,
        "title": "Rules of immich-smart-albums",
        "description": "Albums on an Immich photo server, and what belongs in them.",
        "type": "object",
        "properties": {name: described(setting) for name, setting in FILE.items()},
        "patternProperties": {"^x-": {"description": "Whatever you like: nothing reads it."}},
        "additionalProperties": False,
        "$defs": {
            "album": {
                "type": "object",
                "properties": {name: described(setting) for name, setting in ALBUM.items()},
                "required": ["name", "match"],
                "additionalProperties": False,
            },
            "match": {
                "description": "What belongs in the album: all of these hold.",
                "type": "object",
                "properties": {
                    **{name: _combination(words) for name, words in _COMBINATIONS.items()},
                    **{
                        word: _predicate(predicate)
                        for predicate in PREDICATES
                        for word in (predicate.name, *predicate.also)
                    },
                },
                "additionalProperties": False,
                "minProperties": 1,
            },
        },
    }


def _combination(description: str) -> Schema:
    one: Schema = {"$ref": "#/$defs/match"}
    return {"description": description, "anyOf": [{"type": "array", "items": one, "minItems": 1}, one]}


def _predicate(predicate: Predicate) -> Schema:
    lines = [predicate.summary]
    lines += [f"`{option}`: {meaning}" for option, meaning in predicate.options.items()]
    lines += [f"`{example}`: {meaning}" for example, meaning in predicate.examples]
    return {"description": "\n\n".join(lines), **predicate.schema}
