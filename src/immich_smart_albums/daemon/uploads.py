"""Debounces the photos that Immich announces, so that one run does for many of them.

A run is due two seconds after the last photo, and at most eight after the first. During a large upload there is one run
a minute, then one every five minutes, then every fifteen.
"""

from __future__ import annotations

import threading
from collections import deque

QUIET = 2.0
"""Seconds after the last photo at which a run is due."""

LONGEST = 8.0
"""Seconds after the first photo at which a run is due although more are coming."""

FEW = 10
"""Calls in a minute up to which an upload is small."""

GAPS = (60.0, 300.0, 900.0)
"""Seconds between the starts of runs during a large upload: the first, the second, and all later gaps."""

MOST = 5000
"""Ids that are remembered. A run finds the other photos, too."""

_MINUTE = 60.0


class UploadQueue:
    """Ids of announced photos, from any thread; times are seconds of one clock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids: dict[str, None] = {}
        self._first: float | None = None
        self._last = 0.0
        self._recent: deque[float] = deque(maxlen=FEW + 1)
        self._gaps = 0
        self._not_before = 0.0
        self.calls = 0
        """How many calls there were since the start."""

    def note(self, asset_id: str, now: float) -> None:
        """Add the id of a photo that is new, or has changed."""
        with self._lock:
            self.calls += 1
            self._first = now if self._first is None else self._first
            self._last = now
            self._recent.append(now)
            if len(self._ids) < MOST:
                self._ids[asset_id] = None

    def due_at(self) -> float | None:
        """Returns when a run is due. None if there is no photo."""
        with self._lock:
            if self._first is None:
                return None
            soon = min(self._last + QUIET, self._first + LONGEST)
            return max(soon, self._not_before) if self._is_large() else soon

    def take(self, now: float) -> tuple[str, ...]:
        """Returns the ids so far, the oldest first, and removes them: their run starts now."""
        with self._lock:
            ids = tuple(self._ids)
            if self._is_large():
                self._gaps = self._gaps + 1 if now < self._not_before + _MINUTE else 1
                self._not_before = now + GAPS[min(self._gaps, len(GAPS)) - 1]
            self._ids.clear()
            self._first = None
            return ids

    def _is_large(self) -> bool:
        return len(self._recent) > FEW and self._recent[-1] - self._recent[0] <= _MINUTE
