"""What a predicate is in a rules file: its word, how its value is read, and its documentation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from immich_smart_albums.rules.syntax.document import ScalarNode, ValueNode
from immich_smart_albums.rules.syntax.reader import Reader
from immich_smart_albums.rules.tree import Node

Read = Callable[[ScalarNode, ValueNode, Reader], Node | None]
"""Reads the value that stands after a word; None where a problem was noted."""


@dataclass(frozen=True, slots=True)
class Predicate:
    """One word of the rules file."""

    name: str
    summary: str
    """What it tests, in one sentence."""
    read: Read
    schema: Mapping[str, object]
    """JSON Schema of its value."""
    examples: tuple[tuple[str, str], ...]
    """YAML of one predicate, such as `rating: {min: 4}`, with what it means. Tests load each of them."""
    options: Mapping[str, str] = field(default_factory=dict)
    """The words inside its mapping, each with its meaning."""
    notes: str = ""
    """What else a user must know: the exact meaning, limits, which server versions."""
    also: tuple[str, ...] = ()
    """Other spellings of its name."""
