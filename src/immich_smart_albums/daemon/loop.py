"""The loop of the daemon: one run at a time, of all albums that are due.

`step` does what is due and returns the seconds until something is due again. Times are arguments, so that a test can
let a year pass.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from immich_smart_albums.daemon.agenda import Agenda, schedules_of
from immich_smart_albums.daemon.approvals import granted
from immich_smart_albums.daemon.photo_watch import PhotoWatch
from immich_smart_albums.daemon.recorder import RunRecorder
from immich_smart_albums.daemon.state import time_text
from immich_smart_albums.errors import ConfigurationError, SmartAlbumsError
from immich_smart_albums.report.words import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from immich_smart_albums.daemon.log import Log
    from immich_smart_albums.daemon.outcome import RunOutcome
    from immich_smart_albums.daemon.ports import Notifier, Runner
    from immich_smart_albums.daemon.state import DaemonStateFile
    from immich_smart_albums.daemon.uploads import UploadQueue

LONGEST_WAIT = 30.0
"""Seconds until the rules files are checked for changes again."""

BACK_OFF = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0)
"""Seconds between tries while the server does not answer."""

QUIET_WAIT = 15 * 60.0
"""Seconds for which nobody is notified that the server does not answer: it may be updating."""

EXTRA = 3600.0
"""Seconds beyond the longest `settle` for which photos are watched."""

SETTLED = 60.0
"""Seconds after the `settle` of a rule at which its waiting photos are due again."""


class Daemon:
    """Runs albums when they are due."""

    def __init__(  # noqa: PLR0913 - what it works with, each with a name
        self,
        runner: Runner,
        state: DaemonStateFile,
        notifier: Notifier,
        log: Log,
        uploads: UploadQueue,
        *,
        now: float,
        hears_of_uploads: bool,
        jitter: float = 0.0,
        random: Callable[[], float] = lambda: 0.0,
        new_token: Callable[[], str],
        link: Callable[[str], str] | None = None,
    ) -> None:
        """With `hears_of_uploads`, one run at the start makes up for the photos that Immich announced meanwhile.

        `link` turns a token into the address at which people allow what a guard refused. None: there is no address.
        """
        self._runner = runner
        self._state = state
        self._notifier = notifier
        self._log = log
        self._uploads = uploads
        self._new_token = new_token
        self._recorder = RunRecorder(state, notifier, log, new_token=new_token, link=link)
        self._watch = PhotoWatch()
        self._agenda = Agenda(runner.zone, jitter=jitter, random=random)
        self._pending: dict[str, None] = {}
        self._reason = "schedule"
        self._tries = 0
        self._is_wait_reported = False
        self._retry_at = now
        self._waiting: dict[str, int] = {}
        self._settled_at: dict[str, float] = {}
        self._begin(now, hears_of_uploads=hears_of_uploads)

    @property
    def agenda(self) -> Agenda:
        """When each album is due."""
        return self._agenda

    def _begin(self, now: float, *, hears_of_uploads: bool) -> None:
        last = {name: datetime.fromisoformat(started) for name, started in self._state.now.albums.items()}
        self._agenda.begin(schedules_of(self._runner.rules), last, _time(now))
        if hears_of_uploads:
            self._add_pending(self._agenda.scheduled, "start")
        self._state.change(
            started=time_text(now), pulse=now, ended=False, running_since=None, waits_since=None, is_reachable=None
        )
        self._update_next_run()

    # -- one step ---------------------------------------------------------------------------------------------------

    def step(self, now: float, clock: Callable[[], float]) -> float:
        """Do what is due. Returns the seconds until something is due again; `clock` is read after a run."""
        self._reload_rules(now)
        self._collect_due(now)
        if self._pending and now >= self._retry_at:
            self._run(now, clock)
            now = clock()
        self._notifier.digests()
        return self._seconds_to_wait(now)

    def _reload_rules(self, now: float) -> None:
        try:
            has_changed = self._runner.reload()
        except ConfigurationError as error:
            text = one_line("; ".join(map(str, error.problems)))
            if text != self._state.now.rules_problem:
                self._log.error("rules.broken", f"the last good rules count: {text}")
                self._state.change(rules_problem=text)
                self._notifier.trouble(f"The rules file cannot be used, and the last good rules count: {text}")
            return
        if has_changed:
            self._agenda.change(schedules_of(self._runner.rules), self._runner.zone, _time(now))
            names = {album.name for album in self._runner.rules.albums}
            state = self._state.now
            self._state.change(
                rules_problem=None,
                albums={name: started for name, started in state.albums.items() if name in names},
                failing={name: why for name, why in state.failing.items() if name in names},
                refused={name: why for name, why in state.refused.items() if name in names},
            )
            self._pending = {name: None for name in self._pending if name in names}
            self._update_next_run()
            self._log.info("rules.read", f"the rules have changed: {len(names)} albums")

    def _collect_due(self, now: float) -> None:
        """Add all albums that are due to the pending ones."""
        self._add_pending(self._agenda.due(_time(now)), "schedule")
        late = self._runner.late_rules
        due = self._uploads.due_at()
        if due is not None and due <= now:
            self._watch.add(self._uploads.take(now), now)
            self._add_pending((name for name in self._agenda.scheduled if name not in late), "upload")
        if self._watch.due_at is not None and self._watch.due_at <= now and now >= self._retry_at:
            self._check_photos(now, [name for name in self._agenda.scheduled if name in late])
        settled = {name for name, time in self._settled_at.items() if time <= now}
        self._add_pending((name for name in self._agenda.scheduled if name in settled), "settled")
        for approval in granted(self._state.now.approvals, now):
            self._add_pending((name for name in self._agenda.scheduled if name == approval.rule), "allowed")

    def _check_photos(self, now: float, late: Collection[str]) -> None:
        """Ask how far Immich has got with new photos; if that has changed, late rules are due."""
        if not late:
            self._watch = PhotoWatch()
            return
        try:
            states = self._runner.photo_states(self._watch.next_ids())
        except SmartAlbumsError as error:
            self._log.debug("photos.unseen", error.message)
            self._watch.postpone(now)
            return
        longest = max((album.settle for album in self._runner.rules.albums), default=0) + EXTRA
        if self._watch.update(states, now, longest=longest):
            self._add_pending(late, "faces")

    def _add_pending(self, names: Iterable[str], reason: str) -> None:
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
            self._notifier.started(run)
        outcome = self._runner.run(names, self._recorder.take_approvals(now))
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
            self._recorder.record(run, outcome, names, reason, started=now, ended=ended)
        self._state.change(running_since=None)
        self._update_next_run()

    def _note_waiting(self, outcome: RunOutcome, names: Collection[str], now: float) -> None:
        """Let albums with waiting photos run again once their `settle` is over, unless as many wait then."""
        settle = {album.name: album.settle for album in self._runner.rules.albums}
        for name in names:
            waiting = sum(album.waiting for album in outcome.albums if album.rule == name)
            due = self._settled_at.pop(name, None)
            was_due = due is not None and due <= now
            if waiting and not (was_due and waiting == self._waiting.get(name)):
                soon = now + settle.get(name, 0) + SETTLED
                self._settled_at[name] = soon if due is None or was_due else due
            self._waiting[name] = waiting

    def _put_off(self, run: str, outcome: RunOutcome, now: float, ended: float) -> None:
        """Try again later. The log says so once, and people are notified once it takes long."""
        self._retry_at = ended + BACK_OFF[min(self._tries, len(BACK_OFF) - 1)]
        self._tries += 1
        why = "; ".join(outcome.problems)
        if self._tries == 1:
            self._log.warning("server.waiting", f"waiting, and trying again: {why}")
            self._notifier.ended(run, outcome, (), {})
        since = self._state.now.waits_since or now
        if now - since >= QUIET_WAIT and not self._is_wait_reported:
            self._is_wait_reported = True
            self._notifier.trouble(f"Waiting since {time_text(since)}: {why}")
        self._state.change(waits_since=since, is_reachable=outcome.is_reachable)

    # -- the next run ------------------------------------------------------------------------------------------------

    def _update_next_run(self) -> None:
        time = self._agenda.next()
        # An album that never ran has always been due; that is no time to show.
        text = None if time is None or time.year in (1, 9999) else time.isoformat(timespec="seconds")
        self._state.change(next_run=text)

    def _seconds_to_wait(self, now: float) -> float:
        times = [now + LONGEST_WAIT]
        if self._pending:
            times.append(self._retry_at)
        else:
            time = self._agenda.next()
            times += [] if time is None else [_seconds(time)]
        times += [] if self._pending else self._settled_at.values()
        times += [time for time in (self._uploads.due_at(), self._watch.due_at) if time is not None]
        return max(0.0, min(times) - now)


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _seconds(time: datetime) -> float:
    return time.timestamp() if time.year > 1 else 0.0
