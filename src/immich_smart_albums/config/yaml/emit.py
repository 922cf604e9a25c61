"""Writes plain values as YAML: short ones on one line, longer ones in block style."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.rules.syntax.ids import looks_like_id

if TYPE_CHECKING:
    from typing import TypeAlias

WIDTH = 100
"""The last column of a value on one line."""


class Unquoted(str):
    """A value that is written without quotes, because it is no text: none, mine, 100..800, 30 days."""

    __slots__ = ()


Plain: TypeAlias = "str | int | float | bool | Sequence[Plain] | Mapping[str, Plain] | None"
"""A value of a rules file. A str is a text, whatever it looks like; an Unquoted is none."""

_SAFE = re.compile(r"[\w/.(+^$][^\x00-\x1f\x7f\x85\u2028\u2029\[\]{},\"'`\\]*")
"""Texts that need no quotes, unless they have `: ` or ` #` in them."""

_MEANS_SOMETHING = re.compile(
    r"""(?ix) true | false | null | ~ | none | any | mine | partner | primary | yes | no | on | off | << | y | n
    | [-+.\d] [\d.,:_eExX+-]* (?: [a-z%] [\w\s]* )? | \d.* """
)
"""Texts that would mean something else without quotes."""


@dataclass(frozen=True, slots=True)
class BlockStyle:
    """The indentation of a file."""

    step: int = 2
    """Columns by which a mapping is indented in another."""
    dash_step: int = 2
    """Columns by which the dashes of a list are indented under their key."""


def means_something(text: str) -> bool:
    """Returns whether a text could mean something else without quotes."""
    return not text or (_MEANS_SOMETHING.fullmatch(text) is not None and not looks_like_id(text))


def scalar(value: str | float | bool | None, quote: str = "") -> str:
    """Returns a text, number or boolean in YAML; `quote` is the preferred quote of a text."""
    match value:
        case None:
            return "none"
        case bool():
            return str(value).lower()
        case Unquoted() | int() | float():
            return str(value)
        case _ if not quote and _is_safe(value) and not means_something(value):
            return value
        case _ if quote == '"' or not value.isprintable():
            return _double(value)
        case _:
            return "'" + value.replace("'", "''") + "'"


def key(word: str) -> str:
    """Returns the key of an entry, without its colon."""
    return word if _is_safe(word) and word != "<<" else scalar(word)


def _is_safe(text: str) -> bool:
    risky = ": " in text or " #" in text or text.endswith((":", " "))
    return _SAFE.fullmatch(text) is not None and not risky


def _double(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(character if character.isprintable() else _escaped(character) for character in quoted)


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def flow(value: Plain) -> str:
    """Returns a value on one line: `[a, b]`, `{word: value}`."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key(word)}: {flow(entry_value)}" for word, entry_value in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def block(value: Plain, column: int, style: BlockStyle) -> list[str]:
    """Returns the lines of a value that begins in a column; the first line, which follows a key, is not indented."""
    if isinstance(value, Mapping) and value:
        entries = [entry(word, entry_value, column, style) for word, entry_value in value.items()]
        return _joined(entries, column)
    if isinstance(value, Sequence) and not isinstance(value, str) and value:
        return _joined([item(entry_value, column, style) for entry_value in value], column)
    return [flow(value)]


def entry(word: str, value: Plain, column: int, style: BlockStyle) -> list[str]:
    """Returns the lines of `word: value` in a mapping that begins in a column, the first without indentation."""
    short = f"{key(word)}: {flow(value)}"
    if _stays_short(value) and column + len(short) <= WIDTH:
        return [short]
    is_list = isinstance(value, Sequence) and not isinstance(value, str)
    deeper = column + (style.dash_step if is_list else style.step)
    first, *rest = block(value, deeper, style)
    if not isinstance(value, Mapping) and not is_list:
        return [short]
    return [f"{key(word)}:", " " * deeper + first, *rest]


def item(value: Plain, column: int, style: BlockStyle, gap: int = 1) -> list[str]:
    """Returns the lines of an item of a list whose dashes stand in a column, the first without indentation."""
    short = flow(value)
    if isinstance(value, Mapping) and len(value) == 1:
        ((word, only),) = value.items()
        first, *rest = entry(word, only, column + 1 + gap, style)
        return [f"-{' ' * gap}{first}", *rest]
    if _stays_short(value) and column + 1 + gap + len(short) <= WIDTH:
        return [f"-{' ' * gap}{short}"]
    first, *rest = block(value, column + 1 + gap, style)
    return [f"-{' ' * gap}{first}", *rest]


def _joined(parts: list[list[str]], column: int) -> list[str]:
    """Returns the lines of all parts. All but the very first are indented."""
    lines: list[str] = []
    for part in parts:
        first, *rest = part
        lines += [" " * column + first if lines else first, *rest]
    return lines


def _stays_short(value: Plain) -> bool:
    """Returns whether a value is easy to read on one line: no list of mappings, no mapping with another in it."""
    if isinstance(value, Mapping):
        return all(not isinstance(entry_value, Mapping) and _stays_short(entry_value) for entry_value in value.values())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return not any(isinstance(entry_value, Mapping) for entry_value in value)
    return True
