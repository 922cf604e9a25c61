"""Conditions of searches, such as `rating gte 4`, in one form for rules, compiler and client."""

from __future__ import annotations

from enum import Enum
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

Value = str | int | float | bool | None | tuple[str, ...] | tuple[int, ...]
"""The value that a field is compared with: a text, a number, a truth, null ("has none"), or a list."""


class Kind(Enum):
    """A search endpoint of Immich."""

    METADATA = "metadata"
    SMART = "smart"


class Condition(NamedTuple):
    """One test of a field. A named tuple, because these are compared and hashed fast."""

    field: str
    operator: str
    """eq, ne, in, notIn, lt, lte, gt, gte, like, notLike, startsWith, endsWith, any, all, none, matches."""
    value: Value


Branch = tuple[Condition, ...]
"""Conditions that hold together, sorted by field and operator, each operator of a field once."""


def ordered(conditions: Iterable[Condition]) -> Branch:
    """Returns conditions sorted, so that the same conditions in another order are an equal tuple."""
    return tuple(sorted(conditions, key=itemgetter(0, 1)))
