"""The daemon's log on stderr: a line for each event, as text or as JSON."""

from __future__ import annotations

import contextlib
import json
import threading
from typing import TYPE_CHECKING, Literal

from immich_smart_albums.report.words import one_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import TextIO

Level = Literal["debug", "info", "warning", "error"]

LEVELS: tuple[Level, ...] = ("debug", "info", "warning", "error")


class Log:
    """Writes lines; safe for threads. Failures to write are ignored."""

    def __init__(
        self,
        stream: TextIO,
        clock: Callable[[], datetime],
        *,
        as_json: bool = False,
        lowest: Level = "info",
    ) -> None:
        self._stream = stream
        self._clock = clock
        self._as_json = as_json
        self._lowest = LEVELS.index(lowest)
        self._lock = threading.Lock()

    def debug(self, event: str, text: str, **facts: object) -> None:
        """Log what helps to find a cause."""
        self._write("debug", event, text, facts)

    def info(self, event: str, text: str, **facts: object) -> None:
        """Log what happens."""
        self._write("info", event, text, facts)

    def warning(self, event: str, text: str, **facts: object) -> None:
        """Log what somebody should look at, some day."""
        self._write("warning", event, text, facts)

    def error(self, event: str, text: str, **facts: object) -> None:
        """Log what does not work."""
        self._write("error", event, text, facts)

    def _write(self, level: Level, event: str, text: str, facts: dict[str, object]) -> None:
        if LEVELS.index(level) < self._lowest:
            return
        time = self._clock().isoformat(timespec="seconds")
        if self._as_json:
            line = json.dumps({"time": time, "level": level, "event": event, "message": text, **facts})
        else:
            line = f"{time} {level} {event}: {one_line(text)}"
        with self._lock, contextlib.suppress(OSError, ValueError):
            self._stream.write(f"{line}\n")
            self._stream.flush()
