"""The part of a session that knows the ledger, and forgets; the server is not asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.operations.forget import forget, forget_album, known_album
from immich_smart_albums.operations.history import history
from immich_smart_albums.session.workplace import SessionPart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from immich_smart_albums.changes.journal import KnownAlbum, Run, Write
    from immich_smart_albums.changes.memory import AlbumMemory
    from immich_smart_albums.operations.history import RunHistory


class Remembered(SessionPart):
    """Runs and albums that the ledger knows."""

    def history(self, most: int = 1000) -> list[RunHistory]:
        """Returns the runs that wrote something, newest first, at most `most`. The server is not asked."""
        with self._work.ledger() as ledger:
            return history(ledger, most=most)

    def run(self, run: int) -> tuple[Run, list[Write]]:
        """Returns a run by its number, and what it wrote, in order.

        Raises ConfigurationError if the ledger knows no such run.
        """
        with self._work.ledger() as ledger:
            record = next((known_run for known_run in ledger.runs() if known_run.id == run), None)
            if record is None:
                hint = "history without a number lists the runs."
                raise ConfigurationError((Problem("RUN", f"the ledger knows no run {run}", hint),))
            return record, ledger.writes(run)

    def known_albums(self) -> list[KnownAlbum]:
        """Returns the albums that the ledger knows, sorted by rule."""
        with self._work.ledger() as ledger:
            return ledger.albums()

    def known_album(self, name: str) -> tuple[KnownAlbum, AlbumMemory]:
        """Returns an album that the ledger knows, and what is remembered of it.

        `name` is the rule's or the album's name, or the album's id or address. Raises ConfigurationError for none, or
        several.
        """
        with self._work.ledger() as ledger:
            album = known_album(name, ledger)
            return album, ledger.memory(album.key)

    def forget(self, name: str, assets: Sequence[str] = ()) -> tuple[KnownAlbum, int]:
        """Let photos in again that people took out of an album: these, by id or address, or all.

        Returns the album, and how many photos. Raises ConfigurationError for an album that the ledger does not know,
        and for a photo that is not kept out.
        """
        with self._work.ledger("ledger forget") as ledger:
            album = known_album(name, ledger)
            return album, forget(album, assets, ledger)

    def forget_album(self, name: str) -> KnownAlbum:
        """Forget which album a rule feeds. Its next run finds one by name, or makes one.

        Returns what was known of the album, which itself is left as it is. Raises ConfigurationError if the ledger
        knows none.
        """
        with self._work.ledger("ledger forget") as ledger:
            album = known_album(name, ledger)
            forget_album(album, ledger)
            return album
