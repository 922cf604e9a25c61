"""The library, read into memory in the background while nobody needs the session for something else."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from immich_smart_albums.errors import SmartAlbumsError, Stopped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.session.session import Session

QUIET = 1.0
"""Seconds without a question of a page until it is read on."""


class LibraryReader:
    """Reads once, makes way for everything else, and begins anew after what was read is forgotten."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._waiting = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self.is_done = False

    @contextmanager
    def making_way(self) -> Iterator[None]:
        """While this lasts nothing is read, so that a page does not wait."""
        with self._changed:
            self._waiting += 1
        try:
            yield
        finally:
            with self._changed:
                self._waiting -= 1
                self._changed.notify_all()

    def begin(self) -> None:
        """Read from now on, as soon as nobody asks for anything."""
        with self._changed:
            if self._thread is None and self._has_more():
                self._thread = threading.Thread(target=self._run, name="library", daemon=True)
                self._thread.start()

    @property
    def is_reading(self) -> bool:
        """Whether there is something left to read."""
        return self._thread is not None

    def wait(self) -> None:
        """Wait until there is nothing left to read."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def forget(self) -> None:
        """What was read is not there any more."""
        self.is_done = False

    def _has_more(self) -> bool:
        return not self.is_done or self._session.leaves_open

    def _is_waited_for(self) -> bool:
        return self._waiting > 0

    def _run(self) -> None:
        with suppress(SmartAlbumsError):  # then pages read what they need, and tell what is wrong
            while self._has_more():
                with self._changed:
                    if self._is_waited_for() or self._changed.wait(QUIET):
                        continue
                with suppress(Stopped):
                    self._session.read_library(stop=self._is_waited_for)
                    self._session.close_open(stop=self._is_waited_for)
                    self.is_done = True
        with self._changed:
            self._thread = None
