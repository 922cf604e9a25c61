"""Names of people, albums and files as a terminal may show them, and numbers in sentences."""

from __future__ import annotations

import re
import sys
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence


_JOINERS = "\u200c\u200d"
"""Without them names of several scripts, and most emoji, are others than they are."""

_FLAG_OF_A_REGION = re.compile("\U0001f3f4[\U000e0030-\U000e007a]+\U000e007f")
"""Scotland, say: a black flag, spelled on in characters that nobody sees. Elsewhere they could hide anything."""

_ESCAPED_FLAG = re.compile(r"(?<=\U0001f3f4)(?:\\U000e00[3-7][0-9a-f])+\\U000e007f")

_ESCAPE = re.compile(r"(?<!\\)\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))")
"""What `repr` makes of characters that this Python does not call printable."""


def one_line(text: str) -> str:
    """Returns a text that can neither break the line nor steer the terminal: a name may hold anything.

    All that is written for people goes through here, wherever it comes from. What names really have is left as it is,
    so that they can be copied. Controls, line breaks, marks that turn the direction of writing, and what nobody sees,
    become question marks.
    """
    if text.isprintable() and "\\" not in text:
        return text
    text = _ESCAPED_FLAG.sub(lambda spelled: spelled[0].encode().decode("unicode-escape"), text)
    text = _ESCAPE.sub(_read, text)
    flags = [*_FLAG_OF_A_REGION.findall(text), ""]
    return "".join(_shown(part) + flag for part, flag in zip(_FLAG_OF_A_REGION.split(text), flags, strict=True))


def _shown(text: str) -> str:
    return "".join(character if is_harmless(character) else "?" for character in text)


def _read(escape: re.Match[str]) -> str:
    """A joiner, a narrow space, or an emoji of this year inside quotes is shown as without them."""
    code = int(escape[1] or escape[2] or escape[3], 16)
    if code > sys.maxunicode or chr(code).isprintable():
        return escape[0]
    return chr(code) if is_harmless(chr(code)) else escape[0]


def is_harmless(character: str) -> bool:
    """Returns whether a terminal may be given a character as it is."""
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
    """Returns rows as lines with their cells below each other; the columns in `right` end there."""
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
    """Returns a text with spaces after it, or before it, up to so many columns."""
    space = " " * (width - columns(text))
    return space + text if right else text + space
