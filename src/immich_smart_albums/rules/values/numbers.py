"""Reads ranges of numbers: `4`, `">= 400"`, `100..800`, `{min: 5MB, max: 10MB}`."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.rules.syntax.document import MappingNode, ScalarNode, ValueNode, name_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_smart_albums.rules.syntax.reader import Reader

_CLOSE = 1e-7
"""The relative difference up to which numbers are the same: 1.8, and the 1.7999999 that a camera writes."""

_SIGNED = re.compile(r"(>=|<=|>|<)\s*(.*\S)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit of the numbers in a range: how they are read and shown."""

    meant: str
    """What messages expect, such as "a number of pixels"."""
    number: Callable[[str], float | None]
    """Returns the number in a text. None for anything else."""
    format: Callable[[float], str]
    """Returns a number as text; different numbers have different texts."""
    example: str
    """A range, for messages."""


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`. None: without that bound."""

    low: float | None
    high: float | None
    has_low: bool = True
    """Whether `low` itself is in the range."""
    has_high: bool = True

    def __contains__(self, number: float) -> bool:
        if self.low is not None and (math.isclose(number, self.low, rel_tol=_CLOSE) or number < self.low):
            return self.has_low and math.isclose(number, self.low, rel_tol=_CLOSE)
        if self.high is not None and (math.isclose(number, self.high, rel_tol=_CLOSE) or number > self.high):
            return self.has_high and math.isclose(number, self.high, rel_tol=_CLOSE)
        return True

    def words(self, unit: Unit) -> str:
        """Returns the range in words, such as `from 100 to 800`; different ranges have different words."""
        if self.low is not None and self.low == self.high:
            return unit.format(self.low)
        words = []
        if self.low is not None:
            words.append(f"{'from' if self.has_low else 'above'} {unit.format(self.low)}")
        if self.high is not None:
            words.append(f"{'to' if self.has_high else 'below'} {unit.format(self.high)}")
        return " ".join(words)


def read_range(value: ValueNode, reader: Reader, unit: Unit) -> Range | None:
    """Returns the range in a value. None with a problem noted."""
    if isinstance(value, MappingNode):
        return _from_entries(value, reader, unit)
    range_ = _from_text(value.text.strip(), unit) if isinstance(value, ScalarNode) else None
    if range_ is None:
        hint = f"Ranges are written such as {unit.example}."
        reader.problem(value, f"{unit.meant} or a range is expected here, not {name_of(value)}", hint=hint)
        return None
    return _in_order(range_, value, reader)


def _from_text(text: str, unit: Unit) -> Range | None:
    signed = _SIGNED.fullmatch(text)
    if signed:
        number = unit.number(signed[2])
        if number is None:
            return None
        has_it = signed[1].endswith("=")
        return Range(number, None, has_low=has_it) if signed[1][0] == ">" else Range(None, number, has_high=has_it)
    first, dots, last = (part.strip() for part in text.partition(".."))
    if not dots:
        number = unit.number(first)
        return None if number is None else Range(number, number)
    low, high = unit.number(first), unit.number(last)
    if (first and low is None) or (last and high is None) or not (first or last):
        return None
    return Range(low, high)


def _from_entries(value: MappingNode, reader: Reader, unit: Unit) -> Range | None:
    entries = reader.entries(value, ("min", "max"), unit.meant)
    if entries is None:
        return None
    if not entries:
        reader.problem(value, f"{unit.meant} or a range is expected here", hint="It takes min, max or both.")
        return None
    ends: dict[str, float] = {}
    for word, entry in entries.items():
        number = unit.number(entry.text.strip()) if isinstance(entry, ScalarNode) else None
        if number is None:
            reader.problem(entry, f"{unit.meant} is expected here, not {name_of(entry)}")
            continue
        ends[word] = number
    return _in_order(Range(ends.get("min"), ends.get("max")), value, reader) if len(ends) == len(entries) else None


def _in_order(range_: Range, value: ValueNode, reader: Reader) -> Range | None:
    if range_.low is None or range_.high is None or range_.low <= range_.high:
        return range_
    reader.problem(value, "the range ends before it begins: nothing can match", hint="Swap its two ends.")
    return None


_NUMBER = re.compile(r"[-+]?[0-9]{1,15}(\.[0-9]{1,15})?")


def plain_number(text: str) -> float | None:
    """Returns the number in a decimal text, such as `-1.5`. None for any other text."""
    return float(text) if _NUMBER.fullmatch(text) else None


def written(number: float) -> str:
    """Returns a number as people write it, with all digits: `12000` or `2.8`."""
    return str(int(number)) if float(number).is_integer() else repr(number)
