"""One writer at a time: a lock on a file beside the ledger, which goes away with the process that holds it."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from immich_smart_albums.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def only_writer(ledger: Path, doing: str) -> Iterator[None]:
    """Returns a context that holds the lock. `doing` is shown to others that want it.

    Raises LedgerError if another process holds it, or if the file system has no locks.
    """
    path = ledger.with_name(f"{ledger.name}.lock")
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        hint = "Choose another place with --ledger."
        raise LedgerError(f"the ledger's lock {path} cannot be opened: {error.strerror}", hint=hint) from None
    try:
        _take(handle, ledger)
        with suppress(OSError):  # a full disk: the text is only for messages
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"process {os.getpid()} ({doing})".encode(), 0)
        yield
    finally:
        os.close(handle)  # and with it the lock


def _take(handle: int, ledger: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(handle, 200, 0).decode(errors="replace") or "another process"
        message = f"the ledger {ledger} is being written by {holder}"
        hint = "Wait until it is done. Two runs at once would not know what the other one adds."
        raise LedgerError(message, hint=hint) from None
    except OSError as error:
        message = f"the ledger {ledger} cannot be locked: {error.strerror}"
        hint = "Some network file systems have no locks; keep the ledger on a local disk with --ledger."
        raise LedgerError(message, hint=hint) from None
