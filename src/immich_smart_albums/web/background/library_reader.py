"""Reading of the library into memory, in the background, while no page waits for an answer."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from immich_smart_albums.errors import SmartAlbumsError, Stopped
from immich_smart_albums.model.query import WHOLE_LIBRARY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from immich_smart_albums.session.session import Session
    from immich_smart_albums.web.background.progress import Progress


QUIET = 0.5
"""Seconds without a request of a page before reading goes on."""


class LibraryReader:
    """Reads the library once in a thread, gives way to pages, and reads again after `forget`."""

    def __init__(self, session: Session, progress: Progress, clock: Callable[[], float] = time.monotonic) -> None:
        self._session = session
        self._progress = progress
        self._begun_at = 0
        self.total: int | None = None
        """About how many photos there are to read. None if that is not known, or nothing is left to read."""
        self._clock = clock
        self._quiet_from = 0.0
        self._waiting = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._forgotten = 0
        """How often what was read was forgotten."""
        self._read: int | None = None
        """The value of `_forgotten` for which the library was read. None: it never was."""

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Returns a context in which nothing is read, so that a page need not wait."""
        with self._changed:
            self._waiting += 1
        try:
            yield
        finally:
            with self._changed:
                self._waiting -= 1
                self._quiet_from = self._clock() + QUIET
                self._changed.notify_all()

    def begin(self) -> None:
        """Begin to read, as soon as no page waits."""
        with self._changed:
            if self._thread is None and self._has_more():
                self._begun_at = self._progress.read
                self._thread = threading.Thread(target=self._run, name="library", daemon=True)
                self._thread.start()

    @property
    def is_reading(self) -> bool:
        """Whether there is something left to read."""
        return self._thread is not None

    @property
    def read(self) -> int:
        """How many photos were read since it began."""
        return self._progress.read - self._begun_at

    def wait(self) -> None:
        """Wait until there is nothing left to read."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def forget(self) -> None:
        """Note that the session dropped what was read."""
        self._forgotten += 1

    def _has_more(self) -> bool:
        return self._read != self._forgotten or self._session.leaves_open

    def _give_way(self) -> None:
        """Block while a page waits, and a little longer: it may ask again."""
        with self._changed:
            while self._waiting or self._clock() < self._quiet_from:
                self._changed.wait(QUIET)

    def _run(self) -> None:
        with suppress(SmartAlbumsError):  # then pages read what they need, and show what is wrong
            while self._has_more():
                self._read_on(self._forgotten)
        with self._changed:
            self._thread = None

    def _read_on(self, forgotten: int) -> None:
        def is_forgotten() -> bool:
            self._give_way()
            return self._forgotten != forgotten

        with suppress(Stopped):
            self._give_way()
            sizes = [self._session.estimate(WHOLE_LIBRARY, account=name) for name in self._session.accounts.present]
            self.total = sum(size for size in sizes if size is not None) or None
            self._session.read_library(stop=is_forgotten)
            self.total = None
            self._session.close_open(stop=is_forgotten)
            self._read = forgotten
