"""Names of people, albums and files as a terminal may show them, and numbers in sentences."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence


def one_line(text: str) -> str:
    """A text that can neither break the line nor steer the terminal: a name may hold anything."""
    return "".join(character if character.isprintable() else "?" for character in text)


def count(number: int, noun: str, nouns: str = "") -> str:
    """`1 photo`, `1,200 photos`; `nouns` is the plural where it takes more than an s."""
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"


def table(rows: Sequence[Sequence[str]], *, right: Collection[int]) -> Iterator[str]:
    """Rows as lines with their cells below each other; the columns in `right` end there."""
    widths = [max(columns(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        cells = [
            padded(cell, width, right=at in right) for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: characters of East Asia take two, combining ones none."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else not unicodedata.combining(each) for each in text)


def padded(text: str, width: int, *, right: bool = False) -> str:
    """A text with spaces after it, or before it, up to so many columns."""
    space = " " * (width - columns(text))
    return space + text if right else text + space
