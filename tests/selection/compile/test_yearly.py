"""Windows for days of any year hold every photo whose local day is meant, whatever the clock there showed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from immich_smart_albums.model.instants import to_text
from immich_smart_albums.rules.values.recurring import CyclicRange
from immich_smart_albums.selection.compile.yearly import windows

days = st.dates().map(lambda day: day.isoformat()[5:])
instants = st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1))  # noqa: DTZ001 - a zone is put in
zones = st.integers(-16 * 60, 16 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(days, days, st.integers(1995, 2030), st.integers(0, 30), instants, zones)
def test_no_photo_is_left_out(first: str, last: str, year: int, more: int, local: datetime, zone: timezone) -> None:
    bounds = windows((first, last), (year, year + more))
    instant = to_text(local.replace(tzinfo=zone).astimezone(UTC))
    if bounds and local.isoformat()[5:10] in CyclicRange(first, last):
        assert any(
            all(str(value) <= instant if operator == "gte" else instant <= str(value) for _, operator, value in window)
            for window in bounds
        )


@given(days, days, st.integers(1995, 2030), st.integers(0, 30))
def test_windows_follow_each_other(first: str, last: str, year: int, more: int) -> None:
    ends = [str(value) for window in windows((first, last), (year, year + more)) for _, _, value in window]
    assert all(one < other for one, other in pairwise(ends))


@pytest.mark.parametrize(
    ("days_of_year", "years"),
    [
        (("01-01", "12-31"), (2001, 2003)),
        (("06-01", "04-01"), (2001, 2003)),
        (("07-14", "07-14"), (50, 2003)),
        (("07-14", "07-14"), (2001, 9999)),
        (("07-14", "07-14"), (2003, 2001)),
    ],
)
def test_long_ranges_and_odd_years_have_none(days_of_year: tuple[str, str], years: tuple[int, int]) -> None:
    assert windows(days_of_year, years) == []
