"""A plan: what a run would write, as a value. Nothing is written by making it, and only a plan is ever written."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from immich_smart_albums.changes.change import AddAssets, Change, RemoveAssets
from immich_smart_albums.changes.memory import AlbumKey
from immich_smart_albums.errors import Problem
from immich_smart_albums.model.album import Album
from immich_smart_albums.model.asset import Asset

if TYPE_CHECKING:
    from collections.abc import Iterable

SAMPLES = 5


class AlbumSnapshot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """State of an album when it was planned; a plan is only applied to an album that is still so."""

    updated: str
    """Immich's `updatedAt`: adding and editing move it, taking photos out does not in every version."""
    members: str
    """Digest of the ids in it."""


class Observed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Changes that people made by hand since the last run; applying the plan records them in the ledger."""

    hand_made: tuple[str, ...] = ()
    """In the album and not proved to be put there by us; also what had been taken out and is back."""
    taken_out: tuple[Asset, ...] = ()
    """They were in the album, they match, and somebody took them out."""
    gone: tuple[str, ...] = ()
    """They were in the album, they do not match, and they are not there any more: taken out or deleted."""
    unsure: tuple[Asset, ...] = ()
    """A run was interrupted while it added them; they are not there, so somebody may have taken them out."""
    settled: tuple[int, ...] = ()
    """The interrupted requests of the ledger about which nothing more can be found out."""
    shares: dict[str, str] | None = None
    """Who is in on which word of the rules, by the ids of the users; None: as remembered."""


class Losses(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many of the photos that we added to an album are gone from it, by our hand or others'."""

    ours: int = 0
    """Photos that we added and that were there at the last look."""
    gone: int = 0
    """Of these, what is not there any more."""
    matching: int = 0
    """Of these, what the rule still selects."""


class Waiting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Photos that a later run decides about, since Immich has not found out yet what the rule asks for."""

    reason: str
    """What Immich is still to do, as a sentence about them."""
    assets: tuple[Asset, ...]

    @property
    def words(self) -> str:
        """How many wait to be added, and why, as a sentence."""
        return waiting_words(len(self.assets), self.reason)


def waiting_words(count: int, reason: str) -> str:
    """Returns how many photos wait to be added, and why, as a sentence."""
    return f"{'1 photo waits' if count == 1 else f'{count:,} photos wait'}: {reason}"


class AlbumPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Changes of one album, and why."""

    rule: str
    """The rule's name in the rules file, of a split with its values filled in."""
    owner: str
    """The account that the album belongs to, or that creates it."""
    album: Album | None = None
    """None: there is none yet."""
    changes: tuple[Change, ...] = ()
    """In order. Empty: nothing to do."""
    matched: int = 0
    """Photos that the rule selects."""
    present: int = 0
    """Photos in the album."""
    already_there: int = 0
    """Selected, and in the album."""
    hand_made: int = 0
    """In the album, and not put there by this tool; never removed."""
    kept_out: tuple[Asset, ...] = ()
    """Selected, but left out because a person took them out."""
    waiting: tuple[Waiting, ...] = ()
    """Selected by all that is known, and not added yet."""
    staying: tuple[Waiting, ...] = ()
    """In the album, added by us and not selected any more, and not taken out yet."""
    reasons: tuple[str, ...] = ()
    """Sentences on what the changes are for."""
    warnings: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    """Guards that the changes go beyond, with the numbers; while there are any, nothing of it may be written."""
    problems: tuple[Problem, ...] = ()
    """Why the album, or the part of an account, could not be planned."""
    seen: AlbumSnapshot | None = None
    """None: the album is new, or is written to as it is."""
    learned: Observed = Observed()
    losses: Losses = Losses()
    split: str = ""
    """The rule's name in the rules file where the album is one of several that the rule is split into."""
    was: AlbumKey | None = None
    """What the ledger knows the album by so far, where the rule has another name, or another account, now."""

    @property
    def name(self) -> str:
        """What people see above the album."""
        return self.album.name if self.album else self.rule

    def writer(self, change: Change) -> str:
        """Returns the account whose key writes a change."""
        return change.account if isinstance(change, AddAssets | RemoveAssets) else self.owner

    @property
    def has_changes(self) -> bool:
        """Whether applying it would write anything to the server."""
        return bool(self.changes)

    @property
    def additions(self) -> tuple[Asset, ...]:
        """What would be added, with whichever account's key."""
        return _together([change.assets for change in self.changes if isinstance(change, AddAssets)])

    @property
    def removals(self) -> tuple[Asset, ...]:
        """What would be taken out, with whichever account's key."""
        return _together([change.assets for change in self.changes if isinstance(change, RemoveAssets)])

    @property
    def samples(self) -> tuple[Asset, ...]:
        """A few of what would be added, for people to look at."""
        return self.additions[:SAMPLES]


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Changes of all albums of a run, and what they were worked out from."""

    server: str
    """The address of the server."""
    made_at: str
    """ISO 8601, UTC."""
    albums: tuple[AlbumPlan, ...]
    refusals: tuple[str, ...] = ()
    """Guards of the run as a whole that the changes go beyond."""
    verb: str = "sync"
    """What the ledger calls the run: sync, undo, …"""
    undoes: int | None = None
    """The run that this one takes back."""
    users: dict[str, str] = {}
    """Whose account each is: the user's id by the account's name."""
    ledger: str = ""
    """Which ledger it was made with, and that ledger's state; empty: none, or one that remembers nothing."""
    rules: str = ""
    """Digest of the rules."""
    files: tuple[str, ...] = ()
    """The rules files: whole paths."""
    allowed: tuple[str, ...] = ()
    """The albums whose guards do not count this once."""

    @property
    def has_changes(self) -> bool:
        """Whether applying it would write anything to the server."""
        return any(album.has_changes for album in self.albums)

    @property
    def is_refused(self) -> bool:
        """Whether a guard, of the run or of an album, refuses something."""
        return bool(self.refusals or any(album.refusals for album in self.albums))

    @property
    def fingerprint(self) -> str:
        """A digest that is equal for plans that say the same about the same world, whenever they were made."""
        timeless = msgspec.structs.replace(self, made_at="")
        return sha256(msgspec.json.encode(timeless, order="sorted")).hexdigest()


def _together(groups: list[tuple[Asset, ...]]) -> tuple[Asset, ...]:
    """All groups in one; of one group no copy is made."""
    return groups[0] if len(groups) == 1 else tuple(asset for group in groups for asset in group)


def digest(ids: Iterable[str]) -> str:
    """Returns a digest that is equal for equal sets of ids: 32 hexadecimal digits."""
    return sha256("\n".join(sorted(ids)).encode()).hexdigest()[:32]
