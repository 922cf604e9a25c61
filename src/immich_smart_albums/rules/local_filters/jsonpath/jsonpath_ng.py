"""Explains spellings of jsonpath-ng that RFC 9535 does not have, with the standard spelling of the same path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from immich_smart_albums.rules.local_filters.jsonpath.ast import NAME, Name, PathError, Wildcard, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from immich_smart_albums.rules.local_filters.jsonpath.ast import Step

    Explanation = Callable[[re.Match[str], Sequence[Step]], tuple[str, str]]

_TWO_FILTERS = "Write two filters, one for each path, and combine them."


def refusal(text: str, position: int, steps: Sequence[Step]) -> PathError:
    """Returns the error for a text that cannot be parsed from `position` on, after these steps."""
    for pattern, explain in _EXPLANATIONS:
        match = pattern.match(text, position)
        if match:
            return PathError(text, position, *explain(match, steps))
    hint = f"After {_path(steps)} comes a dot and a name, or a bracket: .name, ['a name'], [0], [*]."
    reason = f"unexpected {text[position]!r}" if position < len(text) else "the path ends too early"
    return PathError(text, position, reason, hint)


def _path(steps: Sequence[Step]) -> str:
    return "$" + "".join(map(str, steps))


def _names(text: str) -> list[str] | None:
    """Returns the names in `make,model` or `make|model`. None if one of them is more than a name."""
    names = [name.strip().strip("'\"") for name in re.split(r"[,|]", text)]
    return names if all(NAME.fullmatch(name) for name in names) else None


def _choice(steps: Sequence[Step], names: list[str]) -> str:
    return _path(steps) + "[" + ",".join(f"'{quoted(name)}'" for name in names) + "]"


def _backticks(match: re.Match[str], steps: Sequence[Step]) -> tuple[str, str]:
    word = match["word"]
    reason = f"`{word}` is a word of jsonpath-ng, not of the standard"
    if word == "parent" and steps:
        return reason, f"Stop one step before: write {_with_child(steps[:-1], str(steps[-1]))}."
    if word == "len":
        return reason, f"For at least three elements, say, write {_path(steps)}[2]."
    if word == "this":
        return reason, f"Leave it out: write {_path(steps)}."
    return reason, f"Write {_path(steps)} and let the regular expression look into the value."


def _with_child(steps: Sequence[Step], child: str) -> str:
    """Returns the path to what has a child, with a filter after a wildcard."""
    if steps and isinstance(steps[-1].selector, Wildcard) and not steps[-1].descendants:
        return f"{_path(steps[:-1])}[?@{child}]"
    return _path(steps)


def _where(match: re.Match[str], steps: Sequence[Step]) -> tuple[str, str]:
    reason = f"{match['word']} is a word of jsonpath-ng, not of the standard"
    sign = "!" if match["word"] == "wherenot" else ""
    child = match["child"].strip().removeprefix("$.")
    if steps and isinstance(steps[-1].selector, Wildcard) and child:
        return reason, f"Write a filter: {_path(steps[:-1])}[?{sign}@.{child}]."
    return reason, f"Write a filter in brackets, such as $.people[?{sign}@.name]."


def _parentheses(match: re.Match[str], steps: Sequence[Step]) -> tuple[str, str]:
    if not match["bar"]:
        return "parentheses around a part of a path", "Leave them out."
    names = _names(match["inner"])
    hint = f"Write {_choice(steps, names)}." if names else _TWO_FILTERS
    return "a choice in parentheses is jsonpath-ng's, not the standard's", hint


def _comma(match: re.Match[str], steps: Sequence[Step]) -> tuple[str, str]:
    names = _names(match["rest"])
    last = steps[-1].selector if steps else None
    hint = "Write several names as $.exifInfo['make','model']."
    if names and isinstance(last, Name) and not steps[-1].descendants:
        hint = f"Write {_choice(steps[:-1], [last.name, *names])}."
    return "names with a comma between them stand in brackets", hint


def _operator(match: re.Match[str], _steps: Sequence[Step]) -> tuple[str, str]:
    return f"{match[0]} between two paths is jsonpath-ng's, not the standard's", _TWO_FILTERS


def _digits(match: re.Match[str], steps: Sequence[Step]) -> tuple[str, str]:
    path, digits = _path(steps), match[0]
    index = digits.lstrip("0") or "0"  # no int(): Python refuses more than 4300 digits
    hint = f"Write {path}[{index}] for an element of a list, {path}['{digits}'] for a field of that name."
    return "a name after a dot does not begin with a digit", hint


def _missing_dot(match: re.Match[str], steps: Sequence[Step]) -> tuple[str, str]:
    return "a dot is missing", f"Write {_path(steps)}.{match[0]}."


_EXPLANATIONS: tuple[tuple[re.Pattern[str], Explanation], ...] = (
    (re.compile(r"`(?P<word>\w*)"), _backticks),
    (re.compile(r"(?P<word>where(?:not)?)\b(?P<child>.*)", re.DOTALL), _where),
    (re.compile(r"\((?P<inner>[^|)]*(?P<bar>\|)?[^)]*)"), _parentheses),
    (re.compile(r",(?P<rest>.*)", re.DOTALL), _comma),
    (re.compile(r"[|&]+"), _operator),
    (re.compile(r"[0-9]+"), _digits),
    (NAME, _missing_dot),
)
