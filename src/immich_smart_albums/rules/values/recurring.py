"""Reads times that recur every year, week or day: `July`, `Friday..Monday`, `12-24..01-06`, `22:00..04:00`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from immich_smart_albums.rules.syntax.diagnostics import did_you_mean
from immich_smart_albums.rules.syntax.document import ScalarNode, name_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader

_LEAP_YEAR = "2024"
_TIME = re.compile(r"(([01]?\d|2[0-3]):[0-5]\d|24:00)", re.ASCII)


@dataclass(frozen=True, slots=True)
class CyclicRange:
    """Days such as `12-24`, or times such as `18:00`, from `first` to `last`, both included; it may wrap around."""

    first: str
    last: str

    def __contains__(self, point: str) -> bool:
        if self.first <= self.last:
            return self.first <= point <= self.last
        return point >= self.first or point <= self.last

    @property
    def words(self) -> str:
        """The range in words: `12-24 to 01-06`."""
        return self.first if self.first == self.last else f"{self.first} to {self.last}"


@dataclass(frozen=True, slots=True)
class NumberedNames:
    """Names with numbers, such as those of the months."""

    meant: str
    """What messages expect."""
    names: tuple[str, ...]
    """From number 1 on."""
    groups: dict[str, tuple[int, ...]]
    """Words for several numbers, such as weekend."""
    has_numbers: bool
    """Whether a number may be written for its name."""

    def number(self, text: str) -> int | None:
        """Returns the number of a name, of its first three letters, or of a number. None for anything else."""
        for number, name in enumerate(self.names, 1):
            if text.lower() in {name.lower(), name[:3].lower()}:
                return number
            if self.has_numbers and text.isdecimal() and text.lstrip("0") == str(number):
                return number
        return None


MONTHS = NumberedNames(
    "a month such as July or 7",
    (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    {},
    has_numbers=True,
)
WEEKDAYS = NumberedNames(
    "a day of the week",
    ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    {"weekend": (6, 7)},
    has_numbers=False,
)


def read_numbers(value: ValueNode, reader: Reader, names: NumberedNames) -> dict[int, str] | None:
    """Returns the numbers, with their names, of one name, a range or a list of these. None with a problem noted."""
    values = reader.elements(value, names.meant)
    if values is None:
        return None
    read = [_some(value, reader, names) for value in values]
    chosen = {number for numbers in read if numbers is not None for number in numbers}
    return None if None in read else {number: names.names[number - 1] for number in sorted(chosen)}


def _some(value: ValueNode, reader: Reader, names: NumberedNames) -> tuple[int, ...] | None:
    text = value.text.strip() if isinstance(value, ScalarNode) else ""
    if text.lower() in names.groups:
        return names.groups[text.lower()]
    first_part, dots, last_part = (part.strip() for part in text.partition(".."))
    ends = [names.number(first_part or (names.names[0] if last_part else ""))]
    ends += [names.number(last_part or (names.names[-1] if first_part else ""))] if dots else []
    if None in ends:
        otherwise = "A range is written with two dots: Monday..Friday."
        hint = did_you_mean(text, (*names.names, *names.groups), otherwise, written=str)
        reader.problem(value, f"{names.meant} is expected here, not {name_of(value)}", hint=hint)
        return None
    first, last = ends[0] or 0, ends[-1] or 0
    around = len(names.names)
    return tuple((first - 1 + step) % around + 1 for step in range((last - first) % around + 1))


def read_days(value: ValueNode, reader: Reader) -> CyclicRange | None:
    """Returns a day of every year, `12-24`, or a range of them, `12-24..01-06`.

    None, with a problem noted, for anything else.
    """
    meant = "a day of the year such as 12-24, or a range such as 12-24..01-06,"
    return _cycle(value, reader, _day, meant, ("01-01", "12-31"))


def read_times(value: ValueNode, reader: Reader) -> CyclicRange | None:
    """Returns a range of times of day, `18:00..23:30`. None, with a problem noted, for anything else."""
    if isinstance(value, ScalarNode) and ".." not in value.text:
        hint = "Write a beginning and an end, such as 18:00..23:30."
        reader.problem(value, f"a range of times is expected here, not {name_of(value)}", hint=hint)
        return None
    return _cycle(value, reader, _time, "a range of times such as 18:00..23:30", ("00:00", "24:00"))


def _cycle(
    value: ValueNode, reader: Reader, read: Callable[[str], str | None], meant: str, ends: tuple[str, str]
) -> CyclicRange | None:
    """Returns a range; an open end is that of the year or the day. None with a problem noted."""
    start, dots, end = (part.strip() for part in (value.text if isinstance(value, ScalarNode) else "").partition(".."))
    first = read(start or (ends[0] if end else ""))
    last = read(end or (ends[1] if start else "")) if dots else first
    if first is None or last is None:
        reader.problem(value, f"{meant} is expected here, not {name_of(value)}")
        return None
    return CyclicRange(first, last)


def _day(text: str) -> str | None:
    try:
        date.fromisoformat(f"{_LEAP_YEAR}-{text}")
    except ValueError:
        return None
    return text


def _time(text: str) -> str | None:
    return text.zfill(len("18:00")) if _TIME.fullmatch(text) else None
