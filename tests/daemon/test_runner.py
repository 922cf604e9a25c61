"""Runs through a session: refused, allowed once for exactly what was refused, failed, and with our own bugs."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from immich_sandbox import Sandbox, generate
from immich_smart_albums.config.hook_secret import make_hook_secret, read_hook_secret
from immich_smart_albums.config.settings import Variables
from immich_smart_albums.config.timezone import zone_of
from immich_smart_albums.daemon.lateness import late_rules
from immich_smart_albums.daemon.log import Log
from immich_smart_albums.daemon.outcome import AlbumOutcome, RunOutcome, failure, outcome_of
from immich_smart_albums.daemon.photo_watch import PhotoState
from immich_smart_albums.daemon.runner import SessionRunner
from immich_smart_albums.daemon.service import Service, ServiceOptions, local_now
from immich_smart_albums.daemon.state import Approval, Tally
from immich_smart_albums.errors import ConfigurationError, LedgerError, Problem, Stopped, Unreachable
from immich_smart_albums.operations.apply.result import ApplyResult
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.session.events import AssetsRead, Detail, Note, StatusMessage, ignore
from immich_smart_albums.session.options import SessionOptions
from tests.support.daemon_world import START, World
from tests.support.rules_files import book

if TYPE_CHECKING:
    from collections.abc import Iterator

RULES = 'albums:\n  - {name: Stars, match: {filename: "star*"}, keep: in-step}\n'
FAR = 10.0**12


class House:
    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.now = START
        self.is_over = False
        self.bugs: list[Exception] = []
        self.rules = folder / "rules.yaml"
        self.rules.write_text(RULES)
        environment = {"IMMICH_URL": sandbox.url, "IMMICH_API_KEY": sandbox.keys["alice"], "TZ": "UTC"}
        self.options = SessionOptions(environment, date(2026, 1, 1), folder / "ledger.db", rules=[self.rules])
        self.runner = SessionRunner(
            self.options,
            clock=lambda: self.now,
            stop=lambda: self.is_over,
            on_event=ignore,
            on_bug=self.bugs.append,
        )

    def run(self, *approvals: Approval) -> RunOutcome:
        return self.runner.run(["Stars"], approvals)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with Sandbox(generate(30)) as sandbox:
        yield House(tmp_path, sandbox)


def test_what_a_guard_refused_is_done_once_it_was_allowed_and_nothing_else(house: House) -> None:
    library = house.sandbox.library
    photos = [library.add_asset(name=f"star {number}.jpg") for number in range(10)]
    assert (house.run().added, house.run().exit_code) == (10, 0)
    for photo in photos[:8]:
        library.update(photo.id, original_file_name="moon.jpg")
    refused = house.run()
    (album,) = refused.albums
    assert (refused.exit_code, refused.removed, album.refusals != ()) == (4, 0, True)
    approval = Approval("hash", "Stars", "Stars", album.fingerprint, FAR, is_granted=True)
    assert house.run(replace_fingerprint(approval)).removed == 0
    library.update(photos[8].id, original_file_name="moon.jpg")
    assert house.run(approval).removed == 0  # it would be another change by now
    library.update(photos[8].id, original_file_name="star 8.jpg")
    assert house.run(approval).removed == 8
    assert house.run().exit_code == 0


def replace_fingerprint(approval: Approval) -> Approval:
    return Approval("hash", approval.rule, approval.album, "another", FAR, is_granted=True)


def test_a_run_that_is_refused_as_a_whole_writes_nothing(house: House) -> None:
    house.rules.write_text("guard: {add: 1}\n" + RULES)
    house.runner.reload()
    for number in range(3):
        house.sandbox.library.add_asset(name=f"star {number}.jpg")
    outcome = house.run()
    assert (outcome.exit_code, outcome.added, len(outcome.refusals)) == (4, 0, 1)


def test_our_own_bugs_end_a_run_and_not_the_daemon(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house.runner.session, "plan", lambda **_: 1 / 0)
    outcome = house.run()
    assert outcome.exit_code == 3
    assert isinstance(house.bugs[0], ZeroDivisionError)


def test_being_told_to_end_is_no_failure(house: House) -> None:
    house.is_over = True
    with pytest.raises(Stopped):
        house.run()


def test_a_ledger_in_use_puts_a_run_off(house: House, tmp_path: Path) -> None:
    other = House(tmp_path, house.sandbox)
    with other.runner.session.holding_ledger("sync"):
        outcome = house.run()
    assert outcome.is_put_off
    assert outcome.is_reachable


def test_a_server_error_in_the_middle_is_told(house: House) -> None:
    house.sandbox.library.add_asset(name="star.jpg")
    house.sandbox.faults.status(403, method="PUT", path="/api/albums/*")
    assert house.run().exit_code == 1
    assert house.run().added == 1


def test_photos_are_seen_as_far_as_immich_has_come_to_them(house: House) -> None:
    uploads, emma = house.sandbox.uploads, house.sandbox.library.people_named("Emma")[0]
    photo = uploads.upload(name="star.jpg", person_ids=(emma.id,))
    nobody = "bb8ee34a-a22d-4bb9-aa67-d394353a06c0"
    photo_states = house.runner.photo_states
    assert photo_states([photo.id, nobody]) == {photo.id: PhotoState(is_processed=False), nobody: None}
    uploads.look_at(photo)
    assert photo_states([photo.id]) == {photo.id: PhotoState(is_processed=True, people=1)}
    assert photo_states([]) == {}


def test_without_smart_search_the_thumbnail_is_the_sign(house: House) -> None:
    photo = house.sandbox.library.add_asset(name="star.jpg")
    house.sandbox.settings.smart_search = False
    state = house.runner.photo_states([photo.id])[photo.id]
    assert state is not None


def test_a_new_day_and_other_files_are_noticed(house: House) -> None:
    assert not house.runner.reload()
    house.now += 86400
    assert not house.runner.reload()
    assert house.runner.session.options.today == date(2026, 1, 2)
    house.rules.write_text(RULES.replace("Stars", "Moons"))
    assert house.runner.reload()
    house.rules.unlink()
    for _ in range(2):
        with pytest.raises(ConfigurationError):
            house.runner.reload()
    house.rules.write_text(RULES.replace("Stars", "Moons"))
    assert house.runner.reload()
    assert [album.name for album in house.runner.rules.albums] == ["Moons"]


def test_rules_that_stand_in_no_file_do_not_change(house: House) -> None:
    options = replace(house.options, rules={"typed": RULES.encode()})
    runner = SessionRunner(options, clock=lambda: START, stop=lambda: False, on_event=ignore, on_bug=house.bugs.append)
    assert not runner.reload()
    assert runner.late_rules == frozenset()


def test_which_rules_rest_on_what_immich_finds_out_late() -> None:
    rules = book(
        "albums:\n"
        "  - {name: person, match: {person: Emma}}\n"
        "  - {name: smart, match: {smart: dog}}\n"
        "  - {name: text, match: {text: menu}}\n"
        "  - {name: people, match: {people: {count: 2}}}\n"
        '  - {name: json, match: {json: {path: "$.people[*].name", regex: Emma}}}\n'
        "  - {name: place, match: {place: {country: France}}}\n"
        '  - {name: file, match: {all: [{filename: "a*"}, {taken: 2024}, {tag: Pets}, {favorite: true}]}}\n'
    )
    assert late_rules(rules.albums) == {"person", "smart", "text", "people", "json"}


def test_what_ended_a_run_is_part_of_its_outcome() -> None:
    assert failure(ConfigurationError((Problem("x", "y"),))).exit_code == 2
    assert not failure(Unreachable("no answer")).is_reachable
    assert failure(LedgerError("in use")).is_put_off


def test_an_error_in_the_middle_keeps_what_was_done(house: House) -> None:
    plan = house.runner.session.plan()
    outcome = outcome_of(plan, ApplyResult(), Unreachable("gone"))
    assert (outcome.exit_code, outcome.is_put_off, outcome.words.split(",")[0]) == (1, True, "1 album")


# -- the machine ------------------------------------------------------------------------------------------------------


def test_the_zone_is_that_of_the_rules_then_tz_then_the_machine(tmp_path: Path) -> None:
    berlin = Path("/usr/share/zoneinfo/Europe/Berlin")
    assert zone_of("Europe/Berlin", {"TZ": "UTC"}) == ZoneInfo("Europe/Berlin")
    assert zone_of(None, {"TZ": ":Asia/Tokyo"}) == ZoneInfo("Asia/Tokyo")
    assert zone_of(None, {"TZ": "EST5EDT,M3.2.0,M11.1.0"}, tmp_path / "nothing") is UTC
    (tmp_path / "broken").write_text("no zone")
    assert zone_of(None, {}, tmp_path / "broken") is UTC
    if berlin.exists():
        (tmp_path / "localtime").symlink_to(berlin)
        zone = zone_of(None, {}, tmp_path / "localtime")
        assert str(zone) == "Europe/Berlin"
        assert datetime(2026, 7, 1, tzinfo=zone).utcoffset() == timedelta(hours=2)
        (tmp_path / "copied").write_bytes(berlin.read_bytes())
        assert datetime(2026, 7, 1, tzinfo=zone_of(None, {}, tmp_path / "copied")).utcoffset() == timedelta(hours=2)


def test_a_secret_is_that_of_a_variable_or_the_kept_one(tmp_path: Path) -> None:
    secret_file = tmp_path / "state" / "hook-secret"

    def read(**variables: str) -> tuple[str | None, int]:
        diagnostics = Diagnostics()
        secret = read_hook_secret(Variables((("the environment", variables),)), secret_file, diagnostics)
        return secret.reveal() if secret else None, len(diagnostics.problems)

    assert read() == (None, 0)
    made = make_hook_secret(secret_file)
    assert read() == (made.reveal(), 0)
    with pytest.raises(ConfigurationError, match="cannot be written"):
        make_hook_secret(secret_file)
    assert read(SMART_ALBUMS_HOOK_SECRET="0123456789abcdef") == ("0123456789abcdef", 0)
    (tmp_path / "secret").write_text("fedcba9876543210\n")
    assert read(SMART_ALBUMS_HOOK_SECRET_FILE=str(tmp_path / "secret")) == ("fedcba9876543210", 0)
    assert read(SMART_ALBUMS_HOOK_SECRET_FILE=str(tmp_path)) == (None, 1)
    assert read(SMART_ALBUMS_HOOK_SECRET="short") == (None, 1)
    secret_file.unlink()
    secret_file.mkdir()
    assert read() == (None, 1)


def test_what_happens_is_counted_for_digests(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.state.change(tallies={"0 ntfy": Tally("2026-01-01T00:00:00+00:00")})
    world.outcomes = [RunOutcome((AlbumOutcome("Stars", "Stars", added=3, removed=1),), exit_code=1)] * 2
    world.pass_time(86400)
    tally = world.state.now.tallies["0 ntfy"]
    assert (tally.runs, tally.failed, tally.added, tally.removed) == (2, 2, {"Stars": 6}, {"Stars": 2})


def test_what_a_session_tells_is_logged_without_bodies(house: House) -> None:
    log = io.StringIO()
    service = Service(ServiceOptions(house.options, None), Log(log, local_now, lowest="debug"))
    for event in (Note("a note"), StatusMessage("a message"), Detail("a detail"), AssetsRead(5)):
        service._log_event(event)
    service._log_bug(ValueError("x"))
    service._log_state_problem("no file")
    assert service.port is None
    assert [line.split(" ", 2)[1] for line in log.getvalue().splitlines()][-5:] == [
        *("info", "warning", "debug", "error", "warning")
    ]


def test_nobody_reads_the_log(house: House) -> None:
    stream = io.StringIO()
    stream.close()
    Log(stream, local_now).info("event", "text")
