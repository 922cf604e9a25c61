"""Ports for the ledger: the journal of a run that writes, and the memory of all runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from immich_smart_albums.changes.journal import Ending, Intent, KnownAlbum, Run, Write
    from immich_smart_albums.changes.memory import AlbumKey, AlbumMemory, Binding
    from immich_smart_albums.changes.plan import Observed
    from immich_smart_albums.model.album import Album
    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.model.outcome import Outcome


class Journal(Protocol):
    """Records a plan while it is applied. Every method raises LedgerError.

    A method has written all of its record, for good, when it returns; if it raises, nothing of it.
    """

    @property
    def remembers(self) -> bool:
        """Whether records can be read later. If not, an empty memory proves nothing."""
        ...

    @property
    def state(self) -> str:
        """The ledger's id and the number of its changes. Empty for a ledger that remembers nothing."""
        ...

    def begin(self, verb: str, server: str, time: str, undoes: int | None = None) -> int:
        """Start a run. Returns its number. `undoes` is the run that it takes back."""
        ...

    def finish(self, run: int, ending: Ending, time: str) -> None:
        """End a run."""
        ...

    def bind(self, key: AlbumKey, album: Album) -> None:
        """Record which album a rule feeds, and its name."""
        ...

    def rename(self, before: AlbumKey, now: AlbumKey, split: str = "") -> None:
        """Move an album, with all that is remembered of it, from one rule to another.

        Does nothing if the other rule has an album already. With `split`, the name of a rule that is split, all albums
        of the rule before become that rule's; `before` may be that rule as well.
        """
        ...

    def learn(self, key: AlbumKey, learned: Observed, matched: int | None, split: str = "") -> None:
        """Record what people did to an album, and how many photos the rule selects. None leaves that number as it is.

        `split` is the name of the rule, if it is split and this is one of its albums.
        """
        ...

    def intend(self, intent: Intent, updated: str) -> int:
        """Record a request that is about to be sent. Returns the number of the write.

        `updated` is the album's `updatedAt` right before; empty for a new album.
        """
        ...

    def settle(self, write: int, outcomes: Mapping[str, Outcome], album: Album | None = None) -> None:
        """Record what a request did: the outcome for each photo, and the album that it created."""
        ...

    def covered(self, write: int, before: str, after: str) -> None:
        """Record the album's cover before and after a request: ids of assets, empty for none."""
        ...

    def refuse(self, write: int) -> None:
        """Record that a request was not carried out."""
        ...


class Ledger(Journal, Protocol):
    """Knows what was written, by which run, and what people did since."""

    def binding(self, key: AlbumKey) -> Binding | None:
        """Returns the album that a rule feeds. None if it feeds none yet."""
        ...

    def memory(self, key: AlbumKey) -> AlbumMemory:
        """Returns the memory of a rule's album. Empty for a rule that is not known."""
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
        """Returns every write for a rule, in order."""
        ...

    def unbind(self, key: AlbumKey) -> None:
        """Forget the album of a rule and its members. What people took out stays known."""
        ...

    def take_over(self, run: int, key: AlbumKey, user: str, assets: Iterable[Asset]) -> None:
        """Record these photos as added by us, with the key of this user."""
        ...

    def forget(self, key: AlbumKey, asset_ids: Iterable[str]) -> None:
        """Forget that people took these photos out of an album, so that they may be added again."""
        ...
