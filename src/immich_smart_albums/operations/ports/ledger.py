"""The ledger as operations know it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from immich_smart_albums.changes.journal import Ending, Intent, KnownAlbum, Run, Write
    from immich_smart_albums.changes.memory import AlbumKey, AlbumMemory, Binding
    from immich_smart_albums.changes.plan import Observed
    from immich_smart_albums.model.album import Album
    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.model.outcome import Outcome


class Journal(Protocol):
    """Records a plan while it is written. Everything here raises LedgerError.

    What a method writes is written for good when it returns, all of it or nothing.
    """

    @property
    def state(self) -> str:
        """Which ledger this is, and how often it changed. Empty for one that remembers nothing."""
        ...

    def begin(self, verb: str, server: str, time: str, undoes: int | None = None) -> int:
        """Start a run, and return its number. `undoes` is the run that it takes back."""
        ...

    def finish(self, run: int, ending: Ending, time: str) -> None:
        """End a run."""
        ...

    def bind(self, key: AlbumKey, album: Album) -> None:
        """Remember which album a rule feeds, and its name."""
        ...

    def rename(self, before: AlbumKey, now: AlbumKey, split: str = "") -> None:
        """Know an album, and all that is remembered of it, by another rule from now on.

        It stays as it is if the other rule has an album already. With `split`, the name of a rule that is split, all
        albums are that rule's which were of the rule before; `before` may be that rule as well.
        """
        ...

    def learn(self, key: AlbumKey, learned: Observed, matched: int | None, split: str = "") -> None:
        """Remember what people did to an album, and how many photos the rule selects. None if not known.

        `split` is the name of a rule that is split into several albums, of which this is one.
        """
        ...

    def intend(self, intent: Intent, updated: Callable[[], str]) -> int:
        """Remember that a request is about to be sent, and return the number of the write.

        `updated` gives the album's `updatedAt` right before.
        """
        ...

    def settle(self, write: int, outcomes: Mapping[str, Outcome], album: Album | None = None) -> None:
        """Remember what a request did: what became of each photo, and the album that it created."""
        ...

    def covered(self, write: int, before: str, after: str) -> None:
        """Remember the album's cover before and after a request: ids of assets, empty for none."""
        ...

    def refuse(self, write: int) -> None:
        """Remember that a request was not carried out."""
        ...


class Ledger(Journal, Protocol):
    """What was written, by which run, and what people did since."""

    @property
    def remembers(self) -> bool:
        """Whether what is recorded can be read later. If not, an empty memory proves nothing."""
        ...

    def binding(self, key: AlbumKey) -> Binding | None:
        """Returns the album that a rule feeds. None if it feeds none yet."""
        ...

    def memory(self, key: AlbumKey) -> AlbumMemory:
        """Returns what is remembered of a rule's album. Empty for a rule that is not known."""
        ...

    def albums(self) -> list[KnownAlbum]:
        """Returns all albums, sorted by rule."""
        ...

    def renames(self) -> Mapping[AlbumKey, AlbumKey]:
        """Returns what rules that are split were called, each with what it was called next."""
        ...

    def runs(self) -> list[Run]:
        """Returns all runs, newest first."""
        ...

    def writes(self, run: int) -> list[Write]:
        """Returns what a run wrote, in order. Empty for a run that is not known."""
        ...

    def writes_to(self, key: AlbumKey) -> list[Write]:
        """Returns all that was ever written for a rule, in order."""
        ...

    def unbind(self, key: AlbumKey) -> None:
        """Forget the album of a rule, and what is in it; what people took out stays known."""
        ...

    def take_over(self, run: int, key: AlbumKey, user: str, assets: Iterable[Asset]) -> None:
        """Remember these photos as added by us, with the key of this user."""
        ...

    def forget(self, key: AlbumKey, asset_ids: Iterable[str]) -> None:
        """Forget that people took these photos out of an album, so that they may be added again."""
        ...
