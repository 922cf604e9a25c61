"""When a schedule comes due: words and cron, and the days on which clocks are moved."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from immich_smart_albums.rules.schedule import EXAMPLES, NotASchedule, Schedule, parse_schedule

BERLIN, CHICAGO, LORD_HOWE = (ZoneInfo(name) for name in ("Europe/Berlin", "America/Chicago", "Australia/Lord_Howe"))


def times(text: str, start: datetime, end: datetime) -> list[datetime]:
    """All times from after the start until the end."""
    schedule, zone = parse_schedule(text), start.tzinfo
    assert zone is not None
    result: list[datetime] = []
    time = schedule.next(start, zone)
    while time is not None and time.astimezone(UTC) <= end.astimezone(UTC):
        result.append(time)
        time = schedule.next(time, zone)
    return result


def shown(text: str, zone: ZoneInfo, day: date, days: int = 1) -> list[str]:
    """The times of a day, as its clocks show them."""
    start, end = (datetime(when.year, when.month, when.day, tzinfo=zone) for when in (day, day + timedelta(days=days)))
    second = timedelta(seconds=1)
    return [f"{time:%H:%M%z}" for time in times(text, start - second, end - second)]


@pytest.mark.parametrize(
    ("text", "spelling", "cron", "seconds"),
    [
        ("every 30 minutes", "every 30 minutes", None, 1800),
        ("every 6h", "every 6h", None, 21600),
        ("Every  Hour", "every hour", None, 3600),
        ("every 7 days", "every 7 days", None, 604800),
        ("hourly", "hourly", "0 * * * *", None),
        ("daily", "daily 04:00", "0 4 * * *", None),
        ("daily 3:30", "daily 3:30", "30 3 * * *", None),
        ("weekly sun 04:00", "weekly sun 04:00", "0 4 * * 0", None),
        ("weekly Sunday", "weekly sunday 04:00", "0 4 * * 0", None),
        ("weekly thu,mon 23:59", "weekly thu,mon 23:59", "59 23 * * 1,4", None),
        ("monthly 1 05:00", "monthly 1 05:00", "0 5 1 * *", None),
        ("monthly last", "monthly last 04:00", "0 4 L * *", None),
        ("never", "never", None, None),
        ("0 4 * * *", "0 4 * * *", "0 4 * * *", None),
        ("*/15 8-18 * * MON-FRI", "*/15 8-18 * * MON-FRI", "*/15 8-18 * * MON-FRI", None),
    ],
)
def test_a_schedule_is_read(text: str, spelling: str, cron: str | None, seconds: int | None) -> None:
    assert parse_schedule(text) == Schedule(spelling, cron, seconds)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("sometimes", "written so"),
        ("never ever", "written so"),
        ("hourly 3", "written so"),
        ("* * * * * *", "written so"),
        ("every now and then", "minutes, hours or days"),
        ("every 30 s", "minutes, hours or days"),
        ("every 0 minutes", "from 1 minute to 7 days"),
        ("every 8 days", "from 1 minute to 7 days"),
        ("daily 24:00", "no time of the day"),
        ("daily noon", "no time of the day"),
        ("weekly", "day of the week"),
        ("weekly 04:00", "day of the week"),
        ("monthly 0", "from 1 to 31"),
        ("monthly 32", "from 1 to 31"),
        ("monthly first", "from 1 to 31"),
        ("61 4 * * *", "bad minute"),
        ("0 4 31 2 *", "bad day-of-month"),
        ("0 4 */31 * SUN#5", "no such day in any year"),
    ],
)
def test_what_is_no_schedule_is_told_why(text: str, why: str) -> None:
    with pytest.raises(NotASchedule, match=why):
        parse_schedule(text)


def test_a_time_that_the_clocks_leave_out_comes_once() -> None:
    assert shown("daily 02:30", BERLIN, date(2026, 3, 29)) == ["03:00+0200"]
    assert shown("30 2 * * *", CHICAGO, date(2026, 3, 8)) == ["03:00-0500"]
    assert shown("*/20 2 * * *", BERLIN, date(2026, 3, 29)) == ["03:00+0200"]
    assert shown("weekly sun 02:30", BERLIN, date(2026, 3, 29)) == ["03:00+0200"]
    assert shown("daily 02:10", LORD_HOWE, date(2026, 10, 4)) == ["02:30+1100"]


def test_a_time_that_the_clocks_show_twice_comes_once() -> None:
    assert shown("daily 02:30", BERLIN, date(2026, 10, 25)) == ["02:30+0200"]
    assert shown("*/30 1 * * *", CHICAGO, date(2026, 11, 1)) == ["01:00-0500", "01:30-0500"]
    assert shown("daily 01:45", LORD_HOWE, date(2026, 4, 5)) == ["01:45+1100"]


def test_hours_and_intervals_go_on_by_real_time() -> None:
    assert len(shown("hourly", BERLIN, date(2026, 3, 29))) == 23
    assert len(shown("hourly", BERLIN, date(2026, 10, 25))) == 25
    assert len(shown("every 30 minutes", CHICAGO, date(2026, 3, 8))) == 46
    assert len(shown("every 30 minutes", CHICAGO, date(2026, 11, 1))) == 50


def test_a_whole_day_that_a_zone_left_out_is_made_up_for_once() -> None:
    samoa = ZoneInfo("Pacific/Apia")
    result = times("daily 12:00", datetime(2011, 12, 28, tzinfo=samoa), datetime(2012, 1, 2, tzinfo=samoa))
    assert [f"{time:%d %H:%M}" for time in result] == ["28 12:00", "29 12:00", "31 00:00", "31 12:00", "01 12:00"]


@pytest.mark.untraced
@pytest.mark.parametrize("zone", [BERLIN, CHICAGO], ids=str)
def test_in_a_year_every_day_has_its_one_time(zone: ZoneInfo) -> None:
    for text in ("daily 02:30", "daily 01:30", "15 2 * * *", "daily 00:00"):
        result = times(text, datetime(2025, 12, 31, 23, 59, tzinfo=zone), datetime(2026, 12, 31, 23, 59, tzinfo=zone))
        assert Counter(time.date() for time in result) == Counter(
            date(2026, 1, 1) + timedelta(days=day) for day in range(365)
        )


@pytest.mark.parametrize("zone", [BERLIN, CHICAGO], ids=str)
def test_a_year_of_other_schedules(zone: ZoneInfo) -> None:
    start, end = datetime(2025, 12, 31, 23, 59, tzinfo=zone), datetime(2026, 12, 31, 23, 59, tzinfo=zone)
    for month, day, moved in ((3, 1, -1), (10, 15, 1)):  # a month each in which clocks are moved
        first = datetime(2026, month, day, tzinfo=zone)
        assert len(times("hourly", first, first.replace(month=month + 1))) == 31 * 24 + moved
    assert len(times("weekly sun 02:30", start, end)) == 52
    assert [time.day for time in times("monthly last 05:00", start, end)] == [
        *(31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    ]
    assert [time.month for time in times("monthly 31", start, end)] == [1, 3, 5, 7, 8, 10, 12]
    assert times("never", start, end) == []


def test_only_days_that_some_months_lack_are_skipped() -> None:
    assert [parse_schedule(f"monthly {day}").skips_months for day in (28, 29, 31, "last")] == [False, True, True, False]
    assert not parse_schedule("never").skips_months


@given(
    text=st.sampled_from([*EXAMPLES, "*/20 1-3 * * *", "30 */2 * * *", "monthly 31"]),
    moment=st.integers(0, 3 * 365 * 24 * 60 * 60).map(
        lambda seconds: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    ),
    zone=st.sampled_from([BERLIN, CHICAGO, LORD_HOWE, UTC, ZoneInfo("Africa/Casablanca")]),
)
def test_there_is_nothing_between_two_times(text: str, moment: datetime, zone: ZoneInfo) -> None:
    schedule = parse_schedule(text)
    before, after = schedule.previous(moment, zone), schedule.next(moment, zone)
    if text == "never":
        assert before is after is None
        return
    assert before is not None
    assert after is not None
    before, after = before.astimezone(UTC), after.astimezone(UTC)
    assert before <= moment < after
    assert schedule.previous(after, zone) == after
    assert schedule.previous(after - timedelta(seconds=1), zone) == before
    assert schedule.next(before, zone) == after


@pytest.mark.parametrize(
    ("text", "previous", "following"),
    [
        ("every 15 minutes", "11:45", "12:00"),
        ("daily 6:30", "06:30", "06:30"),
        ("0 */2 * * *", "10:00", "12:00"),
    ],
)
def test_the_time_before_and_the_time_after(text: str, previous: str, following: str) -> None:
    schedule, moment = parse_schedule(text), datetime(2026, 5, 4, 11, 59, 59, tzinfo=BERLIN)
    before, after = schedule.previous(moment, BERLIN), schedule.next(moment, BERLIN)
    assert before is not None
    assert after is not None
    assert (f"{before:%H:%M}", f"{after:%H:%M}") == (previous, following)
    assert schedule.previous(after, BERLIN) == after
