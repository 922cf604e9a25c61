"""The daemon's next runs in sentences: from the schedules of the rules, and from the daemon's own state."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from immich_smart_albums.config.timezone import zone_of
from immich_smart_albums.daemon.agenda import schedules_of
from immich_smart_albums.daemon.health import health_of
from immich_smart_albums.daemon.state import FILE, read_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import tzinfo
    from pathlib import Path

    from immich_smart_albums.rules.album import RuleSet


def next_runs(rules: RuleSet, environment: Mapping[str, str], now: datetime) -> Iterator[str]:
    """Yields a line for each schedule, if the rules have any."""
    if "schedule" not in rules.source and not any(album.schedule for album in rules.albums):
        return
    zone = zone_of(rules.timezone, environment)
    names: dict[str, list[str]] = {}
    times = {}
    for name, schedule in schedules_of(rules).items():
        names.setdefault(schedule.text, []).append(name)
        times[schedule.text] = schedule.next(now, zone)
    for text, albums in names.items():
        time = times[text]
        when = "never by itself" if time is None else f"next at {local_text(time, zone)} ({text})"
        yield f"{', '.join(albums)}: {when}"


def daemon_lines(ledger: Path, now: float) -> Iterator[str]:
    """Yields lines about the daemon beside a ledger, if there is one."""
    try:
        state = read_state(ledger.with_name(FILE))
    except ValueError as error:
        yield f"daemon: its state cannot be read: {error}"
        return
    if state is None:
        return
    health = health_of(state, now)
    yield f"daemon: {'; '.join(health.problems) if health.problems else 'all is well'}"
    if state.last_run is not None:
        yield f"daemon: last run at {state.last_run.ended}, next at {state.next_run or 'no time'}"


def local_text(time: datetime, zone: tzinfo) -> str:
    """Returns a time as people in a time zone write it."""
    return f"{time.astimezone(zone):%Y-%m-%d %H:%M %Z}".strip()


def utc_now() -> datetime:
    """Returns the time in UTC."""
    return datetime.now(UTC)
