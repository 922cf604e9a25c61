"""Compiles regular expressions in the syntax of Python's `re`, without case, and with a time limit.

Users write their expressions for `re`, which cannot be stopped: `(a|aa)+$` keeps it busy for ever. So `re` decides what
is an expression, and the module `regex` searches, under a time limit. It is slower. Hence results are cached for each
value, and a value is not searched if it lacks the text that every match has in it.

The two modules differ in rare characters: for `regex` combining marks are letters, fractions and superscripts are not,
the control characters U+001C to U+001F are no spaces, and a dotless i is no I.

Pattern and value are compared composed (NFC), so that it does not matter in which form either is written. A pattern
that names a combining mark of its own, such as `u\u0308?`, is searched in the decomposed value (NFD) as well.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import regex

from immich_smart_albums.model.text.forms import nfc
from immich_smart_albums.rules.values.regex_syntax import longest_literal, plain_braces, written_out

if TYPE_CHECKING:
    from collections.abc import Callable


SECONDS_PER_MATCH = 1.0
"""The time limit of one expression on one value. Usual ones take microseconds."""


_LARGEST = 100_000
"""The most characters of a pattern with its counted repetitions written out, as `regex` does it."""

_REMEMBERED = 4_096
_REMEMBERED_LENGTH = 256
"""The most cached results of a pattern, and the longest value of one: a few megabytes.

The first ones stay. Values that repeat, such as makes and countries, come early and often. File names do not repeat,
and replacing old results by new ones would only take time.
"""

_CHARACTER_ESCAPE = re.compile(r"\\(?:N\{(?P<name>[^}]*)\}|x(?P<two>..)|u(?P<four>.{4})|U(?P<eight>.{8})|.)", re.DOTALL)
_JAMO = frozenset(map(chr, (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))))
"""Korean vowels and finals: no marks, but they compose with the character before them."""

_ADVICE = {
    "nothing to repeat": r'This is not a file mask: write ".*" for any text and "\." for a dot.',
    "multiple repeat": r'Write one repetition only, or "\+" and "\*" for the characters themselves.',
    "bad escape": "Write two backslashes for a backslash itself.",
    "unterminated character set": r'Close the set with "]", or write "\[" for a bracket itself.',
    "missing ), unterminated": r'Close the group with ")", or write "\(" for a parenthesis itself.',
    "unbalanced parenthesis": r'Open a group with "(" before it, or write "\)" for a parenthesis itself.',
    "global flags not at the start": 'Move the flags to the front, or write "(?s:…)" around their part.',
    "look-behind requires fixed-width": 'All alternatives between "(?<=" and ")" must be equally long.',
}
"""Hints, by the beginning of the message of `re`."""


class MarkedError(ValueError):
    """A text that cannot be parsed: the reason, a hint, and the position of the mark, from 0. str() has all of them."""

    def __init__(self, text: str, position: int, reason: str, hint: str) -> None:
        line = "".join(character if character.isprintable() else " " for character in text)
        super().__init__(f"{reason}\n  {line}\n  {' ' * position}^\n{hint}")
        self.text = text
        self.position = position
        self.reason = reason
        self.hint = hint


class PatternError(MarkedError):
    """A regular expression that cannot be compiled."""


class PatternTimeout(ValueError):
    """A search that was stopped because it took longer than its time limit."""

    def __init__(self, pattern: str, value: str, timeout: float) -> None:
        beginning = value if len(value) <= 60 else f"{value[:59]}…"
        super().__init__(f"the pattern {pattern!r} took longer than {timeout:g} s on {beginning!r}")
        self.pattern = pattern
        self.value = value
        self.timeout = timeout


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled regular expression; equal to another with the same text and time limit."""

    text: str
    timeout: float
    """Seconds of processor time for one value."""

    matches: Callable[[object], bool] = field(compare=False, repr=False)
    """Whether the pattern is found anywhere in `str(value)`, without regard to case; never in None.

    Raises PatternTimeout when one value takes longer than the time limit.
    """

    literal: str = field(compare=False, repr=False)
    """A text that every match has in it, whatever case; plain ASCII, and empty if there is none."""


def compile_pattern(text: str, *, timeout: float) -> Pattern:
    """Compile a regular expression in the syntax of Python's `re`; `timeout` is in seconds, for one value.

    Raises PatternError, with a mark at the place, when `re` does not take it or it is too large.
    """
    search = _searching(text, text, timeout)
    spelled = _without_escapes(text)
    composed = nfc(spelled)
    if composed != text:
        search = _searching(composed, text, timeout)
    piece = longest_literal(composed)
    if _has_marks(composed) or (spelled != text and _has_marks(spelled)):
        search, piece = _in_both_forms(search, _searching(spelled, text, timeout)), ""
    return Pattern(text, timeout, _remembering(_with_literal(piece, search)), piece)


def _searching(pattern: str, written: str, timeout: float) -> Callable[[str], bool]:
    """Returns a search for one form of a pattern; messages show it as it was written. Raises PatternError."""
    compiled = _compile(pattern, written)

    def search(value: str) -> bool:
        try:
            return compiled.search(value, timeout=timeout) is not None
        except TimeoutError:
            raise PatternTimeout(written, value, timeout) from None

    return search


def _with_literal(piece: str, search: Callable[[str], bool]) -> Callable[[str], bool]:
    """Returns a search that leaves out values in ASCII without the text that every match has in it."""
    if not piece:
        return search
    wanted = piece.lower()
    return lambda value: (not value.isascii() or wanted in value.lower()) and search(value)


def _in_both_forms(composed: Callable[[str], bool], apart: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda value: composed(value) or apart(unicodedata.normalize("NFD", value))


def _compile(pattern: str, written: str) -> regex.Pattern[str]:
    try:
        return _compiled(pattern)
    except re.error as error:
        reason = f"not a regular expression: {error.msg}"
        # Composing moves what follows, so only the text as it is written has a place to mark.
        position = error.pos or 0 if pattern == written else 0
        raise PatternError(written, position, reason, _advice(error.msg)) from None
    except (ValueError, OverflowError, RecursionError, regex.error) as error:  # ValueError: a count of 4301 digits
        reason = f"too large a regular expression: {error}"
        raise PatternError(written, 0, reason, "Write smaller counts and fewer groups.") from None


def _without_escapes(text: str) -> str:
    r"""Returns a pattern with escapes beyond ASCII, such as `\u0308`, as the characters themselves.

    `re` must have accepted it. Beyond ASCII no character means anything else in a pattern.
    """
    return _CHARACTER_ESCAPE.sub(_character, text)


def _character(escape: re.Match[str]) -> str:
    if escape.lastgroup is None:
        return escape[0]
    written = escape[escape.lastgroup]
    character = unicodedata.lookup(written) if escape.lastgroup == "name" else chr(int(written, 16))
    return escape[0] if character.isascii() else character


def _has_marks(text: str) -> bool:
    """Returns whether there are characters that compose with the one before them."""
    return any(unicodedata.combining(character) or character in _JAMO for character in text)


def _compiled(text: str) -> regex.Pattern[str]:
    with warnings.catch_warnings():
        # `re` warns that "[[" may begin a nested set one day; here it means what it means today.
        warnings.simplefilter("ignore", FutureWarning)
        re.compile(text, re.IGNORECASE)
    size = written_out(text)
    if size > _LARGEST:
        message = f"its repetitions come to {size} characters"
        raise OverflowError(message)
    return regex.compile(plain_braces(text), regex.VERSION0 | regex.IGNORECASE)


def _advice(message: str) -> str:
    for beginning, advice in _ADVICE.items():
        if message.startswith(beginning):
            return advice
    return 'Correct it at the mark. The syntax is that of Python\'s module "re".'


def _remembering(search: Callable[[str], bool]) -> Callable[[object], bool]:
    results: dict[str, bool] = {}

    def matches(value: object) -> bool:
        if value is None:
            return False
        text = str(value)
        result = results.get(text)
        if result is None:
            result = search(nfc(text))
            if len(results) < _REMEMBERED and len(text) <= _REMEMBERED_LENGTH:
                results[text] = result
        return result

    return matches
