"""Records the outcome of a run in the state, and notifies people of it: problems, changes, offers to allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from immich_smart_albums.daemon.approvals import granted, offer, without_granted
from immich_smart_albums.daemon.messages.message import problem_lines
from immich_smart_albums.daemon.state import LastRun, Tally, time_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from immich_smart_albums.daemon.log import Log
    from immich_smart_albums.daemon.outcome import RunOutcome
    from immich_smart_albums.daemon.ports import Notifier
    from immich_smart_albums.daemon.state import Approval, DaemonState, DaemonStateFile

T = TypeVar("T")


class RunRecorder:
    """Records runs in state and log, and notifies people."""

    def __init__(
        self,
        state: DaemonStateFile,
        notifier: Notifier,
        log: Log,
        *,
        new_token: Callable[[], str],
        link: Callable[[str], str] | None,
    ) -> None:
        """`link` turns a token into the address where people allow what a guard refused. None: there is no address."""
        self._state = state
        self._notifier = notifier
        self._log = log
        self._new_token = new_token
        self._link = link

    def take_approvals(self, now: float) -> tuple[Approval, ...]:
        """Returns what was allowed, and removes it before anything is written: once is once, whatever happens."""
        approvals: tuple[Approval, ...] = ()

        def take(state: DaemonState) -> dict[str, object]:
            nonlocal approvals
            approvals = granted(state.approvals, now)
            return {"approvals": without_granted(state.approvals)} if approvals else {}

        self._state.alter(take)
        return approvals

    def record(  # noqa: PLR0913 - what there is to know of a run
        self,
        run: str,
        outcome: RunOutcome,
        names: Collection[str],
        reason: str,
        *,
        started: float,
        ended: float,
    ) -> None:
        """Record the outcome of a run of these albums, log it, and notify of it. Times are seconds since 1970."""
        last_run = LastRun(
            time_text(started),
            time_text(ended),
            reason,
            outcome.exit_code,
            len(outcome.albums),
            outcome.added,
            outcome.removed,
            outcome.waiting,
        )
        state = self._state.now
        failing, refused = _without(state.failing, names), _without(state.refused, names)
        for album in outcome.albums:
            failing |= {album.rule: "; ".join(album.problems)} if album.problems else {}
            refused |= {album.rule: "; ".join(album.refusals)} if album.refusals else {}
        if outcome.problems and not outcome.albums:
            failing |= dict.fromkeys(names, "; ".join(outcome.problems))
        lines = problem_lines(outcome)
        reported = {**_without(state.told, {*names, ""}), **lines}
        before = {line for texts in state.told.values() for line in texts}
        news = frozenset(line for texts in lines.values() for line in texts if line not in before)
        offers = self._offers(outcome, ended)
        is_bad = bool(outcome.exit_code)
        self._state.change(
            last_run=last_run,
            last_good=state.last_good if is_bad else last_run.ended,
            albums={**state.albums, **dict.fromkeys(names, last_run.started)},
            failing=failing,
            refused=refused,
            is_reachable=True,
            waits_since=None,
            told=reported,
            runs=state.runs + 1,
            failed_runs=state.failed_runs + is_bad,
            added=state.added + outcome.added,
            removed=state.removed + outcome.removed,
            tallies={name: _counted(tally, outcome) for name, tally in state.tallies.items()},
        )
        self._notifier.ended(run, outcome, news, offers)
        if before and not reported:
            self._notifier.recovered()
        self._log_run(outcome, reason, ended - started)

    def _offers(self, outcome: RunOutcome, now: float) -> dict[str, str]:
        """Record offers to allow refused changes. Returns their links, by the album's name in plans."""
        link, offers = self._link, dict[str, str]()
        refused = [album for album in outcome.albums if album.fingerprint]
        if link is None or not refused:
            return offers

        def offered(state: DaemonState) -> dict[str, object]:
            approvals = state.approvals
            for album in refused:
                approvals, token = offer(approvals, album, self._new_token, now)
                offers.update({album.plan_name: link(token)} if token else {})
            return {"approvals": approvals}

        self._state.alter(offered)
        return offers

    def _log_run(self, outcome: RunOutcome, reason: str, seconds: float) -> None:
        facts = {
            "reason": reason,
            "exit_code": outcome.exit_code,
            "added": outcome.added,
            "removed": outcome.removed,
            "waiting": outcome.waiting,
            "seconds": round(seconds, 3),
        }
        level = self._log.error if outcome.problems else self._log.warning if outcome.exit_code else self._log.info
        level("run.ended", f"{outcome.words} in {seconds:.1f} s", **facts)
        for text in sorted({line for texts in problem_lines(outcome).values() for line in texts}):
            self._log.error("run.problem", text)


def _counted(tally: Tally, outcome: RunOutcome) -> Tally:
    added, removed = dict(tally.added), dict(tally.removed)
    for album in outcome.albums:
        if album.added:
            added[album.name] = added.get(album.name, 0) + album.added
        if album.removed:
            removed[album.name] = removed.get(album.name, 0) + album.removed
    return Tally(tally.since, tally.runs + 1, tally.failed + bool(outcome.exit_code), added, removed)


def _without(texts: dict[str, T], names: Collection[str]) -> dict[str, T]:
    return {name: text for name, text in texts.items() if name not in names}
