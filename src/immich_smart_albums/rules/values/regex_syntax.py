"""Works out facts about a regular expression from its text, which `re` must have accepted."""

from __future__ import annotations

import re
import warnings
from re import _parser  # type: ignore[attr-defined]  # the one parser of this syntax; it has no public name
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterable

_REPEATS = (_parser.MAX_REPEAT, _parser.MIN_REPEAT, _parser.POSSESSIVE_REPEAT)

_PLAIN = re.compile(r"(?:\^|\\A)?((?:[^\\^$*+?{}\[\]|()]|\\[^\w\s])+)(?:\$|\\Z)?")
"""A text with or without anchors at its ends. A dot counts as text, since it mostly stands for itself."""

_CERTAIN = frozenset(map(chr, range(32, 127))) - set("%_\\;`")
"""Characters that the database compares as they are, but for case: without its wildcards, and without ; and `, which
NFC makes of others."""

_BRACE = re.compile(r"(\\N\{[^}]*\}|\\.|\[\^?\]?(?:\\.|[^\]\\])*\])|\{(?!\d*,?\d*\})", re.DOTALL)
"""Escapes and sets, or a brace that does not begin a count."""


def longest_literal(text: str) -> str:
    """Returns the longest text that each match has in it, whatever case: `IMG_` of `^IMG_[0-9]+`. Empty if none has.

    It is plain ASCII without the wildcards of a database.
    """
    pieces = [""]
    for operator, argument in _parsed(text):
        is_repeated = operator in _REPEATS and argument[0] > 0 and len(argument[2]) == 1
        kind, code = argument[2][0] if is_repeated else (operator, argument)
        if kind is _parser.LITERAL and chr(code) in _CERTAIN:
            pieces[-1] += chr(code)
            if operator is _parser.LITERAL:
                continue
        pieces.append("")
    return max((piece.strip() for piece in pieces), key=len)


def written_out(text: str) -> int:
    """Returns the length of a pattern with its counted repetitions written out: 4 for `a{4}`."""
    return _length(_parsed(text))


def _parsed(text: str) -> Iterable[tuple[object, Any]]:
    with warnings.catch_warnings():
        # It warns that "[[" may begin a nested set in a later Python.
        warnings.simplefilter("ignore", FutureWarning)
        return cast("Iterable[tuple[object, Any]]", _parser.parse(text))


def _length(items: Iterable[tuple[object, Any]]) -> int:
    return sum(_length_of(*item) for item in items)


def _length_of(operator: object, argument: object) -> int:
    if operator in _REPEATS and isinstance(argument, tuple):
        low, high, repeated = argument
        return int(max(1, low if high is _parser.MAXREPEAT else high)) * _length(repeated)
    return _nested(argument) or 1


def _nested(argument: object) -> int:
    if isinstance(argument, _parser.SubPattern):
        return _length(argument)
    return sum(map(_nested, argument)) if isinstance(argument, tuple | list) else 0


def plain_text(text: str) -> str | None:
    """Returns the text of a pattern that has nothing but text and anchors: `IMG` of `^IMG$`. None for any other."""
    match = _PLAIN.fullmatch(text)
    if match is None or not any(map(str.isalnum, match[1])):
        return None
    return re.sub(r"\\(.)", r"\1", match[1])


def plain_braces(text: str) -> str:
    """Returns a pattern with braces escaped that stand for themselves, since `regex` may read them otherwise."""
    return _BRACE.sub(lambda match: match[1] or r"\{", text)
