"""Syntax errors of YAML as problems with a hint.

PyYAML's parsers in C and in Python word the same error differently. Here both become the same problem.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from immich_smart_albums.config.yaml.text import Characters
    from immich_smart_albums.errors import Problem

_QUOTE = "Put the text in quotes."


@dataclass(frozen=True, slots=True)
class _ErrorMeaning:
    """The problem for errors whose text contains one of the needles."""

    needles: tuple[str, ...]
    message: str
    hint: str
    at_beginning: bool = False
    """Whether its place is where the broken part begins, rather than where the parser gave up."""


_MEANINGS = (
    _ErrorMeaning(
        ("tab character",),
        "a tab stands where only spaces may",
        "YAML is indented with spaces.",
    ),
    _ErrorMeaning(
        ("quoted scalar: found unexpected", "double-quoted scalar: found unexpected"),
        "this quote is never closed",
        "Close it; a quote inside of 'text' is written twice.",
        at_beginning=True,
    ),
    _ErrorMeaning(
        ("quoted scalar",),
        "this backslash has no meaning in double quotes",
        "Use single quotes: in them a backslash is just that.",
    ),
    _ErrorMeaning(
        ("scanning an alias",), "* and a name repeat a value, and the name is missing", _QUOTE, at_beginning=True
    ),
    _ErrorMeaning(
        ("scanning an anchor",), "& and a name mark a value, and the name is missing", _QUOTE, at_beginning=True
    ),
    _ErrorMeaning(
        ("directive", "incompatible YAML"), "a line that begins with % speaks to YAML itself", "Leave it out."
    ),
    _ErrorMeaning(
        (" tag",), "tags have no meaning in rules files", "A text that begins with ! needs quotes.", at_beginning=True
    ),
    _ErrorMeaning(
        ("block scalar",),
        "nothing else stands on a line with | or >",
        "Begin the text on the next line, indented; or put it in quotes.",
    ),
    _ErrorMeaning(
        ("simple key",),
        "a colon is missing after this",
        "Write word: value. A text that goes on over several lines is indented.",
        at_beginning=True,
    ),
    _ErrorMeaning(
        ("flow sequence",),
        "this list is not closed, or a comma is missing in it",
        "Lists are written [one, two]; a text with a comma, bracket or colon in it needs quotes.",
        at_beginning=True,
    ),
    _ErrorMeaning(
        ("flow mapping",),
        "this mapping is not closed, or a comma is missing in it",
        "Mappings are written {word: value, other: value}; a text with a comma, brace or colon in it needs quotes.",
        at_beginning=True,
    ),
    _ErrorMeaning(
        ("mapping values", "mapping keys"),
        "a mapping cannot begin in the middle of this",
        "A text with a colon in it needs quotes; otherwise look at the indentation of this line and the one before.",
    ),
    _ErrorMeaning(
        ("sequence entries",),
        "a list cannot begin here",
        "Put each dash on a line of its own, or write [one, two].",
    ),
    _ErrorMeaning(
        ("node content",), "a value is expected here", "A text that begins with such a character needs quotes."
    ),
    _ErrorMeaning(
        ("block mapping", "block collection", "<document start>"),
        "this does not fit to what stands before it",
        "What belongs together begins in the same column.",
    ),
)


def syntax_problem(error: Exception, characters: Characters) -> Problem:
    """Returns the problem for an error of a parser."""
    if not isinstance(error, yaml.MarkedYAMLError):
        # What the parser in Python raises for characters that there are none of: "\\U00110000".
        return characters.span(0).problem(f"cannot be read as YAML: {error}")
    end = error.problem_mark.index if error.problem_mark else len(characters.text)
    beginning = error.context_mark.index if error.context_mark else end
    words = f"{error.context or ''}: {error.problem}"
    if "cannot start any token" in words:
        return _cannot_begin(end, characters)
    for meaning in _MEANINGS:
        if any(needle in words for needle in meaning.needles):
            place = characters.span(beginning if meaning.at_beginning else end)
            after = _hint_after(characters.text[:end]) if meaning is _MEANINGS[-1] else None
            return place.problem(meaning.message, hint=after or meaning.hint)
    return characters.span(end).problem(f"cannot be read as YAML: {error.problem}")


def _cannot_begin(index: int, characters: Characters) -> Problem:
    span, character = characters.span(index), characters.text[index : index + 1]
    if character == "\t":
        return span.problem(_MEANINGS[0].message, hint=_MEANINGS[0].hint)
    return span.problem(f"a text cannot begin with {character}", hint=_QUOTE)


def _hint_after(before: str) -> str | None:
    """Returns the hint for text after a value that is complete. None if the general one fits."""
    last_line = before.rpartition("\n")[2].rstrip()
    if last_line.endswith(("}", "]")):
        return "A text that begins with { or [ needs quotes."
    return "A text with quotes in it is quoted as a whole." if last_line.endswith(("'", '"')) else None
