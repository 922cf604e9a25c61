"""Predicate `taken`: when an asset was taken, by the clock on the wall there and then."""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from dataclasses import replace
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING

from immich_smart_albums.model.dialects import conditions_of
from immich_smart_albums.model.instants import to_text
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import required
from immich_smart_albums.rules.syntax.document import MappingNode, ScalarNode
from immich_smart_albums.rules.syntax.reader import all_of, with_origin
from immich_smart_albums.rules.tree import Filter, Node, Not
from immich_smart_albums.rules.values.dates import BOUNDS, MOMENT, DateRange, read_bounds, read_period
from immich_smart_albums.rules.values.kinds import ByHand, MappingByHand, OneOf, OneOrMany, Value
from immich_smart_albums.rules.values.numbers import Unit, read_range
from immich_smart_albums.rules.values.recurring import (
    MONTHS,
    WEEKDAYS,
    CyclicRange,
    read_days,
    read_numbers,
    read_times,
)
from immich_smart_albums.rules.values.schema import RANGE, SCALAR, mapping, one_or_list
from immich_smart_albums.rules.values.single import PERIOD_OPTIONS, PERIOD_SCHEMAS, Truth

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader
    from immich_smart_albums.rules.tree import Record

_MARGIN = timedelta(days=1)
"""Local time and UTC are never further apart: zones go from -12 to +14 hours, before about 1900 to almost 16."""

_LONGEST = {month: monthrange(2024, month)[1] for month in range(1, 13)}
"""The most days of each month."""

_ON_THIS_DAY = "on-this-day"
_LAST_YEAR = 9999
_YEAR = re.compile(r"\d{4}", re.ASCII)
_YEARS = Unit(
    "a year such as 2023",
    lambda text: float(text) if _YEAR.fullmatch(text) and text != "0000" else None,
    lambda number: f"{int(number):04}",
    '2015..2018, 2015.. or ">= 2015"',
)
_OPTIONS = {
    **PERIOD_OPTIONS,
    "on": "this year, month or day",
    "year": "a year, or a range such as `2015..2018`, `2015..` or `..2018`",
    "month": "months of any year: names, numbers, ranges such as `november..february`, `june..`",
    "day-of-year": "a day of any year as `12-24`, or a range such as `12-24..01-06`",
    "weekday": "`monday` to `sunday`, `weekend`, ranges such as `mon..fri`",
    "time-of-day": "a range such as `18:00..23:30`, also across midnight, or `18:00..`",
    _ON_THIS_DAY: "`true`: today's day and month, of any year",
}


def _plain(value: ValueNode, reader: Reader) -> Node | None:
    if isinstance(value, ScalarNode) and value.text == _ON_THIS_DAY:
        return _today(reader)
    if isinstance(value, ScalarNode) and re.match(r"\s*(\.\.\s*)?\d\d-\d\d", value.text):
        return _days(value, reader)
    return _in_period(read_period(value, reader))


def _from_entries(value: MappingNode, reader: Reader) -> Node | None:
    entries = reader.some_entries(value, _OPTIONS, "a time")
    if entries is None:
        return None
    nodes = [
        with_origin(_KINDS[word].read(entry, reader), entry.span) for word, entry in entries.items() if word in _KINDS
    ]
    if not entries.keys().isdisjoint(BOUNDS):
        nodes.insert(0, _in_period(read_bounds(entries, value, reader)))
    return all_of(nodes)


def _in_period(period: DateRange | None) -> Filter | None:
    if period is None:
        return None
    bounds = {"takenAfter": _moved(period.first, -_MARGIN), "takenBefore": _moved(period.last, _MARGIN)}
    within = conditions_of({name: to_text(moment) for name, moment in bounds.items() if moment is not None})
    return _filter(f"taken {period.words}", period.__contains__, Query(Kind.METADATA, within) if within else None)


def _moved(moment: datetime | None, by: timedelta) -> datetime | None:
    try:
        return None if moment is None else moment.replace(tzinfo=UTC) + by
    except OverflowError:
        return None  # beyond the ends of the calendar there is nothing to leave out


def _year(value: ValueNode, reader: Reader) -> Node | None:
    years = read_range(value, reader, _YEARS)
    if years is None:
        return None
    first = None if years.low is None else int(years.low) + (not years.has_low)
    last = None if years.high is None else int(years.high) - (not years.has_high)
    if first == _LAST_YEAR + 1 or last == 0:
        reader.problem(value, "no year lies in this range: nothing can match")
        return None
    return _in_period(DateRange(*(None if year is None else f"{year:04}" for year in (first, last))))


def _months(value: ValueNode, reader: Reader) -> Node | None:
    wanted = read_numbers(value, reader, MONTHS)
    if wanted is None:
        return None
    filter_ = _filter(f"taken in {' or '.join(wanted.values())}", lambda local: int(local[5:7]) in wanted)
    return replace(filter_, yearly=(f"{min(wanted):02}-01", f"{max(wanted):02}-{_LONGEST[max(wanted)]}"))


def _weekdays(value: ValueNode, reader: Reader) -> Node | None:
    wanted = read_numbers(value, reader, WEEKDAYS)
    if wanted is None:
        return None

    def holds(local: str) -> bool:
        return date.fromisoformat(local[:10]).isoweekday() in wanted

    return _filter(f"taken on a {' or '.join(wanted.values())}", holds)


def _days(value: ValueNode, reader: Reader) -> Node | None:
    days = read_days(value, reader)
    return None if days is None else _on_days(days)


def _on_days(days: CyclicRange) -> Filter:
    filter_ = _filter(f"taken on {days.words} of any year", lambda local: local[5:10] in days)
    return replace(filter_, yearly=(days.first, days.last))


def _today(reader: Reader) -> Filter:
    day = reader.today.isoformat()[5:]
    # In a common year nobody would see the photos of 29 February, so they come with those of the 28th.
    leaps = day == "02-28" and not isleap(reader.today.year)
    return _on_days(CyclicRange(day, "02-29" if leaps else day))


def _times(value: ValueNode, reader: Reader) -> Node | None:
    times = read_times(value, reader)
    return None if times is None else _filter(f"taken at {times.words}", lambda local: local[11:16] in times)


def _filter(words: str, holds: Callable[[str], bool], within: Query | None = None) -> Filter:
    def test(record: Record) -> bool:
        local = _local_time(record)
        return local is not None and holds(local)

    return Filter(words, test, frozenset({"localDateTime"}), _local_time, within)


def _local_time(record: Record) -> str | None:
    """Returns a local time such as `2023-07-14T18:30:00.000`. None for years that have not four digits."""
    text = required(record, "localDateTime")
    return text[:23] if isinstance(text, str) and text[:4].isdecimal() else None


def _on(value: ValueNode, reader: Reader) -> Node | None:
    return _in_period(read_period(value, reader))


_KINDS: dict[str, Value[Node]] = {
    "on": OneOrMany(ByHand(_on, SCALAR, meant=MOMENT)),
    "year": OneOrMany(ByHand(_year, RANGE, meant="a year")),
    "month": ByHand(_months, one_or_list(SCALAR)),
    "day-of-year": OneOrMany(ByHand(_days, SCALAR, meant="a day of the year")),
    "weekday": ByHand(_weekdays, one_or_list(SCALAR)),
    "time-of-day": OneOrMany(ByHand(_times, SCALAR, meant="a range of times")),
    _ON_THIS_DAY: Truth().means_here(lambda wanted, reader: _today(reader) if wanted else Not(_today(reader))),
}
"""The words beside those of a period."""

PREDICATE = Predicate(
    "taken",
    "When the photo was taken, by the clock on the wall there and then.",
    value=OneOrMany(
        OneOf(
            ByHand(_plain, SCALAR, meant=MOMENT),
            MappingByHand(
                _from_entries,
                mapping(**PERIOD_SCHEMAS, **{word: kind.json_schema for word, kind in _KINDS.items()}),
                _OPTIONS,
            ),
        )
    ),
    picker=Picker.DATE,
    phrase="was taken {}",
    examples=(
        ("taken: 2023", "in 2023"),
        ("taken: 2023-06..2023-08", "from the first of June to the last of August"),
        ("taken: {after: 2015}", "from the first of January 2015 on"),
        ("taken: {between: [2023-12-24 18:00, 2023-12-25]}", "from Christmas Eve at six to the end of Christmas Day"),
        ("taken: {last: 12 months}", "up to today, from the same day a year ago on"),
        ("taken: [2019-07-14, 2021-08]", "on that day, or in that month"),
        ("taken: {year: [2015, 2018..2020], month: june..august}", "in the summers of these years"),
        ("taken: 12-24..01-06", "at the turn of any year"),
        ("taken: {weekday: weekend, time-of-day: 21:00..03:00}", "late on Saturdays and Sundays, and early"),
        ("taken: on-this-day", "today's day and month, of any year"),
    ),
    notes=(
        "Times are the photo's own local time, as Immich shows it (`localDateTime`), so that a New Year's Eve in Tokyo "
        "is one. Both ends of a period belong to it, each with all that it names: `before: 2023` lasts to the end of "
        "2023. Options side by side must all hold. Whatever counts from today ends with tomorrow, since elsewhere it "
        "may be tomorrow already; photos dated later, by a clock set wrong, are left out. A range without an end is "
        "open: months to December, days and times to the end of the year and the day. In years without a 29 February "
        "`on-this-day` shows its photos on the 28th."
    ),
)
