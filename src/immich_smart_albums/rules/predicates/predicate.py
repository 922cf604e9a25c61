"""What a predicate is in a rules file: its word, how its value is read, and its documentation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from immich_smart_albums.rules.syntax.document import ScalarNode, ValueNode
from immich_smart_albums.rules.syntax.reader import Reader
from immich_smart_albums.rules.tree import Node

Read = Callable[[ScalarNode, ValueNode, Reader], Node | None]
"""Reads the value that stands after a word; None where a problem was noted."""


class Picker(Enum):
    """What a page offers for a value to be chosen with; its text can always be written instead."""

    PEOPLE = "people"
    PLACE = "place"
    CAMERA = "camera"
    TAG = "tag"
    ALBUM = "album"
    LIBRARY = "library"
    USER = "user"
    PHOTO = "photo"
    SMART = "smart"
    DATE = "date"
    NEAR = "near"
    NUMBER = "number"
    CHOICE = "choice"
    """One of the words that the schema lists."""
    TRUTH = "truth"
    TEXT = "text"


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
    picker: Picker
    phrase: str
    """What it says of a photo, such as `shows {}`; without a place for the value where that is true or false."""
    options: Mapping[str, str] = field(default_factory=dict)
    """The words inside its mapping, each with its meaning."""
    notes: str = ""
    """What else a user must know: the exact meaning, limits, which server versions."""
    also: tuple[str, ...] = ()
    """Other spellings of its name."""
