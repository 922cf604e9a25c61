"""Conditions: the one form in which rules, compiler and client speak of what a search asks."""

from __future__ import annotations

from enum import Enum
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

Value = str | int | float | bool | None | tuple[str, ...] | tuple[int, ...]
"""What a field is compared with: text, number, truth, null ("has none"), or a list of ids, texts or numbers."""


class Kind(Enum):
    """A search endpoint of Immich."""

    METADATA = "metadata"
    SMART = "smart"


class Condition(NamedTuple):
    """One test of a field, such as rating gte 4; named tuples are compared and hashed fast."""

    field: str
    operator: str
    """eq, ne, in, notIn, lt, lte, gt, gte, like, notLike, startsWith, endsWith, any, all, none, matches."""
    value: Value


Branch = tuple[Condition, ...]
"""Conditions that hold together, sorted by field and operator, each operator of a field once."""


def ordered(conditions: Iterable[Condition]) -> Branch:
    """Returns conditions that hold together in the order in which equal sets of them are equal tuples."""
    return tuple(sorted(conditions, key=itemgetter(0, 1)))
