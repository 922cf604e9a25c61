"""The health of the daemon: for `/healthz`, `/api/status`, `/metrics` and the verb `healthcheck`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from immich_smart_albums.report.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.daemon.state import DaemonState

SILENT = 180.0
"""Seconds without a pulse after which the daemon counts as gone."""

LATE = 900.0
"""Seconds by which a run may be late."""

LONGEST_RUN = 6 * 60 * 60.0
"""Seconds after which a run counts as stuck."""

STATUS_VERSION = 1
"""The version of `/api/status`. It grows when a field changes its meaning or goes away."""


@dataclass(frozen=True, slots=True)
class Health:
    """Problems, and warnings that are no problems yet."""

    problems: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        """Whether there is no problem."""
        return not self.problems


def health_of(state: DaemonState, now: float) -> Health:
    """Returns the health at a time, in seconds since 1970."""
    warnings = [f"messages to {name} are not sent: {why}" for name, why in state.message_failures.items()]
    warnings += [f"a guard refuses changes to {count(len(state.refused), 'album')}"] if state.refused else []
    return Health(tuple(_problems(state, now)), tuple(warnings))


def _problems(state: DaemonState, now: float) -> Iterator[str]:
    if not state.started:
        yield "the daemon never ran"
        return
    if state.ended:
        yield "the daemon was told to end"
    elif now - state.pulse > SILENT:
        yield f"the daemon was last seen at work {int(now - state.pulse):,} seconds ago"
    if state.running_since is not None and now - state.running_since > LONGEST_RUN:
        yield f"a run has been going on for {int((now - state.running_since) / 60):,} minutes"
    elif state.running_since is None and state.next_run and now - seconds_of(state.next_run) > LATE:
        yield f"a run was due at {state.next_run}"
    if state.is_reachable is False:
        yield "Immich does not answer"
    if state.rules_problem:
        yield "the rules file cannot be used as it is; the last good rules count"
    if state.failing:
        yield f"{count(len(state.failing), 'album')} could not be brought up to date"


def seconds_of(text: str) -> float:
    """Returns a time in ISO 8601, in seconds since 1970."""
    return datetime.fromisoformat(text).timestamp()


def status_of(state: DaemonState, now: float) -> dict[str, object]:
    """Returns the JSON of `/api/status`."""
    health, last = health_of(state, now), state.last_run
    return {
        "version": STATUS_VERSION,
        "healthy": health.is_good,
        "problems": list(health.problems),
        "warnings": list(health.warnings),
        "started": state.started or None,
        "running": state.running_since is not None,
        "reachable": state.is_reachable,
        "next_run": state.next_run,
        "last_good": state.last_good,
        "last_run": None if last is None else {name: getattr(last, name) for name in last.__struct_fields__},
        "albums": {
            name: {
                "last_run": started,
                "problem": state.failing.get(name),
                "refused": state.refused.get(name),
            }
            for name, started in state.albums.items()
        },
        "rules_problem": state.rules_problem,
        "totals": {"runs": state.runs, "failed": state.failed_runs, "added": state.added, "removed": state.removed},
    }


def metrics_of(state: DaemonState, now: float, calls: int) -> str:
    """Returns the text of `/metrics`, in Prometheus' format.

    It is written by hand: a dozen figures that are in the state already need no registry, and no package.
    """
    last = state.last_run
    rows: list[tuple[str, str, str, float | None]] = [
        ("healthy", "gauge", "Whether all is well.", float(health_of(state, now).is_good)),
        ("server_reachable", "gauge", "Whether Immich answered last.", _number(state.is_reachable)),
        ("running", "gauge", "Whether a run is going on.", float(state.running_since is not None)),
        ("runs_total", "counter", "Runs since the first start.", state.runs),
        ("failed_runs_total", "counter", "Runs in which something failed or was refused.", state.failed_runs),
        ("photos_added_total", "counter", "Photos added to albums.", state.added),
        ("photos_removed_total", "counter", "Photos taken out of albums.", state.removed),
        ("hook_calls_total", "counter", "Calls of Immich since the start.", calls),
        ("photos_waiting", "gauge", "Photos that the last run left to a later one.", last.waiting if last else None),
        ("last_run_timestamp_seconds", "gauge", "When the last run ended.", seconds_of(last.ended) if last else None),
        ("last_run_exit_code", "gauge", "How the last run ended.", last.exit_code if last else None),
        (
            "last_run_seconds",
            "gauge",
            "How long the last run took.",
            _took(last.started, last.ended) if last else None,
        ),
        ("next_run_timestamp_seconds", "gauge", "When the next run is due.", _time(state.next_run)),
        ("albums_failing", "gauge", "Albums that could not be brought up to date.", len(state.failing)),
        ("albums_refused", "gauge", "Albums whose changes a guard refuses.", len(state.refused)),
    ]
    lines = []
    for name, kind, meaning, value in rows:
        if value is not None:
            full = f"immich_smart_albums_{name}"
            lines += [f"# HELP {full} {meaning}", f"# TYPE {full} {kind}", f"{full} {float(value):.15g}"]
    return "\n".join([*lines, ""])


def _number(value: bool | None) -> float | None:
    return None if value is None else float(value)


def _time(text: str | None) -> float | None:
    return None if text is None else seconds_of(text)


def _took(started: str, ended: str) -> float:
    return seconds_of(ended) - seconds_of(started)
