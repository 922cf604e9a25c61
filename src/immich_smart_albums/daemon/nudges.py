"""Photos that Immich announced, and when a run for them is due: soon, but many of them together.

After one photo two seconds are waited, in case others follow; a stream of them is cut after eight. Where many come, one
run does for all of a minute, then of five minutes, then of fifteen.
"""

from __future__ import annotations

import threading
from collections import deque

QUIET = 2.0
"""Seconds without another call after which a run starts."""

LONGEST = 8.0
"""Seconds after the first call at which a run starts although more are coming."""

FEW = 10
"""So many calls in a minute are no crowd."""

GAPS = (60.0, 300.0, 900.0)
"""Seconds between the starts of runs while crowds come, one after another."""

MOST = 5000
"""Ids that are remembered; a run finds the others all the same."""

_MINUTE = 60.0


class Nudges:
    """Takes ids from any thread; times are in seconds of one clock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids: dict[str, None] = {}
        self._first: float | None = None
        self._last = 0.0
        self._recent: deque[float] = deque(maxlen=FEW + 1)
        self._gaps = 0
        self._not_before = 0.0
        self.calls = 0
        """How many there were in all."""

    def note(self, asset_id: str, now: float) -> None:
        """Take in that there is something new about a photo."""
        with self._lock:
            self.calls += 1
            self._first = now if self._first is None else self._first
            self._last = now
            self._recent.append(now)
            if len(self._ids) < MOST:
                self._ids[asset_id] = None

    def due_at(self) -> float | None:
        """Returns when a run for them is to start. None: there are none."""
        with self._lock:
            if self._first is None:
                return None
            soon = min(self._last + QUIET, self._first + LONGEST)
            return max(soon, self._not_before) if self._is_crowd() else soon

    def take(self, now: float) -> tuple[str, ...]:
        """Returns the ids so far, the oldest first; a run for them starts now."""
        with self._lock:
            ids = tuple(self._ids)
            if self._is_crowd():
                self._gaps = self._gaps + 1 if now < self._not_before + _MINUTE else 1
                self._not_before = now + GAPS[min(self._gaps, len(GAPS)) - 1]
            self._ids.clear()
            self._first = None
            return ids

    def _is_crowd(self) -> bool:
        return len(self._recent) > FEW and self._recent[-1] - self._recent[0] <= _MINUTE
