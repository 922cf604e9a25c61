"""The lines of one album, cut out of a rules file to be edited, and put back without touching the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.errors import EditRefused

if TYPE_CHECKING:
    from immich_smart_albums.model.span import Span


@dataclass(frozen=True, slots=True)
class EntryText:
    """A file's text in three parts: before an album's lines, the lines themselves, and after them."""

    before: str
    entry: str
    """The album's own lines, without their indent in the file."""
    after: str
    indent: str = ""
    line_end: str = "\n"

    def replaced(self, entry: str) -> str:
        """Returns the whole file with other lines for the album. Everything else stays the same, to the byte."""
        entry = entry.replace("\r\n", "\n")
        end = "" if entry.endswith("\n") or not (self.after or self.entry.endswith("\n")) else "\n"
        indented = "".join(self.indent + line if line.strip() else line for line in _lines(entry + end))
        return self.before + indented.replace("\n", self.line_end) + self.after

    def entry_of(self, text: str) -> str:
        """Returns the album's lines in an edited file. Raises EditRefused if the edit changed anything else."""
        end = len(text) - len(self.after)
        if not (text.startswith(self.before) and text.endswith(self.after) and len(self.before) <= end):
            raise EditRefused("this would change other parts of the file as well", hint="Change it there.")
        return _unindented(_lines(text[len(self.before) : end]), self.indent)


def entry_text(text: str, span: Span) -> EntryText:
    """Returns the text with the lines of the album at a place. Without lines of its own, the whole file."""
    line_end = "\r\n" if "\r\n" in text else "\n"
    lines = _lines(text)
    start = span.line - 1
    first = lines[start] if start < len(lines) else ""
    indent = first[: len(first) - len(first.lstrip(" "))]
    if not first.startswith(f"{indent}- ") or span.column - 1 < len(indent) + 2:
        return EntryText("", text.replace("\r\n", "\n"), "", line_end=line_end)
    end = start + 1
    while end < len(lines) and not _is_after(lines[end], indent):
        end += 1
    while end > start + 1 and _is_trailing(lines[end - 1], indent):
        end -= 1
    own = lines[start:end]
    if not all(line.startswith(indent) or not line.strip() for line in own):
        indent = ""
    return EntryText("".join(lines[:start]), _unindented(own, indent), "".join(lines[end:]), indent, line_end)


def _unindented(lines: list[str], indent: str) -> str:
    return "".join(line.removeprefix(indent) if line.strip() else line for line in lines).replace("\r\n", "\n")


def _is_after(line: str, indent: str) -> bool:
    """Returns whether a line is not part of an album with this indent any more."""
    text = line.strip()
    return bool(text) and not text.startswith("#") and len(line) - len(line.lstrip(" ")) <= len(indent)


def _is_trailing(line: str, indent: str) -> bool:
    """Returns whether a last line is empty, or a comment that belongs to what follows."""
    text = line.strip()
    return not text or (text.startswith("#") and len(line) - len(line.lstrip(" ")) <= len(indent))


def _lines(text: str) -> list[str]:
    """Returns the lines of a text with their ends. Only line feeds end a line, as in YAML."""
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
