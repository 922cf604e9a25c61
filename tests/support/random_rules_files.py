"""Random rules files as somebody might write them: comments everywhere, both styles, all quotes, any indentation."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from immich_smart_albums.config.yaml.emit import Unquoted

if TYPE_CHECKING:
    from random import Random

    from immich_smart_albums.config.yaml.emit import Plain

WORDS = ("person", "place", "taken", "smart", "any", "all", "not", "share", "keep", "settle", "until")
TEXTS = ("Emma", "a dog", "it's", "Nice # 1", "ends: here", "[x]", "Ä Ö", "2024", "none", "a, b", "- x", 'say "hi"', "")
BARE = ("none", "true", "100..800", "2024-05", "30 days", "mine")


def value(chance: Random, depth: int) -> Plain:
    """A random value."""
    kind = chance.random()
    if depth <= 0 or kind < 0.35:
        return chance.choice(TEXTS) if chance.random() < 0.7 else Unquoted(chance.choice(BARE))
    size = chance.randint(1, 3)
    if kind < 0.65:
        return [value(chance, depth - 1) for _ in range(size)]
    return {word: value(chance, depth - 1) for word in chance.sample(WORDS, size)}


def book(chance: Random) -> dict[str, Plain]:
    """A random rules file: albums with names and whatever."""
    albums: list[Plain] = [
        {"name": chance.choice(TEXTS[:3]), "match": {word: value(chance, 3) for word in chance.sample(WORDS, 2)}}
        for _ in range(chance.randint(1, 3))
    ]
    return {"albums": albums, **({"people": {"kids": ["Emma", "Noah"]}} if chance.random() < 0.5 else {})}


@dataclass
class Writer:
    """Writes a value in whatever way comes to mind."""

    chance: Random
    step: int = 2
    dash_step: int = 2
    number: int = 0
    lines: list[str] = field(default_factory=list)

    def document(self, data: Plain) -> str:
        """The whole text."""
        self.step, self.dash_step = self.chance.choice(((2, 2), (2, 0), (4, 4), (4, 2), (3, 3)))
        self._own_lines(0)
        self._block(data, 0, "")
        self._own_lines(0)
        text = "\n".join(self.lines)
        text += self.chance.choice(("\n", "\n\n", ""))
        return text.replace("\n", self.chance.choice(("\n", "\n", "\r\n")))

    def _often(self, share: float) -> bool:
        return self.chance.random() < share

    def _comment(self) -> str:
        self.number += 1
        return f"# note {self.number}: [x] 'y' - z"

    def _own_lines(self, column: int) -> None:
        """Comments and empty lines between others."""
        if self._often(0.2):
            self.lines.append("")
        if self._often(0.25):
            self.lines.append(" " * column + self._comment())

    def _put(self, line: str) -> None:
        self.lines.append(line.rstrip() + (f"  {self._comment()}" if self._often(0.25) else ""))

    def _block(self, data: Plain, column: int, lead: str) -> None:
        """A collection; `lead` is what stands before it in its first line."""
        entries = data.items() if isinstance(data, dict) else ((None, value) for value in data)  # type: ignore[union-attr]
        for word, value in entries:
            indent = lead or " " * column
            if not lead:
                self._own_lines(column)
            lead = ""
            if word is None:
                self._item(indent, value, column)
            else:
                self._entry(indent, word, value, column)

    def _item(self, indent: str, value: Plain, column: int) -> None:
        if isinstance(value, dict | list) and value and self._often(0.7):
            gap = self.chance.choice((1, 1, 1, 3))
            if self._often(0.15):
                self._put(f"{indent}-")
                self._block(value, column + 1 + gap, "")
            else:
                self._block(value, column + 1 + gap, f"{indent}-{' ' * gap}")
        else:
            self._put(f"{indent}- {self.inline(value, column + 2)}")

    def _entry(self, indent: str, word: str, value: Plain, column: int) -> None:
        if isinstance(value, dict | list) and value and self._often(0.7):
            anchor = f" &m{self.number}" if self._often(0.1) else ""
            self._put(f"{indent}{word}:{anchor}")
            self._block(value, column + (self.step if isinstance(value, dict) else self.dash_step), "")
        elif isinstance(value, str) and not isinstance(value, Unquoted) and value.isalpha() and self._often(0.1):
            self._put(f"{indent}{word}: {self.chance.choice('|>')}-")
            self.lines.append(" " * (column + 2) + value)
        else:
            self._put(f"{indent}{word}: {self.inline(value, column + 2)}")

    def inline(self, data: Plain, column: int) -> str:
        """A value in flow style, perhaps over several lines."""
        match data:
            case Unquoted():
                return data
            case str():
                return self._quoted(data)
            case dict():
                parts = [f"{word}: {self.inline(value, column + 2)}" for word, value in data.items()]
                return self._flow("{", parts, "}", column)
            case _:
                parts = [self.inline(value, column + 2) for value in data]  # type: ignore[union-attr]
                return self._flow("[", parts, "]", column)

    def _flow(self, start: str, parts: list[str], end: str, column: int) -> str:
        comma = "," if parts and self._often(0.2) else ""
        if self._often(0.25) and parts:
            inner = ""
            for index, part in enumerate(parts):
                separator = "," if index + 1 < len(parts) else comma
                note = f"  {self._comment()}" if self._often(0.4) else ""
                inner += f"\n{' ' * (column + 2)}{part}{separator}{note}"
            return f"{start}{inner}\n{' ' * column}{end}"
        space = self.chance.choice(("", " "))
        return f"{start}{space}{', '.join(parts)}{comma}{space}{end}"

    def _quoted(self, text: str) -> str:
        choices = ["'" + text.replace("'", "''") + "'", json.dumps(text, ensure_ascii=False)]
        if text.replace(" ", "").isalpha():
            choices.append(text)
        return self.chance.choice(choices)


def document(chance: Random) -> str:
    """The text of a random rules file."""
    return Writer(chance).document(book(chance))
