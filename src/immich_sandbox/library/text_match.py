"""Text comparison as the database does it: ILIKE without accents, and fuzzy matching of recognised text."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


_WHOLE = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "ı": "i"})  # noqa: RUF001
"""Letters without a decomposition in Unicode that PostgreSQL's unaccent.rules replace."""


_SIMILAR = 0.5


@lru_cache(maxsize=65536)
def folded(text: str) -> str:
    """Return the text as it is compared: without accents and case."""
    return unaccent(text)


def like(pattern: str, *, before: str = "%", after: str = "%") -> Callable[[str | None], bool]:
    """Return an ILIKE test; `%` and `_` in the pattern are wildcards, as on the server, and NULL never matches."""
    words = unaccent(f"{before}{pattern}{after}")
    parts = (".*" if letter == "%" else "." if letter == "_" else re.escape(letter) for letter in words)
    matches = re.compile("".join(parts), re.DOTALL).fullmatch

    def test(text: str | None) -> bool:
        return text is not None and matches(folded(text)) is not None

    return test


def resembles(words: str) -> Callable[[str], bool]:
    """Return a fuzzy test: each word asked for must be like some word of the text, by shared trigrams."""
    wanted = [_trigrams(word) for word in unaccent(words).split()]

    def test(text: str) -> bool:
        there = [_trigrams(word) for word in folded(text).split()]
        return bool(wanted) and all(any(_alike(one, other) for other in there) for one in wanted)

    return test


def _trigrams(word: str) -> frozenset[str]:
    padded = f"  {word} "
    return frozenset(padded[start : start + 3] for start in range(len(padded) - 2))


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) / len(one | other) >= _SIMILAR


def unaccent(text: str) -> str:
    """Return the text without accents, in lower case."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).lower().translate(_WHOLE)
