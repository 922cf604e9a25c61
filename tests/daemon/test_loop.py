"""The daemon's day, with a clock that moves as fast as it is counted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from immich_smart_albums.daemon.approvals import grant
from immich_smart_albums.daemon.outcome import AlbumOutcome, RunOutcome
from immich_smart_albums.daemon.photo_watch import PhotoState
from immich_smart_albums.errors import ConfigurationError, Problem, SmartAlbumsError
from tests.support.daemon_world import AWAY, RULES, START, World
from tests.support.examples import IS_DEEP

if TYPE_CHECKING:
    from pathlib import Path

HOUR, DAY = 3600.0, 86400.0
REFUSED = AlbumOutcome("Stars", "Stars", refusals=("too much",), plan_name="Stars", fingerprint="f1")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_the_first_start_runs_everything_once_and_then_every_day_at_four(world: World) -> None:
    world.pass_time(3 * DAY)
    assert world.ran == [("Stars", "Emma")] * 4
    assert [datetime.fromtimestamp(moment, UTC).hour for moment, _ in world.runs] == [12, 4, 4, 4]


def test_a_start_soon_after_the_last_run_runs_nothing(world: World) -> None:
    world.pass_time(HOUR)
    world.started()
    world.pass_time(HOUR)
    assert len(world.runs) == 1


def test_after_downtime_there_is_one_run(world: World) -> None:
    world.pass_time(HOUR)
    world.now += 9 * DAY
    world.started()
    world.pass_time(HOUR)
    assert world.ran == [("Stars", "Emma")] * 2


def test_where_immich_tells_of_photos_a_start_makes_up_for_what_was_not_heard(world: World) -> None:
    world.pass_time(HOUR)
    world.started(hears_of_uploads=True)
    world.pass_time(HOUR)
    assert world.ran == [("Stars", "Emma")] * 2
    assert world.state.now.last_run is not None
    assert world.state.now.last_run.reason == "start"


def test_what_falls_due_during_a_run_is_one_run_after_it(tmp_path: Path) -> None:
    world = World(tmp_path, RULES.replace("albums:", "schedule: every 10 minutes\nalbums:"))
    world.takes = HOUR
    world.pass_time(HOUR + 1)
    assert [round(moment - START) for moment, _ in world.runs] == [0, HOUR]


def test_a_photo_feeds_albums_on_metadata_at_once_and_others_when_immich_has_looked_at_it(world: World) -> None:
    world.pass_time(HOUR)
    world.runs.clear()
    world.states = {"photo": PhotoState(is_processed=False)}
    world.uploads.note("photo", world.now)
    nudged = world.now
    world.pass_time(30)
    assert world.ran == [("Stars",)]
    assert world.runs[0][0] - nudged < 10
    world.states = {"photo": PhotoState(is_processed=True, people=1)}
    known = world.now
    world.pass_time(60)
    assert world.ran == [("Stars",), ("Emma",)]
    assert world.runs[1][0] - known < 60
    world.pass_time(HOUR)
    assert len(world.runs) == 2


def test_a_photo_that_immich_has_looked_at_already_is_one_run(world: World) -> None:
    world.pass_time(HOUR)
    world.runs.clear()
    world.states = {"photo": PhotoState(is_processed=True)}
    world.uploads.note("photo", world.now)
    world.pass_time(HOUR)
    assert world.ran == [("Stars", "Emma")]


def test_two_thousand_calls_are_three_runs_at_most(world: World) -> None:
    world.pass_time(HOUR)
    world.runs.clear()
    for number in range(2000):
        world.states[f"photo {number}"] = PhotoState(is_processed=True, people=number % 3)
        world.uploads.note(f"photo {number}", world.now)
        world.pass_time(0.03)
    world.pass_time(HOUR)
    assert 1 <= len(world.runs) <= 3


def test_without_rules_on_faces_nobody_looks_at_photos(tmp_path: Path) -> None:
    world = World(tmp_path, "albums: [{name: Stars, match: {favorite: true}}]")
    world.uploads.note("photo", world.now)
    world.pass_time(HOUR)
    assert world.looks == []


def test_photos_that_cannot_be_looked_at_are_looked_at_later(world: World) -> None:
    world.pass_time(HOUR)
    world.runs.clear()
    world.blind = SmartAlbumsError("no answer")
    world.uploads.note("photo", world.now)
    world.pass_time(30)
    world.blind, world.states = None, {"photo": PhotoState(is_processed=True)}
    world.pass_time(HOUR)
    assert world.ran == [("Stars",), ("Emma",)]


def test_a_server_that_is_not_up_is_waited_for_and_told_of_once(world: World) -> None:
    world.outcomes = [AWAY] * 6
    world.pass_time(HOUR)
    assert [round(moment - START) for moment, _ in world.runs] == [0, 6, 17, 38, 79, 160, 321]
    assert world.log.getvalue().count("server.waiting") == 1
    assert world.log.getvalue().count("answers again") == 1
    assert world.heard == ["started", "ended 1: []", "ended 0: []"]
    assert world.state.now.is_reachable
    assert world.state.now.runs == 1


def test_people_are_told_of_a_server_that_is_long_away(world: World) -> None:
    world.outcomes = [AWAY] * 12
    world.pass_time(2 * HOUR)
    assert sum("Waiting since" in text for text in world.heard) == 1


def test_what_is_due_meanwhile_joins_the_run_that_waits(world: World) -> None:
    world.pass_time(HOUR)
    world.runs.clear()
    world.outcomes = [AWAY] * 2
    world.states = {"photo": PhotoState(is_processed=True)}
    world.uploads.note("photo", world.now)
    world.pass_time(HOUR)
    assert [set(names) for names in world.ran] == [{"Stars", "Emma"}] * 3


def test_other_rules_count_from_then_on(world: World) -> None:
    world.pass_time(HOUR)
    world.use("albums: [{name: New, match: {favorite: true}, schedule: hourly}]")
    world.pass_time(HOUR)
    assert world.ran[1:] == [("New",)]
    assert set(world.state.now.albums) == {"New"}


def test_a_broken_file_keeps_the_last_good_rules_and_tells_once(world: World) -> None:
    world.pass_time(HOUR)
    world.broken = ConfigurationError((Problem("rules.yaml:1:1", "this is no rules file"),))
    world.pass_time(DAY)
    assert world.ran == [("Stars", "Emma")] * 2
    assert world.state.now.rules_problem == "rules.yaml:1:1: this is no rules file"
    assert sum("last good rules count" in text for text in world.heard) == 1
    assert world.log.getvalue().count("rules.broken") == 1
    world.use(RULES)
    world.pass_time(60)
    assert world.state.now.rules_problem is None


def test_problems_are_told_once_and_that_they_are_gone(world: World) -> None:
    failed = AlbumOutcome("Stars", "Stars", problems=("nobody is named so",))
    world.outcomes = [RunOutcome((failed, AlbumOutcome("Emma", "Emma")), exit_code=1)] * 2
    world.pass_time(3 * DAY)
    messages = [text for text in world.heard if text != "started"]
    assert messages == [
        "ended 1: ['Stars: nobody is named so']",
        "ended 1: []",
        "ended 0: []",
        "recovered",
        "ended 0: []",
    ]
    assert world.state.now.failing == {}


def test_a_run_that_comes_to_nothing_is_a_problem_of_its_albums(world: World) -> None:
    world.outcomes = [RunOutcome(problems=("the key is wrong",), exit_code=1)]
    world.pass_time(HOUR)
    assert world.state.now.failing == dict.fromkeys(("Stars", "Emma"), "the key is wrong")
    assert "run.problem: the key is wrong" in world.log.getvalue()


def test_a_refused_plan_is_offered_once_and_carried_out_once(world: World) -> None:
    world.outcomes = [RunOutcome((REFUSED,), exit_code=4)] * 2
    world.pass_time(DAY)
    assert world.state.now.refused == {"Stars": "too much"}
    assert len(world.offers) == 1
    token = world.offers["Stars"].rpartition("/")[2]
    approvals = grant(world.state.now.approvals, token, world.now)
    assert approvals is not None
    world.state.change(approvals=approvals)
    world.runs.clear()
    world.approvals.clear()
    world.pass_time(60)
    assert (world.ran, world.approvals) == ([("Stars",)], [("Stars",)])
    world.pass_time(DAY)
    assert world.approvals == [("Stars",), ()]
    assert grant(world.state.now.approvals, token, world.now) is None


def test_totals_are_kept_over_restarts(world: World) -> None:
    world.outcomes = [RunOutcome((AlbumOutcome("Stars", "Stars", added=3, removed=1, has_changed=True),))]
    world.pass_time(HOUR)
    world.started()
    state = world.state.now
    assert (state.runs, state.added, state.removed) == (1, 3, 1)


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Europe/Berlin", datetime(2027, 3, 20, 12, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2027, 10, 23, 12, tzinfo=UTC)),
        ("America/Chicago", datetime(2027, 3, 6, 12, tzinfo=UTC)),
        ("America/Chicago", datetime(2027, 10, 30, 12, tzinfo=UTC)),
    ],
)
def test_there_is_one_run_each_night_also_where_clocks_change(tmp_path: Path, zone: str, first: datetime) -> None:
    world = World(tmp_path, RULES.replace("albums:", "schedule: daily 02:30\nalbums:"), ZoneInfo(zone))
    world.now = first.timestamp()
    world.started()
    nights = 365 if IS_DEEP else 15
    while world.now < first.timestamp() + nights * DAY:
        world.daemon.step(world.now, lambda: world.now)
        due = world.daemon.agenda.next()
        assert due is not None
        world.now = max(world.now, due.timestamp())
    days = [datetime.fromtimestamp(moment, ZoneInfo(zone)).date() for moment, _ in world.runs[1:]]
    assert len(days) == len(set(days)) == nights
    offsets = {datetime.fromtimestamp(moment, ZoneInfo(zone)).utcoffset() for moment, _ in world.runs}
    assert len(offsets) == 2


def test_photos_that_wait_are_decided_once_their_time_is_over(world: World) -> None:
    waits = RunOutcome((AlbumOutcome("Stars", "Stars"), AlbumOutcome("Emma", "Emma", waiting=2)))
    still = RunOutcome((AlbumOutcome("Emma", "Emma", waiting=1),))
    world.outcomes = [waits, still, still]
    world.pass_time(12 * HOUR)
    assert world.ran == [("Stars", "Emma"), ("Emma",), ("Emma",)]
    assert [round((moment - START) / 60) for moment, _ in world.runs] == [0, 61, 122]
    assert world.state.now.last_run is not None
    assert world.state.now.last_run.reason == "settled"


def test_a_run_meanwhile_does_not_put_that_off(world: World) -> None:
    waits = RunOutcome((AlbumOutcome("Emma", "Emma", waiting=2),))
    world.outcomes = [waits, waits]
    world.pass_time(HOUR / 2)
    world.states = {"photo": PhotoState(is_processed=True)}
    world.uploads.note("photo", world.now)
    world.pass_time(HOUR)
    assert [round((moment - START) / 60) for moment, _ in world.runs] == [0, 30, 61]
