"""Predicates: the words of rules files, each with the kind of its value, its meaning and its documentation."""

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
    """The control with which a page offers values; a text can always be written instead."""

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
    """One sentence for the reference."""
    value: Value[Node]
    """The kind of its value, which reads it as a node."""
    examples: tuple[tuple[str, str], ...]
    """YAML of one predicate, such as `rating: {min: 4}`, with what it means. Tests load each of them."""
    picker: Picker
    phrase: str
    """A sentence about a photo, such as `shows {}`; without braces if the value is true or false."""
    notes: str = ""
    """For the reference: the exact meaning, limits, versions of the server."""
    also: tuple[str, ...] = ()
    """Other spellings of its name."""

    def read(self, value: ValueNode, reader: Reader) -> Node | None:
        """Returns the node of a value. None with a problem noted."""
        return self.value.read(value, reader)

    @property
    def schema(self) -> Schema:
        """JSON Schema of its value."""
        return self.value.json_schema

    @property
    def options(self) -> Mapping[str, str]:
        """The words in its value, each with its meaning."""
        return self.value.options
