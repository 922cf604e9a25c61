"""The journal of writes: runs, each with one write for each request."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.changes.change import Change
    from immich_smart_albums.changes.memory import AlbumKey, Binding, MembershipState
    from immich_smart_albums.model.outcome import Outcome


class Ending(Enum):
    """How a run ended. One that was killed has no ending."""

    DONE = "done"
    FAILED = "failed"
    """Some changes could not be written."""
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Run:
    """One run that wrote."""

    id: int
    verb: str
    """sync, apply, undo, adopt, …"""
    server: str
    """The server's address at that time, for people and for links. Albums and users are known by ids."""
    started: str
    """ISO 8601, UTC; so is `ended`."""
    ended: str | None = None
    ending: Ending | None = None
    undoes: int | None = None
    """The run that this one took back."""


class WriteState(Enum):
    """State of a request that writes."""

    OPEN = "open"
    """Sent, or about to be sent; not known whether it was carried out."""
    DONE = "done"
    REFUSED = "refused"
    """It was not carried out."""
    SETTLED = "settled"
    """Was open; a later run read the album, and nothing more can be found out."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A request that is about to be sent."""

    run: int
    key: AlbumKey
    album_id: str | None
    """None if the request creates the album."""
    user: str
    """The id of the user whose key it is sent with."""
    change: Change
    """The change that this one request makes."""
    time: str


@dataclass(frozen=True, slots=True)
class Write:
    """A request that was sent."""

    id: int
    intent: Intent
    state: WriteState
    outcomes: Mapping[str, Outcome]
    """The outcome of each photo for which it is known."""
    cover_before: str | None = None
    """The album's cover right before: an asset's id, empty for none. None if that is not known."""
    cover_after: str | None = None
    """The same right after."""

    def ids(self, outcome: Outcome) -> list[str]:
        """Returns the ids of the photos with this outcome."""
        return [id_ for id_, outcome_of_asset in self.outcomes.items() if outcome_of_asset is outcome]


@dataclass(frozen=True, slots=True)
class KnownAlbum:
    """An album that the ledger knows."""

    key: AlbumKey
    binding: Binding | None
    """None if the rule has no album yet, or no longer."""
    counts: Mapping[MembershipState, int]
    server: str = ""
    """The address under which it was last seen, for links."""
    split: str = ""
    """For an album of a split, the name of the rule with its placeholders. Else empty."""
