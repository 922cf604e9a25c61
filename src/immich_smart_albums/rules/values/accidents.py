r"""Recognises plain texts that are regular expressions by accident: `[2020]`, `a+b`, `Trip (2)`.

A text with something that has no other use, such as `^` in front, `\d`, `.*` or `|`, is meant as an expression.
"""

from __future__ import annotations

import re

_MEANT = re.compile(r"\A\^|\\|\.[*+?]|\||\(\?|\[\^|\[[^]]*\w-\w[^]]*\]|[\])][*+?{]|[\w/)\]]\$\Z|\{\d+(?:,\d*)?\}")
"""Parts of an expression that nobody writes by accident."""

_SET = re.compile(r"(?<!\\)\[([^]^\\][^]\\]*)\]")
"""A set. One with a character twice is hardly meant."""

_ACCIDENTS = (
    (re.compile(r"\[[\w ]{3,}\]"), "{} is any one of these characters"),
    (re.compile(r"\w\+(?=[\w+ ])"), "the + in {} means once or more"),
    (re.compile(r"\w\*"), "the * in {} means any number of times"),
    (re.compile(r"\w\?(?=\W|\Z)"), "the ? in {} means perhaps"),
    (re.compile(r"\([^()]*\)"), "the parentheses in {} are not looked for"),
    (re.compile(r"\$(?=.)"), "{} is the end of the text"),
)


def accident(text: str) -> str | None:
    """Returns in words what a part of a plain text means by accident. None if nothing seems to."""
    for characters in _SET.finditer(text):
        letters = [character for character in characters[1] if character.isalnum()]
        if len(set(letters)) < len(letters):
            return f"{characters[0]} is any one of these characters"
    if _MEANT.search(text):
        return None
    for pattern, words in _ACCIDENTS:
        match = pattern.search(text)
        if match:
            return words.format(match[0])
    return None
