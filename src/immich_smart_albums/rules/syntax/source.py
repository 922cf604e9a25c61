"""Sources of input: a value of a flag or of a rules file, with its place for messages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from immich_smart_albums.errors import Problem
from immich_smart_albums.model.span import FlagOrigin, marked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.model.span import Place
    from immich_smart_albums.rules.syntax.document import ScalarNode, ValueNode


class SourceForm(Enum):
    """The form of a flag's value."""

    FILE = "file"
    INLINE = "inline"
    URL = "URL"
    BARE = "bare"
    """Neither a file that exists nor JSON nor a URL: a smart query, a `$.path:regex`, or a typo."""


class Origin(Protocol):
    """The origin of a payload or a filter: a flag's value, or a value in a rules file."""

    @property
    def place(self) -> Place:
        """The place that messages name, and the origin of nodes that are read from it."""
        ...

    def problem(self, message: str, *, hint: str | None = None, key: str | None = None) -> Problem:
        """Returns a problem with the value, at one of its keys if that is found, else as a whole."""
        ...


@dataclass(frozen=True, slots=True)
class InRules:
    """A value in a rules file."""

    value: ValueNode
    parts: Mapping[str, ScalarNode | ValueNode]
    """By key, the node at which problems are shown."""

    @property
    def place(self) -> Place:
        """The place in the file."""
        return self.value.span

    def problem(self, message: str, *, hint: str | None = None, key: str | None = None) -> Problem:
        """Returns a problem with the value, at one of its keys or as a whole."""
        return self.parts.get(key or "", self.value).span.problem(message, hint=hint)


@dataclass(frozen=True, slots=True)
class Source:
    """One value of a flag."""

    label: str
    """The flag and its value, as messages name them."""
    text: str
    """The value itself, or the content of the file."""
    form: SourceForm

    @property
    def place(self) -> Place:
        """The flag."""
        return FlagOrigin(self.label)

    def problem(
        self, message: str, *, hint: str | None = None, key: str | None = None, offset: int | None = None
    ) -> Problem:
        """Returns a problem in this source, at a JSON key or at a character offset into the text."""
        offset = self.offset_of_key(key) if key is not None else offset
        if offset is None:
            return Problem(self.label, message, hint)
        before = self.text[:offset]
        line = before.count("\n") + 1
        column = offset - (before.rfind("\n") + 1) + 1
        where = f"{self.label}:{line}:{column}" if self.form is SourceForm.FILE else f"{self.label}, column {column}"
        text_line = self.text.split("\n")[line - 1]
        # A long inline value is cut around the place, so that the caret stays on screen.
        start = max(0, column - 50)
        excerpt = marked(text_line[start : start + 90], column - 1 - start)
        return Problem(where, message, hint, excerpt)

    def offset_of_key(self, key: str, *, skip: int = 0) -> int | None:
        """Returns where a JSON key stands in the text, after `skip` others of that name. None if it is not found."""
        offsets = [match.start() for match in re.finditer(rf'"{re.escape(key)}"\s*:', self.text)]
        return offsets[skip] if skip < len(offsets) else None
