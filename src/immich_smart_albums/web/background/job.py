"""A plan that is being written, in a thread of its own, while pages show its progress."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from immich_smart_albums.errors import SmartAlbumsError, Stopped
from immich_smart_albums.operations.apply.result import ApplyResult

if TYPE_CHECKING:
    from immich_smart_albums.changes.plan import Plan
    from immich_smart_albums.session.session import Session
    from immich_smart_albums.web.background.library_reader import LibraryReader


class Job:
    """Writes one plan. Its attributes can be read at any time."""

    def __init__(self, session: Session, plan: Plan, reader: LibraryReader) -> None:
        self.plan = plan
        self.result = ApplyResult()
        self.error: SmartAlbumsError | None = None
        self.was_stopped = False
        self._session = session
        self._reader = reader
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="apply")

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """End after the request under way. What was written is in the ledger."""
        self._stop.set()

    def wait(self, seconds: float | None = None) -> None:
        """Wait until it has ended."""
        self._thread.join(seconds)

    @property
    def is_running(self) -> bool:
        """Whether it is being written."""
        return self._thread.is_alive()

    @property
    def done(self) -> int:
        """How many photos were added or removed so far."""
        return sum(len(album.outcomes) + len(album.removals) for album in list(self.result.albums))

    @property
    def total(self) -> int:
        """How many photos the plan adds and removes."""
        return sum(len(album.additions) + len(album.removals) for album in self.plan.albums)

    def _run(self) -> None:
        with self._reader.paused():
            self._write()
        self._session.refresh()  # albums have changed, and searches may be about albums
        self._reader.forget()

    def _write(self) -> None:
        try:
            plan = self.plan
            if plan.undoes is None:
                # The plan is made again and compared: exactly what was shown is written, or nothing.
                plan = self._session.writable(self._session.review(plan, stop=self._stop.is_set))
            self._session.apply(plan, stop=self._stop.is_set, result=self.result)
        except Stopped:
            self.was_stopped = True
        except SmartAlbumsError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - a thread has no boundary above it, and this is our bug
            self.error = SmartAlbumsError(f"this is a bug in immich-smart-albums: {type(error).__name__}")
