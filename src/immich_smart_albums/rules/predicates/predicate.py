"""Predicate: a word of rules files with the kind of its value, its meaning, and its documentation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader
    from immich_smart_albums.rules.tree import Node
    from immich_smart_albums.rules.values.kinds import Value
    from immich_smart_albums.rules.values.schema import Schema


class Picker(Enum):
    """Control that a page offers for choosing a value; its text can always be written instead."""

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
    value: Value[Node]
    """What may stand behind the word, and what it means."""
    examples: tuple[tuple[str, str], ...]
    """YAML of one predicate, such as `rating: {min: 4}`, with what it means. Tests load each of them."""
    picker: Picker
    phrase: str
    """What it says of a photo, such as `shows {}`; without a place for the value where that is true or false."""
    notes: str = ""
    """What else a user must know: the exact meaning, limits, which server versions."""
    also: tuple[str, ...] = ()
    """Other spellings of its name."""

    def read(self, value: ValueNode, reader: Reader) -> Node | None:
        """Returns what stands behind the word as a node. None if a problem was noted."""
        return self.value.read(value, reader)

    @property
    def schema(self) -> Schema:
        """JSON Schema of its value."""
        return self.value.json_schema

    @property
    def options(self) -> Mapping[str, str]:
        """The words that its value may have in it, each with its meaning."""
        return self.value.options
