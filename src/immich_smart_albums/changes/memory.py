"""The ledger's memory of one album."""

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
    """The key of an album in the ledger. It has no address of the server, since people change that."""

    owner: str
    """The id of the user whose account creates the album: a UUID, different on every server."""
    rule: str
    """The rule's name; for a split rule, with the values filled in."""


@dataclass(frozen=True, slots=True)
class Binding:
    """The album that a rule feeds, even after it was renamed."""

    album_id: str
    name: str
    """The album's name when it was last seen."""


class MembershipState(Enum):
    """What the ledger knows of a photo in an album."""

    OURS = "ours"
    """We added it, and it was there when we last looked."""
    HAND_MADE = "hand-made"
    """It was there when we last looked, and there is no proof that we added it."""
    REMOVED = "removed"
    """We took it out; it may be added again."""
    TAKEN_OUT = "taken out"
    """It matched, and was no longer there: a person took it out. It stays out."""
    GONE = "gone"
    """It was no longer there, and did not match either: taken out or deleted. It stays out."""
    UNSURE = "unsure"
    """A run was interrupted while it added the photo, which is not there: perhaps taken out since. It stays out."""


KNOWN_INSIDE = frozenset({MembershipState.OURS, MembershipState.HAND_MADE})
KEPT_OUT = frozenset({MembershipState.TAKEN_OUT, MembershipState.GONE, MembershipState.UNSURE})


@dataclass(frozen=True, slots=True)
class Membership:
    """The ledger's entry on one photo in one album."""

    asset: Asset
    """For hand-made ones perhaps with the id only."""
    standing: MembershipState
    user: str = ""
    """The id of the user whose key added it."""
    run: int = 0
    """The run that added it, or took it out."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A request to add photos, or to take them out, that may or may not have been carried out."""

    write: int
    """Its number in the ledger."""
    assets: tuple[Asset, ...]
    updated: str
    """The album's `updatedAt` right before."""
    is_removal: bool = False


@dataclass(frozen=True, slots=True)
class OpenShare:
    """A request to share the album that may or may not have been carried out."""

    write: int
    """Its number in the ledger."""
    user: str
    """The user's id."""
    asked: str
    """The words of the rules that asked for it."""
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
    """The words of the rules by which users were let in, by the users' ids."""
    open_shares: tuple[OpenShare, ...] = ()

    def having(self, standings: AbstractSet[MembershipState]) -> frozenset[str]:
        """Returns the ids of the photos whose membership is in one of these states."""
        return frozenset(id_ for id_, membership in self.memberships.items() if membership.standing in standings)

    def perhaps_taken_out(self, updated: str | None) -> frozenset[str]:
        """Returns the ids of photos that an interrupted request should have taken out.

        If one of them is in the album, somebody may have put it back. That is ruled out if the album's `updated` is the
        same as before the request, since adding changes it; those photos are not returned.
        """
        doubtful = (
            interrupted for interrupted in self.interrupted if interrupted.is_removal and interrupted.updated != updated
        )
        return frozenset(asset.id for interrupted in doubtful for asset in interrupted.assets)


def continued(before: AlbumMemory, now: AlbumMemory) -> AlbumMemory:
    """Returns the memory of an album that continues under another name. Photos that stay out by either stay out."""
    kept_out = {id_: membership for id_, membership in now.memberships.items() if membership.standing in KEPT_OUT}
    return replace(before, memberships={**before.memberships, **kept_out})


NOTHING = AlbumMemory()
"""The memory of an unknown album, or without a ledger: everything in it counts as hand-made."""
