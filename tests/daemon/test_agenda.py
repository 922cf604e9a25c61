"""Which albums are due: once, however often their time came, and on days on which clocks are moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from immich_smart_albums.daemon.agenda import Agenda, schedules_of
from immich_smart_albums.rules.schedule import parse_schedule
from tests.support.rules_files import book

if TYPE_CHECKING:
    from immich_smart_albums.rules.schedule import Schedule

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 1, 1, 12, tzinfo=UTC)


def schedules(**texts: str) -> dict[str, Schedule]:
    return {name: parse_schedule(text) for name, text in texts.items()}


def test_an_album_has_its_own_schedule_or_that_of_the_file() -> None:
    rules = book(
        "schedule: hourly\nalbums:\n  - {name: One, match: {favorite: true}}\n"
        "  - {name: Two, match: {favorite: true}, schedule: never}\n"
    )
    assert {name: schedule.text for name, schedule in schedules_of(rules).items()} == {"One": "hourly", "Two": "never"}


def test_what_never_ran_is_due_at_once_and_what_never_runs_is_not() -> None:
    agenda = Agenda(UTC)
    agenda.begin(schedules(one="daily 04:00", two="never"), {}, START)
    assert agenda.due(START) == ("one",)
    assert agenda.scheduled == ("one",)


def test_after_a_run_it_is_due_at_the_next_time() -> None:
    agenda = Agenda(UTC)
    agenda.begin(schedules(one="daily 04:00", two="every 6h"), {"one": START, "two": START}, START)
    assert agenda.due(START) == ()
    assert agenda.next() == datetime(2026, 1, 1, 18, tzinfo=UTC)
    assert agenda.due(datetime(2026, 1, 2, 3, 59, tzinfo=UTC)) == ("two",)
    assert agenda.due(datetime(2026, 1, 2, 4, tzinfo=UTC)) == ("one", "two")
    agenda.ran(["one", "two"], datetime(2026, 1, 9, tzinfo=UTC))
    assert agenda.due(datetime(2026, 1, 9, 3, 59, tzinfo=UTC)) == ()


def test_without_anything_that_runs_there_is_no_next_time() -> None:
    assert Agenda(UTC).next() is None


def test_a_clock_that_was_set_back_puts_nothing_off() -> None:
    agenda = Agenda(UTC)
    agenda.begin(schedules(one="daily 04:00"), {"one": START + timedelta(days=400)}, START)
    assert agenda.next() == datetime(2026, 1, 2, 4, tzinfo=UTC)


def test_other_rules_leave_times_as_they_are_and_what_is_new_waits_for_its_own() -> None:
    agenda = Agenda(UTC)
    agenda.begin(schedules(one="daily 04:00", due="hourly", gone="hourly"), {"one": START, "gone": START}, START)
    later = START + timedelta(days=3)
    agenda.change(schedules(one="daily 05:00", due="hourly", new="daily 06:00"), UTC, later)
    assert agenda.due(later) == ("one", "due")
    assert agenda.due(datetime(2026, 1, 5, 5, 59, tzinfo=UTC)) == ("one", "due")
    assert agenda.due(datetime(2026, 1, 5, 6, tzinfo=UTC)) == ("one", "due", "new")
    assert "gone" not in agenda.last


def test_runs_are_put_off_by_another_time_each() -> None:
    draws = iter([0.5, 0.25])
    agenda = Agenda(UTC, jitter=60, random=lambda: next(draws))
    agenda.begin(schedules(one="daily 04:00"), {"one": START}, START)
    assert agenda.next() == datetime(2026, 1, 2, 4, 0, 30, tzinfo=UTC)
    agenda.ran(["one"], datetime(2026, 1, 2, 4, 0, 30, tzinfo=UTC))
    assert agenda.next() == datetime(2026, 1, 3, 4, 0, 15, tzinfo=UTC)


def test_a_year_with_two_days_on_which_clocks_are_moved() -> None:
    agenda, runs, now = Agenda(BERLIN), 0, datetime(2025, 12, 31, 23, tzinfo=UTC)
    agenda.begin(schedules(night="daily 02:30"), {"night": now}, now)
    while (time := agenda.next()) is not None and time < datetime(2026, 12, 31, 23, tzinfo=UTC):
        assert agenda.due(time - timedelta(seconds=1)) == ()
        assert agenda.due(time) == ("night",)
        agenda.ran(["night"], time)
        runs += 1
    assert runs == 365


@given(st.lists(st.integers(1, 40 * 60 * 60), min_size=1, max_size=40))
def test_however_long_nobody_looks_one_run_catches_up(steps: list[int]) -> None:
    agenda, now = Agenda(BERLIN), datetime(2026, 3, 27, tzinfo=UTC)
    schedule = parse_schedule("daily 02:30")
    agenda.begin({"night": schedule}, {"night": now}, now)
    for seconds in steps:
        before, now = now, now + timedelta(seconds=seconds)
        last = schedule.previous(now, BERLIN)
        assert last is not None
        is_due = agenda.due(now) == ("night",)
        assert is_due == (last.astimezone(UTC) > before)
        agenda.ran(["night"], now)
        assert agenda.due(now) == ()
