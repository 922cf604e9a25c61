"""The plain values of a rules file: scalars, sequences and mappings, each with its place.

Scalars are texts. Whoever reads one knows whether a number, a date or a name is expected, so that `NO` is Norway and
`2024-05` a month.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from immich_smart_albums.model.span import Span


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """A scalar as it is written, without its quotes."""

    text: str
    span: Span
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class SequenceNode:
    """A list."""

    items: tuple[ValueNode, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class MappingNode:
    """A mapping; its keys are texts, and all different."""

    entries: tuple[tuple[ScalarNode, ValueNode], ...]
    span: Span

    def get(self, word: str) -> ValueNode | None:
        """Returns the value of a key. None if it is missing."""
        return next((value for key, value in self.entries if key.text == word), None)


ValueNode = ScalarNode | SequenceNode | MappingNode


def name_of(value: ValueNode) -> str:
    """Returns a value as messages name it, such as `a mapping` or `'Nice'`."""
    match value:
        case ScalarNode():
            return f"{value.text!r}" if value.text or value.quoted else "nothing"
        case SequenceNode():
            return "a list"
        case _:
            return "a mapping"
