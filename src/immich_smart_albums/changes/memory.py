"""What the ledger remembers of one album, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.model.asset import Asset


@dataclass(frozen=True, slots=True)
class AlbumKey:
    """What a ledger knows an album by."""

    server: str
    """The server's address."""
    owner: str
    """The id of the user whose account creates the album."""
    rule: str
    """The rule's name; of a split with its values filled in."""


@dataclass(frozen=True, slots=True)
class Binding:
    """The album that a rule feeds. It stays that one, whatever its name becomes."""

    album_id: str
    name: str
    """As it was last seen."""


class Standing(Enum):
    """How a photo that we once added stands to its album. One without any is hand-made, or was never in it."""

    OURS = "ours"
    TAKEN_OUT = "taken out"
    """It matched, and was not in the album: a person's doing."""
    GONE = "gone"
    """It was not in the album, and did not match either: taken out, locked or deleted."""
    UNSURE = "unsure"
    """A run was interrupted while it added the photo, which is not there: perhaps taken out since."""


@dataclass(frozen=True, slots=True)
class Membership:
    """A photo that we added to an album, or tried to."""

    asset: Asset
    standing: Standing
    user: str
    """The id of the user whose key added it."""
    run: int


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A request to add photos of which nobody knows whether it was carried out."""

    write: int
    """Its number in the ledger."""
    assets: tuple[Asset, ...]
    updated: str
    """The album's `updatedAt` right before."""


@dataclass(frozen=True, slots=True)
class Memory:
    """All that the ledger remembers of one album."""

    memberships: Mapping[str, Membership] = field(default_factory=dict)
    interrupted: tuple[Interrupted, ...] = ()
    matched: int = 0
    """How many photos the rule selected when it was last applied."""

    @property
    def ours(self) -> Mapping[str, Membership]:
        """What we added, and nobody was seen to have taken out."""
        return {id_: each for id_, each in self.memberships.items() if each.standing is Standing.OURS}

    @property
    def out(self) -> Mapping[str, Membership]:
        """What stays out until somebody allows it again."""
        return {id_: each for id_, each in self.memberships.items() if each.standing is not Standing.OURS}


NOTHING = Memory()
"""No ledger, or one that does not know the album: everything in it counts as hand-made."""
