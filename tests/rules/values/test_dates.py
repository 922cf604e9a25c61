"""Dates as people write them."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from immich_smart_albums.rules.values.dates import complete

if TYPE_CHECKING:
    from collections.abc import Iterator

HELSINKI = ZoneInfo("Europe/Helsinki")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-01-01", "2022-12-31T22:00:00.000Z"),
        ("2023-06-01", "2023-05-31T21:00:00.000Z"),
        ("2023-06-01T12:00", "2023-06-01T09:00:00.000Z"),
        ("2023-06-01 12:00:30", "2023-06-01T09:00:30.000Z"),
        (" 2023-01-01T12:00:00.5 ", "2023-01-01T10:00:00.500Z"),
        ("2023-06-01T12:00:00.123456Z", "2023-06-01T12:00:00.123Z"),
        ("2023-06-01T12:00:00Z", "2023-06-01T12:00:00.000Z"),
        ("2023-06-01T12:00:00+05:30", "2023-06-01T06:30:00.000Z"),
        ("2023-06-01T12:00:00-0700", "2023-06-01T19:00:00.000Z"),
        ("2023-10-29T03:30", "2023-10-29T00:30:00.000Z"),  # comes twice; the first one
        ("0001-02-03T00:00:00Z", "0001-02-03T00:00:00.000Z"),
    ],
)
def test_what_is_missing_comes_from_the_zone_with_its_summer_time(text: str, expected: str) -> None:
    assert complete(text, HELSINKI, end_of_day=False) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-01-01", "2023-01-01T21:59:59.999Z"),
        ("2023-06-01", "2023-06-01T20:59:59.999Z"),
        ("2023-03-26", "2023-03-26T20:59:59.999Z"),  # summer time begins
        ("2023-10-29", "2023-10-29T21:59:59.999Z"),  # and ends
        ("2023-06-01T00:00", "2023-05-31T21:00:00.000Z"),
    ],
)
def test_a_day_as_the_end_of_a_span_is_in_it_to_its_last_millisecond(text: str, expected: str) -> None:
    assert complete(text, HELSINKI, end_of_day=True) == expected


def test_a_day_that_ends_with_an_hour_that_comes_twice_ends_after_the_second() -> None:
    # In 2018 Brazil put the clocks back from the end of Saturday 17 February to 23:00.
    assert complete("2018-02-17", SAO_PAULO, end_of_day=True) == "2018-02-18T02:59:59.999Z"
    assert complete("2018-02-18", SAO_PAULO, end_of_day=False) == "2018-02-18T03:00:00.000Z"


def test_a_day_that_begins_with_an_hour_that_is_left_out_begins_after_it() -> None:
    assert complete("2018-11-04", SAO_PAULO, end_of_day=False) == "2018-11-04T03:00:00.000Z"
    assert complete("2018-11-03", SAO_PAULO, end_of_day=True) == "2018-11-04T02:59:59.999Z"


BEGINNING, END = "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"


@pytest.mark.parametrize("hours", [-12, 0, 14])
def test_days_at_the_ends_of_the_calendar_are_dates_in_every_zone(hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    first, last = complete("0001-01-01", zone, end_of_day=False), complete("9999-12-31", zone, end_of_day=True)
    assert first == (BEGINNING if hours >= 0 else "0001-01-01T12:00:00.000Z")
    assert last == (END if hours <= 0 else "9999-12-31T09:59:59.999Z")


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_days_at_the_ends_of_the_calendar_are_dates_in_the_zone_of_the_machine(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        result = complete("0001-01-01", None, end_of_day=False), complete("9999-12-31", None, end_of_day=True)
    time.tzset()
    # Python finds the machine's zone by looking a day around, so both ends are clamped wherever it stands.
    assert result == (BEGINNING, END)


def test_an_instant_that_its_own_zone_moves_out_of_the_calendar_stays_at_its_end() -> None:
    assert complete("9999-12-31T23:59:59-12:00", HELSINKI, end_of_day=False) == END
    assert complete("0001-01-01T00:00:00+12:00", HELSINKI, end_of_day=False) == BEGINNING


@pytest.fixture
def in_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This machine stands in New York."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_new_york")
def test_without_a_zone_the_one_of_the_machine_counts_with_its_summer_time() -> None:
    assert complete("2023-01-01", None, end_of_day=False) == "2023-01-01T05:00:00.000Z"
    assert complete("2023-07-01", None, end_of_day=False) == "2023-07-01T04:00:00.000Z"
    assert complete("2023-03-12", None, end_of_day=True) == "2023-03-13T03:59:59.999Z"
    assert complete("2023-07-01T00:00Z", None, end_of_day=False) == "2023-07-01T00:00:00.000Z"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday, at noon",
        "2023",
        "2023-06",
        "2023-6-1",
        "20230601",
        "20230601T120000",
        "01.06.2023",
        "2023-13-01",
        "2023-02-29",
        "2023-06-01Z",
        "2023-06-01T",
        "2023-06-01T25:00",
        "0000-12-31",
        "10000-01-01",
    ],
)
def test_anything_else_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        complete(text, HELSINKI, end_of_day=False)


@given(
    st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29)),  # noqa: DTZ001 - zones are drawn below
    st.integers(-14 * 60, 14 * 60),
    st.booleans(),
)
def test_an_instant_with_a_zone_stays_the_same_instant(moment: datetime, minutes: int, end: bool) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)), microsecond=0)
    assert datetime.fromisoformat(complete(aware.isoformat(), HELSINKI, end_of_day=end)) == aware


@given(st.dates(min_value=datetime(1900, 1, 2, tzinfo=UTC).date(), max_value=datetime(2100, 1, 1, tzinfo=UTC).date()))
def test_the_next_day_begins_a_millisecond_after_a_day_ends(day: object) -> None:
    following = datetime.fromisoformat(f"{day}") + timedelta(days=1)
    end = datetime.fromisoformat(complete(f"{day}", HELSINKI, end_of_day=True))
    beginning = datetime.fromisoformat(complete(f"{following:%Y-%m-%d}", HELSINKI, end_of_day=False))
    assert beginning - end == timedelta(milliseconds=1)
