"""The ledger of a session, opened for each operation in its own thread."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from immich_smart_albums.ledger.ledger import open_ledger
from immich_smart_albums.session.places import ledger_place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from immich_smart_albums.ledger.ledger import SqliteLedger
    from immich_smart_albums.session.options import SessionOptions


class LedgerAccess:
    """Opens the ledger of a session. A thread that holds it open gets that one again."""

    def __init__(self, options: SessionOptions) -> None:
        """Open nothing yet."""
        self.options = options
        self._held = threading.local()

    @property
    def place(self) -> Path:
        """The ledger's file. Raises ConfigurationError if there is no place for it."""
        return self.options.ledger or ledger_place(self.options.environment)

    @contextmanager
    def holding(self, doing: str | None = None) -> Iterator[None]:
        """Returns a context in which this thread keeps the ledger open over several operations.

        See `Session.holding_ledger`. Raises LedgerError, also if somebody else is writing.
        """
        with open_ledger(self.place, doing=doing) as ledger:
            self._held.ledger, self._held.writes = ledger, doing is not None
            try:
                yield
            finally:
                self._held.ledger = None

    @contextmanager
    def open(self, doing: str | None = None) -> Iterator[SqliteLedger]:
        """Returns a context that gives the ledger, to read; with `doing`, to write.

        The ledger must not leave the thread. Raises LedgerError.
        """
        held: SqliteLedger | None = getattr(self._held, "ledger", None)
        if held is not None and (doing is None or self._held.writes):
            yield held
            return
        with open_ledger(self.place, doing=doing) as ledger:
            yield ledger
