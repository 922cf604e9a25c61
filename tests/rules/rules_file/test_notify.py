"""Who is told of runs, as a rules file says it."""

from __future__ import annotations

import pytest

from immich_smart_albums.rules.album import USUAL_EVENTS, Event, Header, MessageService, NotifyTarget, ValueSource
from immich_smart_albums.rules.rules_file import schedule
from immich_smart_albums.rules.schedule import parse_schedule
from tests.support.rules_files import book, read

ALBUMS = "albums: [{name: One, match: {favorite: true}}]\n"


def targets(text: str) -> tuple[NotifyTarget, ...]:
    return book(f"notify: {text}\n{ALBUMS}").notify


def test_a_target_has_an_address_and_what_it_hears() -> None:
    (ntfy,) = targets("{ntfy: https://ntfy.sh/topic, events: changes, digest: weekly, token: {env: TOKEN}}")
    assert ntfy == NotifyTarget(
        MessageService.NTFY,
        ValueSource("https://ntfy.sh/topic"),
        frozenset({Event.CHANGES}),
        parse_schedule("weekly mon 08:00"),
        ValueSource(env="TOKEN"),
    )


def test_without_a_word_it_hears_of_problems_and_refusals() -> None:
    ping, url = targets("[{healthchecks: {file: /ping}}, {url: 'http://nas:8080/x?y', headers: {X-Login: {env: L}}}]")
    assert (ping.service, ping.address, ping.events) == (
        MessageService.HEALTHCHECKS,
        ValueSource(file="/ping"),
        USUAL_EVENTS,
    )
    assert url.headers == (Header("X-Login", env="L"),)


def test_an_address_that_may_be_secret_is_not_shown() -> None:
    (target,) = targets("{ntfy: https://ntfy.sh/nobody-knows}")
    assert "nobody-knows" not in repr(target)


@pytest.mark.parametrize(
    ("text", "cron"), [("daily", "0 8 * * *"), ("monthly", "0 8 1 * *"), ("weekly fri 18:00", "0 18 * * 5")]
)
def test_a_digest_comes_by_a_schedule(text: str, cron: str) -> None:
    (target,) = targets(f"{{url: https://example.org, digest: {text}}}")
    assert target.digest is not None
    assert target.digest.cron == cron


def test_an_album_has_a_schedule_of_its_own_or_that_of_the_file() -> None:
    text = "schedule: hourly\ntimezone: America/Chicago\nalbums:\n"
    rules = book(
        text
        + "  - {name: One, match: {favorite: true}}\n"
        + "  - {name: Two, match: {favorite: true}, schedule: monthly 31}\n"
    )
    assert rules.schedule.text == "hourly"
    assert rules.timezone == "America/Chicago"
    assert [album.schedule and album.schedule.text for album in rules.albums] == [None, "monthly 31 04:00"]


def test_where_nothing_is_said_it_is_every_day_at_four() -> None:
    rules = book(ALBUMS)
    assert (rules.schedule.text, rules.timezone, rules.notify) == ("daily 04:00", None, ())


def test_days_that_some_months_lack_are_told() -> None:
    rules, findings = read(f"schedule: monthly 30 05:00\n{ALBUMS}")
    assert rules is not None
    assert findings.warnings == ["1.yaml:1:11: months without such a day are left out; write last for the last day"]


def test_a_machine_without_time_zones_is_told_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "available_timezones", set)
    _, findings = read(f"timezone: Nowhere/Else\n{ALBUMS}")
    assert "install tzdata" in (findings.problems[0].hint or "")
