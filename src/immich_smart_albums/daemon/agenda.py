"""The agenda: which albums are due by their schedules, and when the next one is.

Times are computed from the last run of each album. So an album that was due several times while the daemon was down, or
during another run, is due once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import tzinfo

    from immich_smart_albums.rules.album import RuleSet
    from immich_smart_albums.rules.schedule import Schedule


def schedules_of(rules: RuleSet) -> dict[str, Schedule]:
    """Returns the schedule of each album, by the name of its rule."""
    return {album.name: album.schedule or rules.schedule for album in rules.albums}


class Agenda:
    """The schedules of albums, and when each ran last."""

    def __init__(self, zone: tzinfo, *, jitter: float = 0.0, random: Callable[[], float] = lambda: 0.0) -> None:
        """`jitter` is the number of seconds by which runs are delayed at most, each by another random time."""
        self._zone = zone
        self._jitter = jitter
        self._random = random
        self._delay = self._random_delay()
        self._schedules: Mapping[str, Schedule] = {}
        self._since: dict[str, datetime] = {}
        self._times: dict[tuple[str, datetime], datetime] = {}

    def begin(self, schedules: Mapping[str, Schedule], last: Mapping[str, datetime], now: datetime) -> None:
        """Start with the times of earlier runs. An album that never ran is due at once."""
        self._schedules = schedules
        # A clock that was set back must not put off an album until it shows that time again.
        self._since = {name: min(last[name], now) for name in schedules if name in last}

    def change(self, schedules: Mapping[str, Schedule], zone: tzinfo, now: datetime) -> None:
        """Go on with other schedules. An album that is new waits for its time."""
        self._zone = zone
        since = self._since
        self._times.clear()
        self._since = {name: since.get(name, now) for name in schedules if name in since or name not in self._schedules}
        self._schedules = schedules

    @property
    def scheduled(self) -> tuple[str, ...]:
        """The albums that have a schedule."""
        return tuple(name for name, schedule in self._schedules.items() if schedule.cron or schedule.seconds)

    def due(self, now: datetime) -> tuple[str, ...]:
        """Returns the albums that are due."""
        return tuple(name for name in self.scheduled if self._time_of(name) <= now)

    def next(self) -> datetime | None:
        """Returns when the next album is due, which may be in the past. None if none ever is."""
        return min((self._time_of(name) for name in self.scheduled), default=None)

    def ran(self, names: Iterable[str], started: datetime) -> None:
        """Note a run of albums."""
        self._since |= dict.fromkeys(names, started)
        self._times.clear()
        self._delay = self._random_delay()

    @property
    def last(self) -> Mapping[str, datetime]:
        """When each album ran last. Albums that never ran are missing."""
        return self._since

    def _time_of(self, name: str) -> datetime:
        since = self._since.get(name)
        if since is None:
            return datetime.min.replace(tzinfo=UTC)
        if (name, since) not in self._times:
            time = self._schedules[name].next(since, self._zone)
            self._times[name, since] = datetime.max.replace(tzinfo=UTC) if time is None else time.astimezone(UTC)
        time = self._times[name, since]
        return time + self._delay if time.year < 9999 else time

    def _random_delay(self) -> timedelta:
        return timedelta(seconds=self._jitter * self._random())
