"""Writing without a ledger: nothing is remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from immich_smart_albums.changes.journal import Ending, Intent
    from immich_smart_albums.changes.memory import AlbumKey
    from immich_smart_albums.changes.plan import Observed
    from immich_smart_albums.model.album import Album
    from immich_smart_albums.model.outcome import Outcome


class NullLedger:
    """Fits `operations.ports.Journal`."""

    state = ""

    def begin(self, verb: str, server: str, at: str, undoes: int | None = None) -> int:
        """A run that nobody will ask for."""
        del verb, server, at, undoes
        return 0

    def finish(self, run: int, ending: Ending, at: str) -> None:
        """Not remembered, as all that follows."""

    def bind(self, key: AlbumKey, album: Album) -> None:
        """Not remembered."""

    def rename(self, before: AlbumKey, now: AlbumKey) -> None:
        """Not remembered."""

    def learn(self, key: AlbumKey, learned: Observed, matched: int | None, split: str = "") -> None:
        """Not remembered."""

    def intend(self, intent: Intent, updated: Callable[[], str]) -> int:
        """Not remembered, so the album is not even looked at."""
        del intent, updated
        return 0

    def settle(self, write: int, outcomes: Mapping[str, Outcome], album: Album | None = None) -> None:
        """Not remembered."""

    def covered(self, write: int, before: str, after: str) -> None:
        """Not remembered."""

    def refuse(self, write: int) -> None:
        """Not remembered."""
