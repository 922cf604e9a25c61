"""Text for terminals: harmless names, numbers with nouns, and tables."""

from __future__ import annotations

import re
import sys
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence


_JOINERS = "\u200c\u200d"
"""Zero-width joiners, which names in several scripts and most emoji need."""

_FLAG_OF_A_REGION = re.compile("\U0001f3f4[\U000e0030-\U000e007a]+\U000e007f")
"""The flag of a region, such as Scotland: a black flag and invisible characters, which could hide text elsewhere."""

_ESCAPED_FLAG = re.compile(r"(?<=\U0001f3f4)(?:\\U000e00[3-7][0-9a-f])+\\U000e007f")

_ESCAPE = re.compile(r"(?<!\\)\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))")
"""Escapes that `repr` makes of characters that this Python does not know as printable."""


def one_line(text: str) -> str:
    """Returns a text that can neither break the line nor steer the terminal: a name may hold anything.

    All text for people goes through here. Control characters, line breaks, direction marks and invisible characters
    become question marks; everything else stays, so that names can be copied.
    """
    if text.isprintable() and "\\" not in text:
        return text
    text = _ESCAPED_FLAG.sub(lambda spelled: spelled[0].encode().decode("unicode-escape"), text)
    text = _ESCAPE.sub(_unescaped, text)
    flags = [*_FLAG_OF_A_REGION.findall(text), ""]
    return "".join(_shown(part) + flag for part, flag in zip(_FLAG_OF_A_REGION.split(text), flags, strict=True))


def _shown(text: str) -> str:
    return "".join(character if is_harmless(character) else "?" for character in text)


def _unescaped(escape: re.Match[str]) -> str:
    """Returns the character of an escape if it is harmless: a joiner, a narrow space, a new emoji."""
    code = int(escape[1] or escape[2] or escape[3], 16)
    if code > sys.maxunicode or chr(code).isprintable():
        return escape[0]
    return chr(code) if is_harmless(chr(code)) else escape[0]


def is_harmless(character: str) -> bool:
    """Returns whether a character may be written to a terminal."""
    if character.isprintable() or character in _JOINERS:
        return True
    match unicodedata.category(character):
        case "Zs" | "Co":  # spaces of all widths; characters of a font
            return True
        case "Cn":  # not known to this Python, perhaps to the terminal: only where new letters and emoji come
            return 0x1F000 <= ord(character) < 0x1FFFE or 0x30000 <= ord(character) < 0x3FFFE
        case _:
            return False


def count(number: int, noun: str, nouns: str = "") -> str:
    """Returns a number with its noun: `1 photo`, `1,200 photos`. `nouns` is the plural if it takes more than an s."""
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"


def table(rows: Sequence[Sequence[str]], *, right: Collection[int]) -> Iterator[str]:
    """Yields rows as lines with aligned columns; those in `right` are aligned to the right."""
    widths = [max(columns(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [
            padded(cell, width, right=column in right)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def columns(text: str) -> int:
    """Returns how many columns of a terminal a text takes: characters of East Asia take two, combining ones none."""
    return sum(
        2 if unicodedata.east_asian_width(character) in "WF" else not _has_no_width(character) for character in text
    )


def _has_no_width(character: str) -> bool:
    return unicodedata.category(character) in {"Mn", "Me", "Cf"}


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Returns a text with spaces after it, or before it, to fill a width in columns."""
    space = " " * (width - columns(text))
    return space + text if right else text + space
