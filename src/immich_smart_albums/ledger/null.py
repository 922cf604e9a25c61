"""The ledger of runs by flags, which remembers nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.memory import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from immich_smart_albums.changes.journal import Ending, Intent, KnownAlbum, Run, Write
    from immich_smart_albums.changes.memory import AlbumKey, AlbumMemory, Binding
    from immich_smart_albums.changes.plan import Observed
    from immich_smart_albums.model.album import Album
    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.model.outcome import Outcome


class NullLedger:
    """Fits `operations.ports.ledger.Ledger`: it knows nothing, and records nothing."""

    state = ""
    remembers = False

    def begin(self, verb: str, server: str, time: str, undoes: int | None = None) -> int:
        """Returns a number that stands for no run."""
        del verb, server, time, undoes
        return 0

    def finish(self, run: int, ending: Ending, time: str) -> None:
        """Record nothing."""

    def bind(self, key: AlbumKey, album: Album) -> None:
        """Record nothing."""

    def rename(self, before: AlbumKey, now: AlbumKey, split: str = "") -> None:
        """Record nothing."""

    def learn(self, key: AlbumKey, learned: Observed, matched: int | None, split: str = "") -> None:
        """Record nothing."""

    def intend(self, intent: Intent, updated: str) -> int:
        """Record nothing. Returns a number that stands for no write."""
        del intent, updated
        return 0

    def settle(self, write: int, outcomes: Mapping[str, Outcome], album: Album | None = None) -> None:
        """Record nothing."""

    def covered(self, write: int, before: str, after: str) -> None:
        """Record nothing."""

    def refuse(self, write: int) -> None:
        """Record nothing."""

    def binding(self, key: AlbumKey) -> Binding | None:
        """Returns None: no rule has an album here."""

    def memory(self, key: AlbumKey) -> AlbumMemory:
        """Returns an empty memory."""
        del key
        return NOTHING

    def albums(self) -> list[KnownAlbum]:
        """Returns no albums."""
        return []

    def renames(self) -> dict[AlbumKey, AlbumKey]:
        """Returns no renames."""
        return {}

    def runs(self) -> list[Run]:
        """Returns no runs."""
        return []

    def writes(self, run: int) -> list[Write]:
        """Returns no writes."""
        del run
        return []

    def writes_to(self, key: AlbumKey) -> list[Write]:
        """Returns no writes."""
        del key
        return []

    def unbind(self, key: AlbumKey) -> None:
        """Do nothing."""

    def take_over(self, run: int, key: AlbumKey, user: str, assets: Iterable[Asset]) -> None:
        """Record nothing."""

    def forget(self, key: AlbumKey, asset_ids: Iterable[str]) -> None:
        """Do nothing."""
