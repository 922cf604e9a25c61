"""Picks the filters that may pass a record, by the texts that they look for.

A list of thousands of file names is thousands of filters. Instead of looking for each text in a photo's name, the parts
of the name are looked up among the texts: of `beach.jpg` and texts of three letters `bea`, `eac`, `ach`, …
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
    """The numbers of the filters that look for a text."""
    numbers: list[int] = field(default_factory=list)
    lengths: set[int] = field(default_factory=set)
    """Of the texts."""

    def add(self, text: str, number: int) -> None:
        self.by_text[text].append(number)
        self.lengths.add(len(text))
        self.numbers.append(number)

    def may_pass(self, value: object) -> Sequence[int]:
        """Returns the filters that may pass a value."""
        if value is None:
            return ()
        text = str(value)
        # Beyond ASCII, a letter may be the same without case as one in ASCII. A long text has more parts than filters.
        if not text.isascii() or len(text) * len(self.lengths) > len(self.numbers):
            return self.numbers
        lower = text.lower()
        parts = {lower[start : start + length] for length in self.lengths for start in range(len(lower) - length + 1)}
        return [number for part in parts & self.by_text.keys() for number in self.by_text[part]]


class SoughtTexts:
    """An index of filters by the texts that they look for."""

    def __init__(self, filters: Sequence[tuple[Filter, bool]]) -> None:
        """Index filters by their place in a sequence, each with whether it may be left out."""
        self._everything = range(len(filters))
        self._always: list[int] = []
        self._texts: defaultdict[Getter, _OfField] = defaultdict(_OfField)
        for number, (filter_, may_be_left_out) in enumerate(filters):
            if filter_.sought is None or not may_be_left_out:
                self._always.append(number)
            else:
                self._texts[filter_.evidence].add(filter_.sought, number)

    def may_pass(self, record: Record) -> Sequence[int]:
        """Returns the places of the filters that may pass a record, or cannot be evaluated on it, in order."""
        numbers = list(self._always)
        try:
            for getter, texts in self._texts.items():
                numbers += texts.may_pass(getter(record))
        except FilterError:
            return self._everything
        return sorted(numbers)
