"""What the ledger knows, and forgetting of it; the server is not asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.operations.forget import forget, forget_album, known_album
from immich_smart_albums.operations.history import history

if TYPE_CHECKING:
    from collections.abc import Sequence

    from immich_smart_albums.changes.journal import KnownAlbum, Run, Write
    from immich_smart_albums.changes.memory import AlbumMemory
    from immich_smart_albums.operations.history import RunHistory
    from immich_smart_albums.session.workplace import Workplace


class Remembered:
    """Runs and albums that the ledger knows; see `Session`."""

    def __init__(self, work: Workplace) -> None:
        """Nothing is read yet."""
        self._work = work

    def history(self, most: int = 1000) -> list[RunHistory]:
        """See `Session.history`."""
        with self._work.ledger() as ledger:
            return history(ledger, most=most)

    def run(self, run: int) -> tuple[Run, list[Write]]:
        """See `Session.run`."""
        with self._work.ledger() as ledger:
            record = next((known_run for known_run in ledger.runs() if known_run.id == run), None)
            if record is None:
                hint = "history without a number lists the runs."
                raise ConfigurationError((Problem("RUN", f"the ledger knows no run {run}", hint),))
            return record, ledger.writes(run)

    def known_albums(self) -> list[KnownAlbum]:
        """See `Session.known_albums`."""
        with self._work.ledger() as ledger:
            return ledger.albums()

    def known_album(self, name: str) -> tuple[KnownAlbum, AlbumMemory]:
        """See `Session.known_album`."""
        with self._work.ledger() as ledger:
            album = known_album(name, ledger)
            return album, ledger.memory(album.key)

    def forget(self, name: str, assets: Sequence[str] = ()) -> tuple[KnownAlbum, int]:
        """See `Session.forget`."""
        with self._work.ledger("ledger forget") as ledger:
            album = known_album(name, ledger)
            return album, forget(album, assets, ledger)

    def forget_album(self, name: str) -> KnownAlbum:
        """See `Session.forget_album`."""
        with self._work.ledger("ledger forget") as ledger:
            album = known_album(name, ledger)
            forget_album(album, ledger)
            return album
