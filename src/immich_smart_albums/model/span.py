"""Where something stands in a file, and how a problem there is told: file:line:column, the line, and a caret."""

from __future__ import annotations

from dataclasses import dataclass, field

from immich_smart_albums.errors import Problem

_SHOWN = 90
"""Characters of a line that an excerpt shows."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file with rules, or the part of a command line that stands for one."""

    name: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a document; line and column count from 1."""

    document: Document = field(repr=False)
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.document.name}:{self.line}:{self.column}"

    def problem(self, message: str, *, hint: str | None = None) -> Problem:
        """A problem at this place, with the line and a caret."""
        lines = self.document.text.split("\n")
        line = lines[self.line - 1] if self.line <= len(lines) else ""
        # A long line is cut around the place, so that the caret stays on screen.
        start = max(0, self.column - 50)
        return Problem(str(self), message, hint, marked(line[start : start + _SHOWN], self.column - 1 - start))


def marked(line: str, position: int) -> str:
    """A line with a caret under one of its characters. Tabs and the like would move it, so they become spaces."""
    shown = "".join(character if character.isprintable() else " " for character in line)
    return f"{shown.rstrip()}\n{' ' * position}^"
