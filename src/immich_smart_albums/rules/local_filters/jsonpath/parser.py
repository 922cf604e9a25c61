"""Parses the text of a path into steps: RFC 9535, and spellings of jsonpath-ng that can only mean one thing.

Those are: no `$.` in front (`exifInfo.make`), a dot before a bracket (`$.people.[0]`), quotes after a dot
(`$."exifInfo".make`), hyphens in a name, and spaces around the whole.
"""

from __future__ import annotations

import json
import re

from immich_smart_albums.rules.local_filters.jsonpath.ast import (
    NAME,
    BracketedSelection,
    Index,
    Name,
    PathError,
    Step,
    Wildcard,
    quoted,
)
from immich_smart_albums.rules.local_filters.jsonpath.jsonpath_ng import refusal

_TEXT = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_QUOTED = re.compile(_TEXT, re.DOTALL)
_SPACES = re.compile(r"[ \t\n\r]*")
_BRACKET = re.compile(rf"\[[ \t\n\r]*(?:(?P<wildcard>\*)|(?P<index>-?[0-9]+)|(?P<name>{_TEXT}))[ \t\n\r]*\]", re.DOTALL)
_BARE_NAME = re.compile(rf"\[[ \t\n\r]*(?P<name>{NAME.pattern})[ \t\n\r]*[\],]")
_TOKEN = re.compile(rf"{_TEXT}|==|!=|<=|>=|&&|\|\||<>|=~|[ \t\n\r]+|.", re.DOTALL)

_LARGEST_INDEX = 2**53 - 1  # RFC 9535, 2.1: the integers of I-JSON.

_NOT_IN_A_FILTER = {
    "=": "Write == for equal.",
    "<>": "Write != for unequal.",
    "=~": "Write a function: [?search(@.name,'expression')].",
    "&": "Write && for and.",
    "|": "Write || for or.",
    "`": "Backticks are jsonpath-ng's; a filter looks like [?@.name=='Anna'].",
}


def read_steps(text: str) -> tuple[Step, ...]:
    """Returns the steps of a path. Filters and other selections are found here, and parsed by `library`.

    Raises PathError.
    """
    parser = _PathParser(text)
    parser.read()
    return tuple(parser.steps)


class _PathParser:
    """Parses a path from left to right; `position` is that of the next character."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.steps: list[Step] = []

    def read(self) -> None:
        self.skip_spaces()
        first = self.next_character()
        if not first:
            raise self.error(0, "an empty path", "Write one such as $.exifInfo.make.")
        if first == "@":
            raise self.error(self.position, "a path begins at the asset", "Write $ in place of @.")
        if first == "$":
            self.position += 1
        elif first not in ".[":
            self.steps.append(Step(self.after_dot(), self.position))
        while self.skip_spaces() < len(self.text):
            self.steps.append(self.step())

    def step(self) -> Step:
        start = self.position
        dots = 2 if self.text.startswith("..", start) else 1 if self.next_character() == "." else 0
        self.position += dots
        if self.next_character() == "[":
            start = self.position
            return Step(self.in_brackets(), start, descendants=dots == 2)
        if dots == 0:
            raise refusal(self.text, self.position, self.steps)
        return Step(self.after_dot(), start, descendants=dots == 2)

    def after_dot(self) -> Name | Wildcard:
        start = self.position
        if self.next_character() == "*":
            self.position += 1
            return Wildcard()
        name = NAME.match(self.text, start)
        if name:
            self.position = name.end()
            return Name(name[0])
        text = _QUOTED.match(self.text, start)
        if text:
            self.position = text.end()
            return Name(self.unquoted(text[0], start))
        raise refusal(self.text, start, self.steps)

    def in_brackets(self) -> Name | Index | Wildcard | BracketedSelection:
        start = self.position
        match = _BRACKET.match(self.text, start)
        if not match:
            return self.selection()
        self.position = match.end()
        if match["index"]:
            return Index(self.index(match["index"], match.start("index")))
        if match["name"]:
            return Name(self.unquoted(match["name"], match.start("name")))
        return Wildcard()

    def selection(self) -> BracketedSelection:
        """Returns a selection in brackets that is no plain selector; `library` parses what is in it."""
        start = self.position
        self.refuse_bare_name()
        depth, normal = 0, ""
        for token in _TOKEN.finditer(self.text, start):
            depth += {"[": 1, "]": -1}.get(token[0], 0)
            normal += self.normal(token[0], token.start())
            if depth == 0:
                self.position = token.end()
                break
        else:
            raise self.error(start, "the bracket is not closed", "Add a ].")
        if normal == "[]":
            raise self.error(start, "nothing between the brackets", "Write [*] for all elements, [0] for the first.")
        if normal.startswith("[("):
            raise self.error(start + 1, "a script, which the standard does not have", "Write [-1] for the last.")
        source = self.text[start : self.position]
        return BracketedSelection(normal, source, asks_root="$" in _QUOTED.sub("", source))

    def refuse_bare_name(self) -> None:
        bare = _BARE_NAME.match(self.text, self.position)
        if bare:
            hint = f"Write ['{bare['name']}'] with quotes, or .{bare['name']} after a dot."
            raise self.error(bare.start("name"), "a name in brackets stands in quotes", hint)

    def normal(self, token: str, position: int) -> str:
        if token in _NOT_IN_A_FILTER:
            raise self.error(position, f"{token} is not part of a filter", _NOT_IN_A_FILTER[token])
        if token in ("'", '"'):
            raise self.error(position, "the quotes are not closed", f"Add a {token}.")
        if token[0] in "'\"":
            return f"'{quoted(self.unquoted(token, position))}'"
        return token.strip(" \t\n\r")

    def index(self, digits: str, position: int) -> int:
        size = digits.lstrip("-0") or "0"
        plain = f"-{size}" if digits[0] == "-" and size != "0" else size
        if plain != digits:
            raise self.error(position, "an index is written without leading zeros", f"Write [{plain}].")
        # By length first: Python refuses to make a number of more than 4300 digits.
        if len(size) > len(str(_LARGEST_INDEX)) or int(size) > _LARGEST_INDEX:
            raise self.error(position, "an index beyond any list", f"The largest is {_LARGEST_INDEX}.")
        return int(digits)

    def unquoted(self, token: str, position: int) -> str:
        """Returns a text without its quotes. Its escapes are those of JSON, and one for the quotes."""
        inner = token[1:-1]
        if token[0] == "'":
            inner = re.sub(r"\\.|\"", _as_in_json, inner, flags=re.DOTALL)
        try:
            text = str(json.loads(f'"{inner}"'))
            text.encode()
        except (json.JSONDecodeError, UnicodeEncodeError):
            hint = r"Write \\ for a backslash, \n for a line break, \u00e4 for a character by number."
            raise self.error(position, "a text that JSON does not allow", hint) from None
        return text

    def skip_spaces(self) -> int:
        spaces = _SPACES.match(self.text, self.position)
        self.position = spaces.end() if spaces else self.position
        return self.position

    def next_character(self) -> str:
        return self.text[self.position : self.position + 1]

    def error(self, position: int, reason: str, hint: str) -> PathError:
        return PathError(self.text, position, reason, hint)


def _as_in_json(match: re.Match[str]) -> str:
    return {"\\'": "'", '"': '\\"', '\\"': "\\'"}.get(match[0], match[0])
