"""The reference of predicates, made from the predicates themselves."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from immich_smart_albums.rules.predicates.registry import PREDICATES

if TYPE_CHECKING:
    from immich_smart_albums.rules.predicates.predicate import Predicate

_WIDEST = 60
"""Characters of an example that has its meaning beside it."""


def predicates_reference() -> str:
    """A list of all predicates, and a chapter for each."""
    rows = "\n".join(f"| [`{predicate.name}`](#{predicate.name}) | {predicate.summary} |" for predicate in PREDICATES)
    chapters = "\n".join(map(_chapter, PREDICATES))
    return f"| predicate | what it tests |\n|---|---|\n{rows}\n\n{chapters}"


def _chapter(predicate: Predicate) -> str:
    parts = [f"## {predicate.name}", predicate.summary + _also(predicate), _examples(predicate)]
    if predicate.options:
        rows = "\n".join(f"| `{word}` | {meaning} |" for word, meaning in predicate.options.items())
        parts.append(f"| word | meaning |\n|---|---|\n{rows}")
    if predicate.notes:
        parts += [_wrapped(paragraph) for paragraph in predicate.notes.split("\n\n")]
    return "\n\n".join(parts) + "\n"


def _wrapped(paragraph: str) -> str:
    return textwrap.fill(paragraph, 120, break_long_words=False, break_on_hyphens=False)


def _also(predicate: Predicate) -> str:
    spellings = " or ".join(f"`{spelling}`" for spelling in predicate.also)
    return f" It may also be written {spellings}." if spellings else ""


def _examples(predicate: Predicate) -> str:
    """The examples as a list of matches, each with its meaning as a comment."""
    width = max((len(example) for example, _ in predicate.examples if len(example) <= _WIDEST), default=0)
    lines = [
        f"- {example:{width}}  # {meaning}" if len(example) <= _WIDEST else f"# {meaning}\n- {example}"
        for example, meaning in predicate.examples
    ]
    return "```yaml\n" + "\n".join(lines) + "\n```"
