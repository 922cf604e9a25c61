"""The text of a rules file, decoded for the YAML parser, with the place of every character."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from immich_smart_albums.errors import Problem
from immich_smart_albums.model.span import Document, Span

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.diagnostics import Diagnostics

LARGEST = 4_000_000
"""Bytes. That is enough for thousands of albums."""

UNSEEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""Characters that YAML does not allow, and byte order marks that are not at the beginning."""

_BREAKS = str.maketrans("\x85\u2028\u2029", "   ")
"""Rare characters that end a line for YAML 1.1, but for no editor."""

_SECRET = re.compile(
    r"""(?ix) (?: key | token | password | secret ) ["']? \s* : \s* ["']? (?P<secret> (?!\S*:\s) [^\s"',{}\[\]]+ )
    | :// (?P<login> [^\s/@"']+ ) @
    | (?<! [\w-]) (?P<long> (?= [a-z]* \d ) [a-z0-9]{32,} ) (?! [\w-])"""
)
"""Keys and passwords. Rules files have no place for them, but if somebody writes one, messages must not show it."""


@dataclass(frozen=True, slots=True)
class Characters:
    """A file's text, with the place of each of its characters."""

    text: str
    document: Document
    """The same text for messages, with keys and passwords starred out."""
    starts: tuple[int, ...] = field(repr=False)
    """The index of the first character of each line."""

    @classmethod
    def of(cls, name: str, text: str) -> Characters:
        """Returns the text of the file `name`; its lines end in line feeds."""
        starts = (0, *accumulate(len(line) + 1 for line in text.split("\n")))
        return cls(text, Document(name, _SECRET.sub(_starred, text)), starts)

    def span(self, index: int) -> Span:
        """Returns the place of a character."""
        line = bisect_right(self.starts, min(index, len(self.text)))
        return Span(self.document, line, min(index, len(self.text)) - self.starts[line - 1] + 1)


def decode(name: str, data: bytes, diagnostics: Diagnostics) -> Characters | None:
    """Returns the text of a file's bytes. Adds a problem and returns None if they are no text."""
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        diagnostics.problems.append(_undecodable(name, data, error))
        return None
    text = _with_plain_breaks(text).translate(_BREAKS)
    characters = Characters.of(name, text)
    unseen = UNSEEN.search(text)
    if unseen is None:
        return characters
    message = f"the character U+{ord(unseen[0]):04X} cannot be seen, and YAML does not allow it"
    diagnostics.problems.append(characters.span(unseen.start()).problem(message, hint="Delete it."))
    return None


def _with_plain_breaks(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _undecodable(name: str, data: bytes, error: UnicodeDecodeError) -> Problem:
    hint = "Save it as UTF-8; most editors can."
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Problem(name, "is UTF-16 text, not UTF-8", hint)
    before = _with_plain_breaks(data[: error.start].decode())  # fine up to here
    shown = Characters.of(name, before + data[error.start :].decode(errors="replace"))
    return shown.span(len(before)).problem(f"the byte {data[error.start]:#04x} is not UTF-8 text", hint=hint)


def _starred(match: re.Match[str]) -> str:
    group = next(name for name, text in match.groupdict().items() if text)
    start, end = (place - match.start() for place in match.span(group))
    return f"{match[0][:start]}{'*' * (end - start)}{match[0][end:]}"
