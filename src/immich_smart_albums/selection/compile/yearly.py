"""Filters for days of any year as searches for the days of each year.

    >>> for bounds in windows(("12-24", "01-06"), (2023, 2024)):
    ...     print(", ".join(f"{operator} {value[:10]}" for _, operator, value in bounds))
    lte 2022-01-07
    gte 2022-12-23, lte 2023-01-07
    gte 2023-12-23, lte 2024-01-07
    gte 2024-12-23, lte 2025-01-07
    gte 2025-12-23

The first and the last window are open, so that a wrong guess of the library's years costs time, and no photo.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.instants import to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.model.condition import Condition

MOST_DAYS = 100
"""Of each year. Longer windows would read a good part of the library."""

_MARGIN = timedelta(days=1)
"""Local time and UTC are never further apart."""

_LEAP_DAY = "02-29"
_FIRST_YEAR, _LAST_YEAR = 100, 9990
"""Immich writes other years in a form of its own."""

Bounds = tuple["Condition", ...]
"""The conditions of a window of time."""


def windows(days: tuple[str, str], years: tuple[int, int]) -> list[Bounds]:
    """Returns a window for each year that covers its photos of certain days: `("12-24", "01-06")`, both included.

    The days are local ones. Empty if they are many, or the years unlikely ones.
    """
    first, last = days
    wraps = last < first
    starts = range(years[0] - wraps, years[1] + 1)
    if not starts or starts[0] <= _FIRST_YEAR or starts[-1] >= _LAST_YEAR:
        return []
    spans = [_span(first, last, year, wraps=wraps) for year in (starts[0] - 1, *starts, starts[-1] + 1)]
    if any(end - begin > timedelta(days=MOST_DAYS) for begin, end in spans):
        return []
    return list(_bounds(spans))


def _span(first: str, last: str, year: int, *, wraps: bool) -> tuple[datetime, datetime]:
    """Returns the instants from the first day to the end of the last, with margins; it `wraps` into the next year."""
    begin = _day(first, year)
    end = _day(last, year + wraps) + timedelta(days=1, milliseconds=-1)
    return begin - _MARGIN, end + _MARGIN


def _day(day: str, year: int) -> datetime:
    # A common year has no 29th of February; the margins make the day before as good.
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return datetime.fromisoformat(f"{year:04}-{'02-28' if day == _LEAP_DAY and not is_leap else day}").replace(
        tzinfo=UTC
    )


def _bounds(spans: list[tuple[datetime, datetime]]) -> Iterator[Bounds]:
    (_, before), *inner, (after, _) = spans
    yield where(takenBefore=to_text(before))
    for begin, end in inner:
        yield where(takenAfter=to_text(begin), takenBefore=to_text(end))
    yield where(takenAfter=to_text(after))
