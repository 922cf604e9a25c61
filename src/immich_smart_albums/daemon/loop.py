"""The daemon's day: one run at a time, of all that has fallen due.

`step` does what is due and returns for how many seconds nothing is. Times come in as arguments, so
that a year passes in a test as quickly as it is counted.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from immich_smart_albums.daemon.agenda import Agenda, schedules_of
from immich_smart_albums.daemon.approvals import granted
from immich_smart_albums.daemon.bookkeeper import Bookkeeper
from immich_smart_albums.daemon.settling import Settling
from immich_smart_albums.daemon.state import LastRun
from immich_smart_albums.errors import ConfigurationError, SmartAlbumsError
from immich_smart_albums.report.words import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from immich_smart_albums.daemon.log import Log
    from immich_smart_albums.daemon.nudges import Nudges
    from immich_smart_albums.daemon.outcome import RunOutcome
    from immich_smart_albums.daemon.ports import Household, Voice
    from immich_smart_albums.daemon.state import DaemonStateFile

LONGEST_WAIT = 30.0
"""Seconds until the rules files are looked at again."""

BACK_OFF = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0)
"""Seconds between tries while the server does not answer."""

QUIET_WAIT = 15 * 60.0
"""Seconds for which a server that does not answer is nobody's concern: it may be updated."""

EXTRA = 3600.0
"""Seconds beyond the longest `settle` for which photos are watched."""


SETTLED = 60.0
"""Seconds after the `settle` of a rule at which photos that waited for it are looked at again."""


class Daemon:
    """Runs albums as they fall due."""

    def __init__(  # noqa: PLR0913 - what it works with, each with a name
        self,
        household: Household,
        state: DaemonStateFile,
        voice: Voice,
        log: Log,
        nudges: Nudges,
        *,
        now: float,
        is_nudged: bool,
        jitter: float = 0.0,
        random: Callable[[], float] = lambda: 0.0,
        new_token: Callable[[], str],
        link: Callable[[str], str] | None = None,
    ) -> None:
        """`is_nudged`: whether Immich tells of photos; what it told while nobody listened is made up for by a run.

        `link` makes the address at which people allow what a guard refused, of a token. None: there is no address.
        """
        self._household = household
        self._state = state
        self._voice = voice
        self._log = log
        self._nudges = nudges
        self._new_token = new_token
        self._books = Bookkeeper(state, voice, log, new_token=new_token, link=link)
        self._settling = Settling()
        self._agenda = Agenda(household.zone, jitter=jitter, random=random)
        self._pending: dict[str, None] = {}
        self._reason = "schedule"
        self._tries = 0
        self._is_wait_reported = False
        self._retry_at = now
        self._waiting: dict[str, int] = {}
        self._look_again: dict[str, float] = {}
        self._begin(now, is_nudged=is_nudged)

    @property
    def agenda(self) -> Agenda:
        """What is due when."""
        return self._agenda

    def _begin(self, now: float, *, is_nudged: bool) -> None:
        last = {name: datetime.fromisoformat(started) for name, started in self._state.now.albums.items()}
        self._agenda.begin(schedules_of(self._household.rules), last, _time(now))
        if is_nudged:
            self._want(self._agenda.running, "start")
        self._state.change(
            started=_text(now), pulse=now, ended=False, running_since=None, waits_since=None, is_reachable=None
        )
        self._plan_next()

    # -- one step ---------------------------------------------------------------------------------------------------

    def step(self, now: float, clock: Callable[[], float]) -> float:
        """Do what is due, and return for how many seconds nothing is; `clock` tells how long a run took."""
        self._reread(now)
        self._gather(now)
        if self._pending and now >= self._retry_at:
            self._run(now, clock)
            now = clock()
        self._voice.digests()
        return self._wait_from(now)

    def _reread(self, now: float) -> None:
        try:
            has_changed = self._household.reload()
        except ConfigurationError as error:
            text = one_line("; ".join(map(str, error.problems)))
            if text != self._state.now.rules_problem:
                self._log.error("rules.broken", f"the last good rules count: {text}")
                self._state.change(rules_problem=text)
                self._voice.trouble(f"The rules file cannot be used, and the last good rules count: {text}")
            return
        if has_changed:
            self._agenda.change(schedules_of(self._household.rules), self._household.zone, _time(now))
            names = {album.name for album in self._household.rules.albums}
            state = self._state.now
            self._state.change(
                rules_problem=None,
                albums={name: started for name, started in state.albums.items() if name in names},
                failing={name: why for name, why in state.failing.items() if name in names},
                refused={name: why for name, why in state.refused.items() if name in names},
            )
            self._pending = {name: None for name in self._pending if name in names}
            self._plan_next()
            self._log.info("rules.read", f"the rules have changed: {len(names)} albums")

    def _gather(self, now: float) -> None:
        """Put together all that is due."""
        self._want(self._agenda.due(_time(now)), "schedule")
        late = self._household.settling
        due = self._nudges.due_at()
        if due is not None and due <= now:
            self._settling.add(self._nudges.take(now), now)
            self._want((name for name in self._agenda.running if name not in late), "upload")
        if self._settling.look_at is not None and self._settling.look_at <= now and now >= self._retry_at:
            self._look(now, [name for name in self._agenda.running if name in late])
        settled = {name for name, time in self._look_again.items() if time <= now}
        self._want((name for name in self._agenda.running if name in settled), "settled")
        for approval in granted(self._state.now.approvals, now):
            self._want((name for name in self._agenda.running if name == approval.rule), "allowed")

    def _look(self, now: float, late: Collection[str]) -> None:
        """Look at photos that are on their way: is there anything new to albums that rest on faces and content?"""
        if not late:
            self._settling = Settling()
            return
        try:
            sights = self._household.look(self._settling.to_look_at())
        except SmartAlbumsError as error:
            self._log.debug("photos.unseen", error.message)
            self._settling.failed(now)
            return
        longest = max((album.settle for album in self._household.rules.albums), default=0) + EXTRA
        if self._settling.seen(sights, now, longest=longest):
            self._want(late, "faces")

    def _want(self, names: Iterable[str], reason: str) -> None:
        before = len(self._pending)
        self._pending |= dict.fromkeys(names)
        if not before and self._pending:
            self._reason = reason

    # -- one run ----------------------------------------------------------------------------------------------------

    def _run(self, now: float, clock: Callable[[], float]) -> None:
        names, reason = tuple(self._pending), self._reason
        run, is_waiting = self._new_token()[:32], self._tries > 0
        self._state.change(running_since=now, pulse=now)
        if not is_waiting:
            self._log.info("run.started", f"{reason}: {', '.join(names)}", reason=reason, albums=len(names))
            self._voice.started(run)
        outcome = self._household.run(names, self._books.take_approvals(now))
        ended = clock()
        if outcome.is_put_off:
            self._put_off(run, outcome, now, ended)
        else:
            self._pending, self._retry_at = {}, ended
            self._agenda.ran(names, _time(now))
            self._note_waiting(outcome, names, ended)
            if is_waiting:
                self._tries, self._is_wait_reported = 0, False
                self._log.info("server.back", "Immich answers again")
            self._books.account(
                run,
                outcome,
                names,
                LastRun(
                    _text(now),
                    _text(ended),
                    reason,
                    outcome.exit_code,
                    len(outcome.albums),
                    outcome.added,
                    outcome.removed,
                    outcome.waiting,
                ),
                ended,
            )
            self._books.log(outcome, reason, ended - now)
        self._state.change(running_since=None)
        self._plan_next()

    def _note_waiting(self, outcome: RunOutcome, names: Collection[str], now: float) -> None:
        """Albums in which photos wait run again once their time is over; where as many wait then, by schedule."""
        settle = {album.name: album.settle for album in self._household.rules.albums}
        for name in names:
            waiting = sum(album.waiting for album in outcome.albums if album.rule == name)
            due = self._look_again.pop(name, None)
            was_due = due is not None and due <= now
            if waiting and not (was_due and waiting == self._waiting.get(name)):
                soon = now + settle.get(name, 0) + SETTLED
                self._look_again[name] = soon if due is None or was_due else due
            self._waiting[name] = waiting

    def _put_off(self, run: str, outcome: RunOutcome, now: float, ended: float) -> None:
        """Try again later; said once, and told to people once it takes long."""
        self._retry_at = ended + BACK_OFF[min(self._tries, len(BACK_OFF) - 1)]
        self._tries += 1
        why = "; ".join(outcome.problems)
        if self._tries == 1:
            self._log.warning("server.waiting", f"waiting, and trying again: {why}")
            self._voice.ended(run, outcome, (), {})
        since = self._state.now.waits_since or now
        if now - since >= QUIET_WAIT and not self._is_wait_reported:
            self._is_wait_reported = True
            self._voice.trouble(f"Waiting since {_text(since)}: {why}")
        self._state.change(waits_since=since, is_reachable=outcome.is_reachable)

    # -- when next --------------------------------------------------------------------------------------------------

    def _plan_next(self) -> None:
        time = self._agenda.next()
        # What never ran is due since ever; that is no time to show.
        text = None if time is None or time.year in (1, 9999) else time.isoformat(timespec="seconds")
        self._state.change(next_run=text)

    def _wait_from(self, now: float) -> float:
        times = [now + LONGEST_WAIT]
        if self._pending:
            times.append(self._retry_at)
        else:
            time = self._agenda.next()
            times += [] if time is None else [_seconds(time)]
        times += [] if self._pending else self._look_again.values()
        times += [time for time in (self._nudges.due_at(), self._settling.look_at) if time is not None]
        return max(0.0, min(times) - now)


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _seconds(time: datetime) -> float:
    return time.timestamp() if time.year > 1 else 0.0


def _text(seconds: float) -> str:
    return _time(seconds).isoformat(timespec="seconds")
