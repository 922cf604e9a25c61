"""Reads dates and periods: `2023`, `2023-07..2023-08`, `{after: 2015}`, `last: 30 days`.

Both ends of a period are included as a whole: one that ends with `2023-07` lasts to the last moment of July.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import MINYEAR, UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from immich_smart_albums.model.instants import to_text
from immich_smart_albums.rules.syntax.document import ScalarNode, SequenceNode, ValueNode, name_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from immich_smart_albums.rules.syntax.reader import Reader


_FIRST_INSTANT, _LAST_INSTANT = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_DAY_ONLY = len("2023-06-01")


def complete(text: str, zone: tzinfo | None, *, end_of_day: bool) -> str:
    """Returns the instant of a date in UTC, such as `2024-05-31T00:00:00.000Z` for `2024-05-31`.

    A date alone is the beginning of that day, or its last millisecond with `end_of_day`. Without a zone of its own it
    is in `zone`; None is the zone of this machine, with its summer time. An instant outside of the years 1 to 9999
    becomes their first or last millisecond. Raises ValueError for anything that is no date.
    """
    cleaned = text.strip()
    if len(cleaned) < _DAY_ONLY or cleaned[4] != "-":
        message = f"not a date: {text!r}"
        raise ValueError(message)
    moment = datetime.fromisoformat(cleaned)
    if len(cleaned) == _DAY_ONLY and end_of_day:
        # Where summer time ends at midnight, the last hour of a day comes twice; the second one ends it.
        moment = (moment + timedelta(days=1, milliseconds=-1)).replace(fold=1)
    if moment.tzinfo is None and zone is not None:
        moment = moment.replace(tzinfo=zone)
    try:
        return to_text(moment.astimezone(UTC))
    except (OverflowError, ValueError):  # which of them depends on where the zone comes from
        return to_text(_FIRST_INSTANT if moment.year == MINYEAR else _LAST_INSTANT)


_MOMENT = re.compile(r"\d{4}(-\d\d(-\d\d([T ]\d\d:\d\d(:\d\d)?)?)?)?", re.ASCII)
_ZONED = re.compile(r".*\d(Z|[+-]\d\d:?\d\d)", re.ASCII | re.IGNORECASE)
_LAST = re.compile(r"(\d{1,5})\s*(day|week|month|year)s?", re.ASCII | re.IGNORECASE)
_FIRST_MOMENT, _LAST_MOMENT = "0001-01-01T00:00:00.000", "9999-12-31T23:59:59.999"

BOUNDS = ("after", "before", "between", "last")
"""The words of a mapping that is a period."""

MOMENT = "a date such as 2023, 2023-07 or 2023-07-14"


@dataclass(frozen=True, slots=True)
class DateRange:
    """Local times from `start` to `end`, in ISO 8601, as exact as they are written. None: without that bound."""

    start: str | None
    end: str | None

    def __contains__(self, moment: str) -> bool:
        """Whether a moment, such as `2023-07-14T18:30:00.000`, lies in the period."""
        # These texts sort as the times do, and a moment begins with the text of the day, month or year that it is in.
        return (self.start is None or self.start <= moment) and (
            self.end is None or moment[: len(self.end)] <= self.end
        )

    @property
    def first(self) -> datetime | None:
        """The first moment. None without a beginning."""
        return None if self.start is None else datetime.fromisoformat(_filled(self.start, _FIRST_MOMENT))

    @property
    def last(self) -> datetime | None:
        """The last millisecond. None without an end."""
        if self.end is None:
            return None
        days = monthrange(int(self.end[:4]), int(self.end[5:7]))[1] if len(self.end) == len("2023-02") else 31
        return datetime.fromisoformat(_filled(self.end, _LAST_MOMENT.replace("-31T", f"-{days:02}T")))

    @property
    def words(self) -> str:
        """The period in words: `from 2023 to 2024-06`. Different periods have different words."""
        if self.start == self.end:
            return f"in {self.start}"
        start = [] if self.start is None else [f"from {self.start}"]
        return " ".join(start + ([] if self.end is None else [f"to {self.end}"]))


def _filled(text: str, whole: str) -> str:
    return text + whole[len(text) :]


def read_period(value: ValueNode, reader: Reader) -> DateRange | None:
    """Returns a period in one text: `2024-07`, `A..B`, `A..`, `..B` or `last 30 days`.

    None, with a problem noted, for anything else.
    """
    if not isinstance(value, ScalarNode):
        reader.problem(value, f"{MOMENT} is expected here, not {name_of(value)}")
        return None
    text = value.text.strip()
    if text.lower().startswith("last "):
        return _last(ScalarNode(text[5:].strip(), value.span), reader)
    first, dots, last = (part.strip() for part in text.partition(".."))
    if dots and not (first or last):
        reader.problem(value, "a period needs a beginning or an end", hint="Write 2020..2022, 2020.. or ..2022.")
        return None
    start = _checked(first, value, reader) if first else None
    end = start if not dots else _checked(last, value, reader) if last else None
    if (first and start is None) or (last and end is None):
        return None
    return _in_order(DateRange(start, end), value, reader)


def read_bounds(entries: Mapping[str, ValueNode], node: ValueNode, reader: Reader) -> DateRange | None:
    """Returns the period of entries with at least one word of BOUNDS, such as `{after: 2024}`.

    None, with a problem noted, if a value is no date, or the period ends before it begins.
    """
    readers = {"after": _after, "before": _before, "between": _between, "last": _last}
    read = [readers[word](value, reader) for word, value in entries.items() if word in readers]
    periods = [period for period in read if period is not None]
    if len(periods) < len(read):
        return None
    start = max((period.start for period in periods if period.start is not None), default=None)
    # The earliest end is the one whose last moment comes first: 2023-07-14 before 2023.
    ended = sorted((period for period in periods if period.end is not None), key=lambda period: str(period.last))
    return _in_order(DateRange(start, ended[0].end if ended else None), node, reader)


def _after(value: ValueNode, reader: Reader) -> DateRange | None:
    start = _moment(value, reader)
    return None if start is None else DateRange(start, None)


def _before(value: ValueNode, reader: Reader) -> DateRange | None:
    end = _moment(value, reader)
    return None if end is None else DateRange(None, end)


def _between(value: ValueNode, reader: Reader) -> DateRange | None:
    if isinstance(value, SequenceNode) and len(value.items) == 2:
        start, end = (_moment(item, reader) for item in value.items)
        return None if start is None or end is None else _in_order(DateRange(start, end), value, reader)
    if isinstance(value, ScalarNode) and ".." in value.text:
        return read_period(value, reader)
    message = f"a beginning and an end are expected here, not {name_of(value)}"
    reader.problem(value, message, hint="Write 2023-06-01..2023-08-31 or [2023-06-01, 2023-08-31].")
    return None


def _last(value: ValueNode, reader: Reader) -> DateRange | None:
    """Returns the period from the same day that long ago to tomorrow, which it may be already elsewhere on earth."""
    match = _LAST.fullmatch(value.text.strip()) if isinstance(value, ScalarNode) else None
    if match is None or int(match[1]) == 0:
        hint = "Write a number with days, weeks, months or years."
        reader.problem(value, f"a length of time such as 30 days is expected here, not {name_of(value)}", hint=hint)
        return None
    number, unit, today = int(match[1]), match[2].lower(), reader.today
    if unit in {"day", "week"}:
        days = number * (7 if unit == "week" else 1)
        start = today - timedelta(days) if days < today.toordinal() else date.min
    else:
        start = _months_before(today, number * (12 if unit == "year" else 1))
    return DateRange(start.isoformat(), (today + timedelta(1)).isoformat())


def _months_before(day: date, months: int) -> date:
    """Returns the same day of an earlier month, or the last day that it has."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if year < 1:
        return date.min
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _moment(value: ValueNode, reader: Reader) -> str | None:
    """Returns a date, or a time on a date. None with a problem noted."""
    return _checked(value.text.strip() if isinstance(value, ScalarNode) else "", value, reader)


def _checked(text: str, node: ValueNode, reader: Reader) -> str | None:
    """Returns a moment that is in the calendar. None with a problem noted."""
    if _MOMENT.fullmatch(text):
        moment = text.replace(" ", "T")
        try:
            datetime.fromisoformat(_filled(moment, _FIRST_MOMENT))
        except ValueError:
            reader.problem(node, f"there is no {text} in the calendar")
            return None
        return moment
    if _ZONED.fullmatch(text):
        reader.problem(node, f"{text!r} has a time zone", hint="Write local time without a zone: 2023-07-14 18:30.")
        return None
    hint = "Write year, month and day, such as 2023-07-14; a time may follow."
    reader.problem(node, f"{MOMENT} is expected here, not {name_of(node)}", hint=hint)
    return None


def _in_order(period: DateRange, node: ValueNode, reader: Reader) -> DateRange | None:
    if period.start is None or period.end is None or period.start[: len(period.end)] <= period.end:
        return period
    reader.problem(
        node, f"a period {period.words} ends before it begins: nothing can match", hint="Swap the two dates."
    )
    return None
