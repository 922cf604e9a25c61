"""Conditions of a rule as sentences for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from immich_smart_albums.config.yaml.emit import Unquoted, scalar
from immich_smart_albums.rules.predicates.predicate import Picker

if TYPE_CHECKING:
    from immich_smart_albums.config.yaml.emit import Plain
    from immich_smart_albums.rules.predicates.predicate import Predicate

_OPTIONS = {
    "query": "{}",
    "name": "{}",
    "any": "{}",
    "like": "the photo {}",
    "none": "not {}",
    "only": "nobody but {}",
    "not-in": "not {}",
    "min": "from {}",
    "max": "up to {}",
    "after": "after {}",
    "before": "before {}",
    "last": "in the last {}",
    "top": "the best {}",
    "until": "down to the photo {}",
    "radius": "within {}",
    "contains": "{}",
}
"""Options of predicates in sentences. Other options are named before their value."""


def sentence(predicate: Predicate, value: Plain) -> str:
    """Returns a condition as a sentence about a photo: `shows Emma or Noah`."""
    if _is_none(value):
        return "shows nobody" if predicate.picker is Picker.PEOPLE else f"has no {predicate.name}"
    if "{}" in predicate.phrase:
        return predicate.phrase.format(in_words(value))
    match str(value).lower() if isinstance(value, Unquoted) else "":
        case "true":
            return predicate.phrase
        case "false":
            return f"not: {predicate.phrase}"
        case _:
            return f"{predicate.phrase}: {in_words(value)}"


def in_words(value: Plain, joined_by: str = "or") -> str:
    """Returns a value as it reads in a sentence: `Emma or Noah`, `after 2020, before 2024`."""
    match value:
        case Mapping():
            return ", ".join(option_words(word, entry) for word, entry in value.items())
        case str():
            return "none" if _is_none(value) else value
        case Sequence():
            words = [in_words(entry) for entry in value]
            return f" {joined_by} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
        case _:
            return scalar(value)


def _is_none(value: Plain) -> bool:
    return value is None or (isinstance(value, Unquoted) and value.lower() in {"none", "null", "~"})


def option_words(word: str, value: Plain) -> str:
    """Returns an option of a predicate as it reads in a sentence: `in the last 12 months`."""
    if word == "all":
        return in_words(value, "and")
    pattern = _OPTIONS.get(word)
    return pattern.format(in_words(value)) if pattern else f"{word} {in_words(value)}"
