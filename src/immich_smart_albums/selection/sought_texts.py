"""Which of many filters may pass a record: those that look for a text are picked by the texts that the record has.

A list of thousands of file names is thousands of filters, of which hardly one finds its text in a given name.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from immich_smart_albums.errors import FilterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from immich_smart_albums.rules.tree import Filter, Getter, Record


@dataclass(slots=True)
class _OfField:
    """The filters that look for a text in the same field."""

    by_text: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    numbers: list[int] = field(default_factory=list)
    lengths: set[int] = field(default_factory=set)

    def add(self, text: str, number: int) -> None:
        self.by_text[text].append(number)
        self.lengths.add(len(text))
        self.numbers.append(number)

    def may_pass(self, value: object) -> Sequence[int]:
        """Returns the filters that may pass a value."""
        if value is None:
            return ()
        text = str(value)
        # Letters beyond ASCII may be the same as others without case; and what is long has too many parts.
        if not text.isascii() or len(text) * len(self.lengths) > len(self.numbers):
            return self.numbers
        lower = text.lower()
        parts = {lower[start : start + length] for length in self.lengths for start in range(len(lower) - length + 1)}
        return [number for part in parts & self.by_text.keys() for number in self.by_text[part]]


class SoughtTexts:
    """Picks, of some filters, those that are worth looking at for a record."""

    def __init__(self, checks: Sequence[tuple[Filter, bool]]) -> None:
        """Take in filters, each with whether it may be left out; they go by their place among them."""
        self._everything = range(len(checks))
        self._others: list[int] = []
        self._texts: defaultdict[Getter, _OfField] = defaultdict(_OfField)
        for number, (check, may_be_left_out) in enumerate(checks):
            if check.sought is None or not may_be_left_out:
                self._others.append(number)
            else:
                self._texts[check.evidence].add(check.sought, number)

    def may_pass(self, record: Record) -> Sequence[int]:
        """Returns the places of the filters that may pass a record, or fail on it, in their order."""
        numbers = list(self._others)
        try:
            for getter, texts in self._texts.items():
                numbers += texts.may_pass(getter(record))
        except FilterError:
            return self._everything
        return sorted(numbers)
