"""Predicate `search`: a search in Immich's own words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import DEFAULT_SMART_LIMIT, Kind
from immich_smart_albums.rules.payload.payload import read_object
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.syntax.document import MappingNode, ScalarNode, SequenceNode, name_of
from immich_smart_albums.rules.syntax.source import InRules
from immich_smart_albums.rules.values.kinds import ByHand, OneOrMany

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader
    from immich_smart_albums.rules.tree import Search

_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,15})?", re.ASCII)
_WORDS = {"true": True, "false": False, "null": None, "~": None, "none": None}


def _search(value: ValueNode, reader: Reader) -> Search | None:
    if not isinstance(value, MappingNode):
        message = f"a search is a mapping of Immich's own search fields, not {name_of(value)}"
        reader.problem(value, message, hint="Write {city: Helsinki}; for a search by content use smart.")
        return None
    payload = {key.text: _as_json(entry) for key, entry in value.entries}
    origin = InRules(value, {key.text: key for key, _ in value.entries})
    kind = Kind.METADATA if payload.keys().isdisjoint({"query", "queryAssetId"}) else Kind.SMART
    return read_object(payload, origin, kind, reader.diagnostics, smart_limit=DEFAULT_SMART_LIMIT, zone=reader.zone)


def _as_json(value: ValueNode) -> object:
    """Returns a value as JSON: without quotes, what looks like a number, true, false or null is one."""
    match value:
        case MappingNode():
            return {key.text: _as_json(entry) for key, entry in value.entries}
        case SequenceNode():
            return [_as_json(item) for item in value.items]
        case ScalarNode() if value.quoted:
            return value.text
        case ScalarNode() if value.text.lower() in _WORDS:
            return _WORDS[value.text.lower()]
        case ScalarNode() if match := _NUMBER.fullmatch(value.text):
            return float(value.text) if match[2] else int(value.text)
        case _:
            return value.text


PREDICATE = Predicate(
    "search",
    "A search in Immich's own words, as its web page sends them.",
    value=OneOrMany(ByHand(_search, {"type": "object"}, meant="a search")),
    picker=Picker.TEXT,
    phrase="is found by {}",
    examples=(
        ("search: {city: Helsinki, isFavorite: true}", "favourites in Helsinki"),
        ("search: {make: Canon, takenAfter: 2023-06-01, takenBefore: 2023-08-31}", "a Canon in that summer, by UTC"),
        ("search: {query: a dog, city: Paris, resultLimit: 50}", "the 50 photos of Paris that fit best"),
        ("search: {isArchived: true, type: VIDEO}", "archived videos"),
        ("search: {}", "the whole timeline"),
    ),
    notes=(
        "[Filters](filters.md) lists all fields. Everything in one search must hold. One with `query` or "
        "`queryAssetId` is a smart search: the other fields narrow what is ranked, so that `resultLimit` (without it "
        f"{DEFAULT_SMART_LIMIT}) counts only what fits them. A field that this version of Immich does not know is "
        "refused, since Immich would ignore it. Values of other types than text go without quotes, text that looks "
        "like one goes in quotes."
    ),
)
