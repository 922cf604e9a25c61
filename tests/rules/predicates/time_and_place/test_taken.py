"""When a photo was taken: how times are written, what they mean, and the searches around them."""

from __future__ import annotations

from datetime import UTC, date

import pytest

from immich_smart_albums.errors import FilterError
from immich_smart_albums.rules.rules_file.match import parse_match
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.reader import Reader
from immich_smart_albums.rules.tree import Filter
from tests.support.asset_records import check, holds, record, words
from tests.support.yaml_values import Quoted, parsed, problem, value


@pytest.mark.parametrize(
    ("wanted", "meaning"),
    [
        ("2023", "taken in 2023"),
        ("2023-07", "taken in 2023-07"),
        ("2023-07-14", "taken in 2023-07-14"),
        (Quoted("2023-07-14 18:30"), "taken in 2023-07-14T18:30"),
        ("2020..2022-03", "taken from 2020 to 2022-03"),
        ("2020 .. ", "taken from 2020"),
        ("..2015", "taken to 2015"),
        ("last 30 days", "taken from 2024-05-01 to 2024-06-01"),
        (["2019", "last 1 year"], ("any", "taken in 2019", "taken from 2023-05-31 to 2024-06-01")),
        ("12-24", "taken on 12-24 of any year"),
        ("12-24..01-06", "taken on 12-24 to 01-06 of any year"),
        ("..01-06", "taken on 01-01 to 01-06 of any year"),
        ("on-this-day", "taken on 05-31 of any year"),
        ({"on-this-day": True}, "taken on 05-31 of any year"),
        ({"on-this-day": False}, ("not", "taken on 05-31 of any year")),
        ({"after": "2015"}, "taken from 2015"),
        ({"before": "2015-06-30T12:00:30"}, "taken to 2015-06-30T12:00:30"),
        ({"after": "2015", "before": "2016-02"}, "taken from 2015 to 2016-02"),
        ({"between": "2015..2016"}, "taken from 2015 to 2016"),
        ({"between": ["2015-01-02", "2016"]}, "taken from 2015-01-02 to 2016"),
        ({"last": "2 weeks"}, "taken from 2024-05-17 to 2024-06-01"),
        ({"last": "3 months"}, "taken from 2024-02-29 to 2024-06-01"),
        ({"last": "12 Months"}, "taken from 2023-05-31 to 2024-06-01"),
        ({"last": "99999 days"}, "taken from 1750-08-17 to 2024-06-01"),
        ({"last": "99999 weeks"}, "taken from 0107-11-25 to 2024-06-01"),
        ({"last": "99999 years"}, "taken from 0001-01-01 to 2024-06-01"),
        ({"last": "30 days", "before": "2024-05-10", "after": "2020"}, "taken from 2024-05-01 to 2024-05-10"),
        ({"before": "2015", "between": "2010..2015-11"}, "taken from 2010 to 2015-11"),
        ({"on": ["2019-07-14", "2020"]}, ("any", "taken in 2019-07-14", "taken in 2020")),
        ({"year": [2015, "2018..2020"]}, ("any", "taken in 2015", "taken from 2018 to 2020")),
        ({"year": ["2024..", "..2015"]}, ("any", "taken from 2024", "taken to 2015")),
        ({"year": Quoted(">= 2024")}, "taken from 2024"),
        ({"year": Quoted("> 2023")}, "taken from 2024"),
        ({"year": Quoted("< 2016")}, "taken to 2015"),
        ({"year": {"min": 2015, "max": 2018}}, "taken from 2015 to 2018"),
        ({"year": "2015 .. 2015"}, "taken in 2015"),
        ({"month": "october.."}, "taken in October or November or December"),
        ({"month": "..2"}, "taken in January or February"),
        ({"weekday": "sat.."}, "taken on a Saturday or Sunday"),
        ({"day-of-year": "12-24.."}, "taken on 12-24 to 12-31 of any year"),
        ({"day-of-year": "..01-06"}, "taken on 01-01 to 01-06 of any year"),
        ({"time-of-day": ["22:00..", "..06:00"]}, ("any", "taken at 22:00 to 24:00", "taken at 00:00 to 06:00")),
        ({"month": 7}, "taken in July"),
        ({"month": "07"}, "taken in July"),
        (
            {"month": ["jun", "July", "november..february"]},
            "taken in January or February or June or July or November or December",
        ),
        ({"weekday": "weekend"}, "taken on a Saturday or Sunday"),
        ({"weekday": "fri..mon"}, "taken on a Monday or Friday or Saturday or Sunday"),
        (
            {"day-of-year": ["12-24", "02-29..03-01"]},
            ("any", "taken on 12-24 of any year", "taken on 02-29 to 03-01 of any year"),
        ),
        ({"time-of-day": "9:00..17:30"}, "taken at 09:00 to 17:30"),
        ({"year": 2015, "month": "may", "after": "2010"}, ("all", "taken from 2010", "taken in 2015", "taken in May")),
    ],
)
def test_times_are_read(wanted: object, meaning: object) -> None:
    assert words({"taken": wanted}) == meaning


@pytest.mark.parametrize(
    ("wanted", "inside", "outside"),
    [
        (
            "2023",
            ["2023-01-01T00:00:00.000", "2023-12-31T23:59:59.999"],
            ["2022-12-31T23:59:59.999", "2024-01-01T00:00:00.000"],
        ),
        ("2024-02", ["2024-02-29T23:59:59.999"], ["2024-03-01T00:00:00.000", "2024-01-31T23:59:59.999"]),
        ({"before": "2023-07-14"}, ["2023-07-14T23:59:59.999"], ["2023-07-15T00:00:00.000"]),
        ({"after": "2023-07-14 18:30"}, ["2023-07-14T18:30:00.000"], ["2023-07-14T18:29:59.999"]),
        ({"before": "2023-07-14 18:30"}, ["2023-07-14T18:30:59.999"], ["2023-07-14T18:31:00.000"]),
        (
            "12-24..01-06",
            ["2020-12-24T00:00:00.000", "1999-01-06T23:59:59.000"],
            ["2020-12-23T23:59:59.000", "2020-01-07T00:00:00.000"],
        ),
        ("12-24", ["2020-12-24T12:00:00.000"], ["2020-12-25T12:00:00.000"]),
        (
            {"weekday": "weekend"},
            ["2024-06-01T00:00:00.000", "2024-06-02T23:59:59.000"],
            ["2024-05-31T23:59:59.000", "2024-06-03T00:00:00.000"],
        ),
        (
            {"month": "dec..jan"},
            ["2024-12-01T00:00:00.000", "2024-01-31T00:00:00.000"],
            ["2024-02-01T00:00:00.000", "2024-11-30T00:00:00.000"],
        ),
        (
            {"time-of-day": "21:00..03:00"},
            ["2024-01-01T21:00:00.000", "2024-01-01T03:00:59.999", "2024-01-01T00:00:00.000"],
            ["2024-01-01T20:59:59.999", "2024-01-01T03:01:00.000"],
        ),
        ({"time-of-day": "18:00..24:00"}, ["2024-01-01T23:59:59.999"], ["2024-01-02T00:00:00.000"]),
        (
            {"last": "1 day"},
            ["2024-05-30T00:00:00.000", "2024-06-01T13:00:00.000"],
            ["2024-05-29T23:59:59.999", "2037-01-01T00:00:00.000"],
        ),
    ],
)
def test_times_hold_to_the_last_moment_of_what_they_name(wanted: object, inside: list[str], outside: list[str]) -> None:
    for local in inside:
        assert holds({"taken": wanted}, record(localDateTime=f"{local}Z")), local
    for local in outside:
        assert not holds({"taken": wanted}, record(localDateTime=f"{local}Z")), local


def test_a_year_beyond_the_calendar_is_in_no_period() -> None:
    assert not holds({"taken": {"after": "1900"}}, record(localDateTime="+012023-07-14T18:30:00.000Z"))


def test_a_record_without_its_time_is_no_photo_of_another_time() -> None:
    with pytest.raises(FilterError, match="localDateTime"):
        check({"taken": "2023"}).holds({})


@pytest.mark.parametrize(
    ("wanted", "filters"),
    [
        ("2023", {"takenAfter": "2022-12-31T00:00:00.000Z", "takenBefore": "2024-01-01T23:59:59.999Z"}),
        ("2024-02", {"takenAfter": "2024-01-31T00:00:00.000Z", "takenBefore": "2024-03-01T23:59:59.999Z"}),
        ({"after": "2023-07-14 18:30"}, {"takenAfter": "2023-07-13T18:30:00.000Z"}),
        ({"before": "2023-07-14 18:30"}, {"takenBefore": "2023-07-15T18:30:59.999Z"}),
        ({"last": "99999 years"}, {"takenBefore": "2024-06-02T23:59:59.999Z"}),
    ],
)
def test_a_search_surely_finds_a_period_in_whatever_zone(wanted: object, filters: dict[str, str]) -> None:
    result = check({"taken": wanted})
    assert result.superset is not None
    assert result.superset.flat_fields == filters
    assert not result.superset_is_exact


def test_a_time_that_comes_back_has_no_search() -> None:
    assert check({"taken": {"month": "july"}}).superset is None
    assert check({"taken": "0001..9999"}).superset is None


def test_the_local_time_is_told_as_the_reason() -> None:
    assert check({"taken": {"month": "july"}}).evidence(record()) == "2023-07-14T18:30:05.250"


@pytest.mark.parametrize(
    ("wanted", "message", "hint"),
    [
        ("summer", "a date such as 2023, 2023-07 or 2023-07-14 is expected here, not 'summer'", "a time may follow"),
        ("2023-02-30", "there is no 2023-02-30 in the calendar", None),
        ("0000", "there is no 0000 in the calendar", None),
        ("2023-07-14T18:30:00Z", "'2023-07-14T18:30:00Z' has a time zone", "local time without a zone"),
        (Quoted("2023-07-14 18:30+02:00"), "has a time zone", "local time without a zone"),
        ("..", "a period needs a beginning or an end", "2020..2022"),
        ("2020..x", "a date such as", None),
        ("2022..2020", "a period from 2022 to 2020 ends before it begins", "Swap"),
        ([["2020"]], "is expected here, not a list", None),
        ([], "the list is empty", None),
        ({}, "a time is expected here", "It takes after, before,"),
        ({"afterr": "2020"}, "unknown word 'afterr' in a time", "Did you mean 'after'?"),
        ({"after": ["2020"]}, "a date such as 2023, 2023-07 or 2023-07-14 is expected here, not a list", None),
        ({"before": "x"}, "a date such as", None),
        ({"after": "2022", "before": "2020"}, "ends before it begins", None),
        ({"after": "2025", "last": "30 days"}, "ends before it begins", None),
        ({"between": "2020"}, "a beginning and an end are expected here, not '2020'", "[2023-06-01, 2023-08-31]"),
        ({"between": ["2022", "2020"]}, "ends before it begins", None),
        ({"between": ["2022", "x"]}, "a date such as", None),
        ({"last": "30"}, "a length of time such as 30 days is expected here, not '30'", "days, weeks, months or years"),
        ({"last": "0 days"}, "a length of time", None),
        ({"last": ["1 day"]}, "a length of time", None),
        ({"on": "x"}, "a date such as", None),
        ({"year": "2023-07"}, "a year such as 2023 or a range is expected here", "2015.."),
        ({"year": ".."}, "a year such as 2023 or a range is expected here", "2015.."),
        ({"year": "0000"}, "a year such as 2023 or a range is expected here", None),
        ({"year": Quoted("> 9999")}, "no year lies in this range: nothing can match", None),
        ({"year": Quoted("< 0001")}, "no year lies in this range: nothing can match", None),
        ({"month": ".."}, "a month such as July or 7 is expected here", None),
        ({"day-of-year": ".."}, "a day of the year such as 12-24", None),
        ({"time-of-day": ".."}, "a range of times such as 18:00..23:30 is expected here", None),
        ({"year": "2023..2020"}, "ends before it begins", None),
        ({"month": "Jully"}, "a month such as July or 7 is expected here, not 'Jully'", "Did you mean July?"),
        ({"month": 13}, "a month such as July or 7", "two dots"),
        ({"month": []}, "the list is empty", None),
        ({"weekday": "1"}, "a day of the week is expected here, not '1'", None),
        ({"weekday": {"a": "b"}}, "a day of the week is expected here, not a mapping", None),
        ({"day-of-year": "02-30"}, "a day of the year such as 12-24", None),
        ({"day-of-year": ["12-24..x"]}, "a day of the year such as 12-24", None),
        ("13-01", "a day of the year such as 12-24", None),
        ({"time-of-day": "18:00"}, "a range of times is expected here, not '18:00'", "18:00..23:30"),
        ({"time-of-day": "18:00..25:00"}, "a range of times such as 18:00..23:30 is expected here", None),
        ({"time-of-day": {"a": "b"}}, "a range of times such as 18:00..23:30 is expected here, not a mapping", None),
        ({"on-this-day": "yes"}, "true or false is expected here, not 'yes'", None),
    ],
)
def test_what_is_no_time_is_told(wanted: object, message: str, hint: str | None) -> None:
    result = problem({"taken": wanted})
    assert message in result.message
    assert (hint or "") in (result.hint or "")


def test_everything_wrong_with_a_time_is_told_at_once() -> None:
    _, findings = parsed({"taken": {"after": "x", "before": "y", "month": "z", "between": 1, "weekday": "w"}})
    assert len(findings.problems) == 5


@pytest.mark.parametrize(
    ("today", "days"),
    [
        (date(2023, 2, 28), ["2020-02-28", "2020-02-29", "2023-02-28"]),
        (date(2024, 2, 28), ["2020-02-28", "2023-02-28"]),
        (date(2024, 2, 29), ["2020-02-29"]),
        (date(2023, 3, 1), ["2020-03-01"]),
    ],
)
@pytest.mark.parametrize("wanted", ["on-this-day", {"on-this-day": True}])
def test_photos_of_a_29_february_have_their_day_in_every_year(today: date, days: list[str], wanted: object) -> None:
    reader = Reader(Diagnostics(), today, UTC)
    result = parse_match(value({"taken": wanted}), reader)
    assert isinstance(result, Filter)
    taken = ["2020-02-28", "2020-02-29", "2020-03-01", "2023-02-28"]
    assert [day for day in taken if result.holds(record(localDateTime=f"{day}T12:00:00.000Z"))] == days
