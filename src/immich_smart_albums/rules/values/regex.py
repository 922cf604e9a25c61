"""Regular expressions on values: the meaning of Python's `re` without case, and never a hang.

Users wrote their expressions for `re`, which cannot be stopped: `(a|aa)+$` keeps it busy for ever. The module
`regex` can, but reads some things differently, and under a time limit costs ten times as much. So a pattern
is looked at once:

- Where its tries are bounded (no choice within a repetition), `re` itself answers, for texts up to a length
  at which the bound is harmless.
- Everything else goes to `regex` under the time limit, in a spelling that means the same there.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import regex

from immich_smart_albums.rules.values.regex_syntax import translate

if TYPE_CHECKING:
    from collections.abc import Callable


SECONDS_PER_MATCH = 1.0
"""How long one expression may think about one value. Honest ones take microseconds."""


_LARGEST = 100_000
"""How long a pattern may get with its counted repetitions written out, which is what `regex` does."""

_REMEMBERED = 4_096
_REMEMBERED_LENGTH = 256
"""Results kept per pattern, and the longest text kept with one: at most a few megabytes.

The first ones stay. Values that repeat (makes, countries, people) come early and often; file names never
repeat, and throwing old ones out for new ones would only cost time.
"""

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
"""What to do, by the beginning of the message of `re`."""


class MarkedError(ValueError):
    """A text that cannot be read, with a mark under the character where that shows.

    `reason` says what is wrong, `hint` what to do, `position` counts characters from 0; str() has all of it.
    """

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
    """A match was stopped because it took longer than its time limit, so there is no answer."""

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


def compile_pattern(text: str, *, timeout: float) -> Pattern:
    """Compile a regular expression in the syntax of Python's `re`; `timeout` is in seconds, for one value.

    Raises PatternError, with a mark at the place, when `re` does not take it or it is too large.
    """
    try:
        quick, guarded, bound = _compiled(text)
    except re.error as error:
        reason = f"not a regular expression: {error.msg}"
        raise PatternError(text, error.pos or 0, reason, _advice(error.msg)) from None
    except (ValueError, OverflowError, RecursionError, regex.error) as error:  # ValueError: a count of 4301 digits
        reason = f"too large a regular expression: {error}"
        raise PatternError(text, 0, reason, "Write smaller counts and fewer groups.") from None

    def search(value: str) -> bool:
        if len(value) <= bound:
            return quick.search(value) is not None
        try:
            return guarded.search(value, timeout=timeout) is not None
        except TimeoutError:
            raise PatternTimeout(text, value, timeout) from None

    return Pattern(text, timeout, _remembering(search))


def _compiled(text: str) -> tuple[re.Pattern[str], regex.Pattern[str], int]:
    """Both ways to search, and the longest text for the first of them."""
    with warnings.catch_warnings():
        # `re` warns that "[[" may begin a nested set one day; here it means what it means today.
        warnings.simplefilter("ignore", FutureWarning)
        quick = re.compile(text, re.IGNORECASE)
        translated, work = translate(text)
    if work.size > _LARGEST:
        message = f"its repetitions come to {work.size} characters"
        raise OverflowError(message)
    return quick, regex.compile(translated, regex.VERSION0 | regex.IGNORECASE), work.longest(len(text))


def _advice(message: str) -> str:
    for beginning, advice in _ADVICE.items():
        if message.startswith(beginning):
            return advice
    return 'Correct it at the mark. The syntax is that of Python\'s module "re".'


def _remembering(search: Callable[[str], bool]) -> Callable[[object], bool]:
    known: dict[str, bool] = {}

    def matches(value: object) -> bool:
        if value is None:
            return False
        text = str(value)
        found = known.get(text)
        if found is None:
            found = search(text)
            if len(known) < _REMEMBERED and len(text) <= _REMEMBERED_LENGTH:
                known[text] = found
        return found

    return matches
