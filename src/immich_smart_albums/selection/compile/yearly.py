"""Filters for days of any year as searches for the days of each year.

    >>> for bounds in windows(("12-24", "01-06"), (2023, 2024)):
    ...     print(", ".join(f"{operator} {value[:10]}" for _, operator, value in bounds))
    lte 2022-01-07
    gte 2022-12-23, lte 2023-01-07
    gte 2023-12-23, lte 2024-01-07
    gte 2024-12-23, lte 2025-01-07
    gte 2025-12-23

What years the library has only makes it cheaper: the first and the last of these searches are open.
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
"""Of a year: with more than these the searches would read a good part of the library."""

_MARGIN = timedelta(days=1)
"""Local time and UTC are never further apart."""
_LEAP_DAY = "02-29"
_FIRST_YEAR, _LAST_YEAR = 100, 9990
"""Immich shows other years in ways of its own."""

Bounds = tuple["Condition", ...]
"""The conditions of a window of time."""


def windows(days: tuple[str, str], years: tuple[int, int]) -> list[Bounds]:
    """Returns the windows that surely hold all photos whose local day lies between two days, as `12-24`, of any year.

    Empty where they would cover most of each year.
    """
    first, last = days
    goes_around = last < first
    # Where they go around the end of a year they begin in the year before.
    starts = range(years[0] - goes_around, years[1] + 1)
    if not starts or starts[0] <= _FIRST_YEAR or starts[-1] >= _LAST_YEAR:
        return []
    spans = [_span(first, last, year, goes_around=goes_around) for year in (starts[0] - 1, *starts, starts[-1] + 1)]
    if any(end - begin > timedelta(days=MOST_DAYS) for begin, end in spans):
        return []
    return list(_bounds(spans))


def _span(first: str, last: str, year: int, *, goes_around: bool) -> tuple[datetime, datetime]:
    """From the first day of a year to the end of the last, with margins."""
    begin = _day(first, year)
    end = _day(last, year + goes_around) + timedelta(days=1, milliseconds=-1)
    return begin - _MARGIN, end + _MARGIN


def _day(day: str, year: int) -> datetime:
    # In a common year nothing lies on the 29th of February: the day before is as good.
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
