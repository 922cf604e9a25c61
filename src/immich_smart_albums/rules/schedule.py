"""Schedules of albums: reads `daily 03:30`, or cron's five fields, and finds the times before and after an instant.

A time of day that the clocks skip in spring comes once, at the first moment after the gap; one that they show twice in
autumn comes once, the first time. Intervals of hours and minutes go by real time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cronsim import CronSim, CronSimError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

EXAMPLES = ("every 30 minutes", "hourly", "daily 03:30", "weekly sun 04:00", "monthly 1 05:00", "never", "0 4 * * *")
"""One of each kind."""

LONGEST_INTERVAL = 7 * 24 * 60 * 60
"""A week, in seconds: for longer ones there are days of the week and of the month."""

_USUAL_TIME = "04:00"
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FULL_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_SECONDS = {"m": 60, "h": 60 * 60, "d": 24 * 60 * 60}

_EVERY = re.compile(
    r"every(?: (?P<count>\d{1,5}))? ?(?:(?P<m>m|min|minutes?)|(?P<h>h|hours?)|(?P<d>d|days?))", re.ASCII
)
_TIME = re.compile(r"(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)", re.ASCII)
_CHANGEOVER = timedelta(hours=26)
"""More than any zone has moved its clocks by: Samoa once left out a day."""


class NotASchedule(ValueError):
    """A text that is no schedule; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Times at which something is due."""

    text: str
    """As it is written, in small letters and with single spaces."""
    cron: str | None = None
    """The five fields of cron."""
    seconds: int | None = None
    """The interval between two times, counted from midnight in UTC. Without cron and interval: never."""

    @property
    def skips_months(self) -> bool:
        """Whether it is on a day of the month that short months do not have."""
        return self.cron is not None and self.cron.split()[2] in {"29", "30", "31"}

    def next(self, after: datetime, zone: tzinfo) -> datetime | None:
        """Returns the first time after another one, in the zone. None: never."""
        if self.seconds is not None:
            return _from_epoch((int(after.timestamp()) // self.seconds + 1) * self.seconds, zone)
        after = after.astimezone(UTC)  # times of one zone compare by their clocks, which may show an hour twice
        return next((time.astimezone(zone) for time in self._times(after, zone) if time > after), None)

    def previous(self, until: datetime, zone: tzinfo) -> datetime | None:
        """Returns the last time that is not after another one. None: never."""
        if self.seconds is not None:
            return _from_epoch(int(until.timestamp()) // self.seconds * self.seconds, zone)
        until = until.astimezone(UTC)
        return next((time.astimezone(zone) for time in self._times(until, zone, reverse=True) if time <= until), None)

    def _times(self, start: datetime, zone: tzinfo, *, reverse: bool = False) -> Iterator[datetime]:
        """Yields times in UTC from a little before the start on; in reverse from a little after it back."""
        if self.cron is None:
            return
        ahead = timedelta(minutes=1 if reverse else -1)
        if self.cron.split()[1] == "*":  # each hour, by real time
            local = (start + ahead).astimezone(zone).replace(microsecond=0)
            yield from (time.astimezone(UTC) for time in CronSim(self.cron, local, reverse=reverse))
        else:
            ahead *= _CHANGEOVER / timedelta(minutes=1) if _moves(start, zone) else 1
            local = start.astimezone(zone).replace(tzinfo=None, microsecond=0) + ahead
            yield from (_real(time, zone) for time in CronSim(self.cron, local, reverse=reverse))


def parse_schedule(text: str) -> Schedule:
    """Returns the schedule in a text. Raises NotASchedule."""
    words = " ".join(text.lower().split())
    first, _, rest = words.partition(" ")
    match first:
        case "never" if not rest:
            return Schedule(words)
        case "hourly" if not rest:
            return Schedule(words, "0 * * * *")
        case "every":
            return _every(words)
        case "daily":
            return _clock_schedule(words, "daily", rest, "* * *")
        case "weekly":
            days, _, time = rest.partition(" ")
            return _clock_schedule(words, f"weekly {days}", time, f"* * {_weekdays(days)}")
        case "monthly":
            day, _, time = rest.partition(" ")
            return _clock_schedule(words, f"monthly {day}", time, f"{_day_of_month(day)} * *")
    return _cron(text)


def _every(words: str) -> Schedule:
    interval = _EVERY.fullmatch(words)
    if interval is None:
        raise NotASchedule("every takes minutes, hours or days, as in every 30 minutes")
    seconds = int(interval["count"] or 1) * next(_SECONDS[unit] for unit in _SECONDS if interval[unit])
    if not _SECONDS["m"] <= seconds <= LONGEST_INTERVAL:
        raise NotASchedule("every takes from 1 minute to 7 days")
    return Schedule(words, seconds=seconds)


def _clock_schedule(words: str, before: str, time: str, days: str) -> Schedule:
    clock = _TIME.fullmatch(time or _USUAL_TIME)
    if clock is None:
        raise NotASchedule(f"{time!r} is no time of the day, such as 03:30")
    text = words if time else f"{before} {_USUAL_TIME}"
    return Schedule(text, f"{int(clock['minute'])} {int(clock['hour'])} {days}")


def _weekdays(text: str) -> str:
    numbers = []
    for word in text.split(","):
        names = _FULL_DAYS if word in _FULL_DAYS else _DAYS
        if word not in names:
            raise NotASchedule("weekly takes a day of the week and a time, as in weekly sun 04:00")
        numbers.append(names.index(word))
    return ",".join(map(str, sorted(set(numbers))))


def _day_of_month(text: str) -> str:
    if text == "last":
        return "L"
    if text.isascii() and text.isdigit() and len(text) < 3 and 1 <= int(text) <= 31:
        return str(int(text))
    raise NotASchedule("monthly takes a day from 1 to 31, or last, and a time, as in monthly 1 05:00")


def _cron(text: str) -> Schedule:
    fields = " ".join(text.split())
    if len(fields.split()) != 5:
        raise NotASchedule("no schedule is written so")
    try:
        next(CronSim(fields, datetime(2024, 1, 1)))  # noqa: DTZ001 - whether there is any such time, wherever
    except CronSimError as error:
        raise NotASchedule(f"cron does not read it so: {str(error).lower()}") from None
    except StopIteration:
        raise NotASchedule("there is no such day in any year") from None
    return Schedule(fields, fields)


def _moves(around: datetime, zone: tzinfo) -> bool:
    """Returns whether the clocks of a zone are moved at about this time."""
    days = (around - _CHANGEOVER, around, around + _CHANGEOVER)
    return len({day.astimezone(zone).utcoffset() for day in days}) > 1


def _real(local: datetime, zone: tzinfo) -> datetime:
    """Returns the first moment at which the clocks of a zone show a time, or the first one after it if they skip it."""
    time = local.replace(tzinfo=zone, fold=0)
    while time.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != time.replace(tzinfo=None):
        time += timedelta(minutes=1)
    return time.astimezone(UTC)


def _from_epoch(seconds: int, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone)
