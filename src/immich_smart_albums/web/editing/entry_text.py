"""The lines of one album in a rules file: shown and edited by themselves, everything around them stays as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.errors import EditRefused

if TYPE_CHECKING:
    from immich_smart_albums.model.span import Span


@dataclass(frozen=True, slots=True)
class EntryText:
    """A file's text in three parts, and how far the middle one is moved to the right there."""

    before: str
    entry: str
    """The album's own lines, beginning at the margin."""
    after: str
    indent: str = ""
    line_end: str = "\n"

    def replaced(self, entry: str) -> str:
        """Returns the whole file with other lines for the album; what is around them is the same, to the byte."""
        entry = entry.replace("\r\n", "\n")
        end = "" if entry.endswith("\n") or not (self.after or self.entry.endswith("\n")) else "\n"
        moved = "".join(self.indent + line if line.strip() else line for line in _lines(entry + end))
        return self.before + moved.replace("\n", self.line_end) + self.after

    def entry_of(self, text: str) -> str:
        """Returns the album's lines in the whole file after an edit.

        Raises EditRefused if that changed something else.
        """
        end = len(text) - len(self.after)
        if not (text.startswith(self.before) and text.endswith(self.after) and len(self.before) <= end):
            raise EditRefused("this would change other parts of the file as well", hint="Change it there.")
        return _shown(_lines(text[len(self.before) : end]), self.indent)


def entry_text(text: str, span: Span) -> EntryText:
    """Returns the lines of the album that begins at a place, or the whole file if it has no lines of its own."""
    line_end = "\r\n" if "\r\n" in text else "\n"
    lines = _lines(text)
    start = span.line - 1
    first = lines[start] if start < len(lines) else ""
    indent = first[: len(first) - len(first.lstrip(" "))]
    if not first.startswith(f"{indent}- ") or span.column - 1 < len(indent) + 2:
        return EntryText("", text.replace("\r\n", "\n"), "", line_end=line_end)
    end = start + 1
    while end < len(lines) and not _ends(lines[end], indent):
        end += 1
    while end > start + 1 and _is_between(lines[end - 1], indent):
        end -= 1
    own = lines[start:end]
    if not all(line.startswith(indent) or not line.strip() for line in own):
        indent = ""
    return EntryText("".join(lines[:start]), _shown(own, indent), "".join(lines[end:]), indent, line_end)


def _shown(lines: list[str], indent: str) -> str:
    return "".join(line.removeprefix(indent) if line.strip() else line for line in lines).replace("\r\n", "\n")


def _ends(line: str, indent: str) -> bool:
    """Whether a line is not of the album any more that is moved so far to the right."""
    text = line.strip()
    return bool(text) and not text.startswith("#") and len(line) - len(line.lstrip(" ")) <= len(indent)


def _is_between(line: str, indent: str) -> bool:
    """Whether a line at the end is empty, or a note that belongs to what comes next."""
    text = line.strip()
    return not text or (text.startswith("#") and len(line) - len(line.lstrip(" ")) <= len(indent))


def _lines(text: str) -> list[str]:
    """Its lines with their ends; only line feeds end one, as in YAML."""
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
