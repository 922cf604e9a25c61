"""A lock for runs of flags that create an album. They have no ledger, and so no lock beside it."""

from __future__ import annotations

import fcntl
import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def one_at_a_time(say: Callable[[str], None]) -> Iterator[None]:
    """Returns a context for one process of this user on this machine at a time; others wait to enter it.

    The lock ends with its process. If no lock can be taken, the process goes on without one. `say` takes a message
    when there is something to wait for.
    """
    try:
        place = Path(tempfile.gettempdir(), f"immich-smart-albums-{os.getuid()}.lock")
        handle = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError:
        yield
        return
    try:
        with suppress(OSError):  # a file system without locks
            _take(handle, say)
        yield
    finally:
        os.close(handle)  # and with it the lock


def _take(handle: int, say: Callable[[str], None]) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("waiting for another run that creates an album")
        fcntl.flock(handle, fcntl.LOCK_EX)
