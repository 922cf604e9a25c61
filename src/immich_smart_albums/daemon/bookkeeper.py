"""Records a run and reports it: how it went, new problems, offers to allow what a guard refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from immich_smart_albums.daemon.approvals import granted, offer, without_granted
from immich_smart_albums.daemon.messages.message import problem_lines
from immich_smart_albums.daemon.state import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from immich_smart_albums.daemon.log import Log
    from immich_smart_albums.daemon.outcome import RunOutcome
    from immich_smart_albums.daemon.ports import Voice
    from immich_smart_albums.daemon.state import Approval, DaemonState, DaemonStateFile, LastRun

T = TypeVar("T")


class Bookkeeper:
    """Keeps the state of what ran, and tells people and the log of it."""

    def __init__(
        self,
        state: DaemonStateFile,
        voice: Voice,
        log: Log,
        *,
        new_token: Callable[[], str],
        link: Callable[[str], str] | None,
    ) -> None:
        """`link` makes the address at which people allow what a guard refused, of a token. None: there is none."""
        self._state = state
        self._voice = voice
        self._log = log
        self._new_token = new_token
        self._link = link

    def take_approvals(self, now: float) -> tuple[Approval, ...]:
        """Returns what was allowed; it is used up before anything is written: once is once, whatever happens."""
        approvals: tuple[Approval, ...] = ()

        def take(state: DaemonState) -> dict[str, object]:
            nonlocal approvals
            approvals = granted(state.approvals, now)
            return {"approvals": without_granted(state.approvals)} if approvals else {}

        self._state.alter(take)
        return approvals

    def account(self, run: str, outcome: RunOutcome, names: Collection[str], record: LastRun, ended: float) -> None:
        """Keep how a run of these albums went, and tell of it; it ended at so many seconds since 1970."""
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
            last_run=record,
            last_good=state.last_good if is_bad else record.ended,
            albums={**state.albums, **dict.fromkeys(names, record.started)},
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
        self._voice.ended(run, outcome, news, offers)
        if before and not reported:
            self._voice.recovered()

    def _offers(self, outcome: RunOutcome, now: float) -> dict[str, str]:
        """The links by which what was refused may be allowed, by the album's name in plans; offers are kept."""
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

    def log(self, outcome: RunOutcome, reason: str, seconds: float) -> None:
        """Write how a run went into the log."""
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
