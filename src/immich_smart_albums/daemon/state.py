"""The state of the daemon, in a file beside the ledger, for restarts and health checks.

Nothing is lost with the file: without it, the next start runs everything once.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import structs

if TYPE_CHECKING:
    from collections.abc import Callable

FILE = "daemon.json"
"""Its name; it is beside the ledger."""


class LastRun(msgspec.Struct, frozen=True):
    """Summary of a run; times are ISO 8601 in UTC."""

    started: str
    ended: str
    reason: str
    """schedule, upload, faces, settled, start, or allowed."""
    exit_code: int
    albums: int
    added: int = 0
    removed: int = 0
    waiting: int = 0


class Approval(msgspec.Struct, frozen=True):
    """Permission to change more than a guard allows, once; as long as it is not granted, the offer of it."""

    token: str
    """SHA-256 of the token in the message."""
    rule: str
    """The rule's name in the rules file."""
    album: str
    """The album's name in plans, which is another where the rule is split."""
    fingerprint: str
    """The fingerprint of the changes."""
    expires: float
    """Seconds since 1970."""
    is_granted: bool = False


class Tally(msgspec.Struct, frozen=True):
    """Counts of what happened since the last digest."""

    since: str
    runs: int = 0
    failed: int = 0
    added: dict[str, int] = {}
    removed: dict[str, int] = {}


class DaemonState(msgspec.Struct, frozen=True):
    """The state."""

    version: int = 1
    started: str = ""
    pulse: float = 0.0
    """When the daemon was last seen at work, in seconds since 1970."""
    running_since: float | None = None
    ended: bool = False
    """Whether it has ended because it was told to."""
    last_run: LastRun | None = None
    last_good: str | None = None
    """When a run last ended without any problem."""
    next_run: str | None = None
    albums: dict[str, str] = {}
    """When each album ran last, by the name of its rule."""
    failing: dict[str, str] = {}
    """Why albums could not be brought up to date, by the name of their rule."""
    refused: dict[str, str] = {}
    """What guards refused, by the name of the rule."""
    rules_problem: str | None = None
    """Why the rules files cannot be used now; the last good rules stay in force."""
    is_reachable: bool | None = None
    waits_since: float | None = None
    """Since when the server has not answered."""
    told: dict[str, tuple[str, ...]] = {}
    """Problems and refusals that people were notified of and that are still there, by the name of the rule."""
    message_failures: dict[str, str] = {}
    """Why messages could not be sent, by target."""
    approvals: tuple[Approval, ...] = ()
    tallies: dict[str, Tally] = {}
    """The counts for each target that gets digests."""
    runs: int = 0
    """Runs since the first start, as the three that follow."""
    failed_runs: int = 0
    added: int = 0
    removed: int = 0


class DaemonStateFile:
    """The state and its file; safe for threads."""

    def __init__(self, path: Path, on_trouble: Callable[[str], None]) -> None:
        """Read the file, if there is one. A damaged one counts as none, and is reported."""
        self._path = path
        self._on_trouble = on_trouble
        self._lock = threading.Lock()
        self._is_reported = False
        self._state = DaemonState()
        try:
            self._state = read_state(path) or DaemonState()
        except ValueError as error:
            on_trouble(f"{path} cannot be used, so everything runs once: {error}")

    @property
    def now(self) -> DaemonState:
        """The state."""
        return self._state

    def change(self, **changes: Any) -> DaemonState:  # noqa: ANN401 - each field has a type of its own
        """Change some fields, and save the state. A file that cannot be written is reported once."""
        return self.alter(lambda _: changes)

    def alter(self, changes_of: Callable[[DaemonState], dict[str, Any]]) -> DaemonState:
        """Change the fields that a function of the state returns, in one step, and save the state."""
        with self._lock:
            self._state = structs.replace(self._state, **changes_of(self._state))
            try:
                _write(self._path, msgspec.json.encode(self._state))
            except OSError as error:
                if not self._is_reported:
                    self._on_trouble(f"{self._path} cannot be written: {error.strerror}; after a restart all runs once")
                self._is_reported = True
            else:
                self._is_reported = False
            return self._state


def time_text(seconds: float) -> str:
    """Returns a time in seconds since 1970 as the state has it: ISO 8601, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def read_state(path: Path) -> DaemonState | None:
    """Returns the state in a file. None if there is none. Raises ValueError, which says why it cannot be used."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ValueError(error.strerror) from None
    try:
        state = msgspec.json.decode(data, type=DaemonState)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from None
    if state.version != DaemonState().version:
        message = f"it is of version {state.version}"
        raise ValueError(message)
    return state


def _write(path: Path, data: bytes) -> None:
    """Write a file, whole or not at all, readable by its owner only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)  # not forced to the disk: after a power failure everything runs once, and that is all
        Path(name).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
