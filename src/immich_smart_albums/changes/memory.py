"""The ledger's memory of one album, as values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from immich_smart_albums.model.asset import Asset


@dataclass(frozen=True, slots=True)
class AlbumKey:
    """Key of an album in the ledger. The server's address is no part of it: people change that, and ids stay."""

    owner: str
    """The id of the user whose account creates the album: a UUID, which no other server gives to anybody."""
    rule: str
    """The rule's name; of a split with its values filled in."""


@dataclass(frozen=True, slots=True)
class Binding:
    """The album that a rule feeds. It stays that one, whatever its name becomes."""

    album_id: str
    name: str
    """As it was last seen."""


class MembershipState(Enum):
    """Standing of a photo in an album, by the ledger."""

    OURS = "ours"
    """We added it, and it was there when we last looked."""
    HAND_MADE = "hand-made"
    """It was there when we last looked, and nothing proves that we added it."""
    REMOVED = "removed"
    """We took it out; it may be added again."""
    TAKEN_OUT = "taken out"
    """It matched, and was not there any more: a person's doing. It stays out."""
    GONE = "gone"
    """It was not there any more, and did not match either: taken out or deleted. It stays out."""
    UNSURE = "unsure"
    """A run was interrupted while it added the photo, which is not there: perhaps taken out since. It stays out."""


KNOWN_INSIDE = frozenset({MembershipState.OURS, MembershipState.HAND_MADE})
KEPT_OUT = frozenset({MembershipState.TAKEN_OUT, MembershipState.GONE, MembershipState.UNSURE})


@dataclass(frozen=True, slots=True)
class Membership:
    """Entry of the ledger about one photo in one album."""

    asset: Asset
    """Of hand-made ones perhaps the id only."""
    standing: MembershipState
    user: str = ""
    """The id of the user whose key added it."""
    run: int = 0
    """The run that added it, or took it out."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A request to add photos, or to take them out, of which nobody knows whether it was carried out."""

    write: int
    """Its number in the ledger."""
    assets: tuple[Asset, ...]
    updated: str
    """The album's `updatedAt` right before."""
    is_removal: bool = False


@dataclass(frozen=True, slots=True)
class OpenShare:
    """A request to let somebody in, of which nobody knows whether it was carried out."""

    write: int
    """Its number in the ledger."""
    user: str
    """The user's id."""
    asked: str
    """The word of the rules on which it was sent."""
    updated: str
    """The album's `updatedAt` right before."""


@dataclass(frozen=True, slots=True)
class AlbumMemory:
    """All that the ledger remembers of one album."""

    memberships: Mapping[str, Membership] = field(default_factory=dict)
    interrupted: tuple[Interrupted, ...] = ()
    matched: int = 0
    """How many photos the rule selected when it was last applied."""
    shares: Mapping[str, str] = field(default_factory=dict)
    """Who was let in, and on which word of the rules, by the ids of the users."""
    open_shares: tuple[OpenShare, ...] = ()

    def having(self, standings: AbstractSet[MembershipState]) -> frozenset[str]:
        """Returns the ids of the photos whose membership is in one of these states."""
        return frozenset(id_ for id_, membership in self.memberships.items() if membership.standing in standings)

    def perhaps_taken_out(self, updated: str | None) -> frozenset[str]:
        """Returns the ids of photos that an interrupted request was to take out.

        Where one is in the album, somebody may have put it back. Not so if the album's `updated` is what it was before
        that request: adding moves it.
        """
        doubtful = (
            interrupted for interrupted in self.interrupted if interrupted.is_removal and interrupted.updated != updated
        )
        return frozenset(asset.id for interrupted in doubtful for asset in interrupted.assets)


def continued(before: AlbumMemory, now: AlbumMemory) -> AlbumMemory:
    """Returns what is remembered of an album that goes on under another name: what stays out by either stays out."""
    kept_out = {id_: membership for id_, membership in now.memberships.items() if membership.standing in KEPT_OUT}
    return replace(before, memberships={**before.memberships, **kept_out})


NOTHING = AlbumMemory()
"""No ledger, or one that does not know the album: everything in it counts as hand-made."""
