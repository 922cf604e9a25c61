"""A plan: everything that a run would write, as a value. Only plans are ever applied."""

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


class AlbumSnapshot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The state of an album when it was planned. The plan is only applied if the album is still in that state."""

    updated: str
    """Immich's `updatedAt`. Adding and editing change it; taking photos out does so in some versions only."""
    members: str
    """The digest of the members' ids."""


class Observed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Changes that people made since the last run. Applying the plan records them in the ledger."""

    hand_made: tuple[str, ...] = ()
    """In the album, without proof that we added them; also those that had been taken out and are back."""
    taken_out: tuple[Asset, ...] = ()
    """They were in the album, they match, and somebody took them out."""
    gone: tuple[str, ...] = ()
    """They were in the album, they do not match, and they are no longer there: taken out or deleted."""
    unsure: tuple[Asset, ...] = ()
    """A run was interrupted while it added them; they are not there, so somebody may have taken them out."""
    settled: tuple[int, ...] = ()
    """The interrupted requests of the ledger for which nothing more can be found out."""
    shares: dict[str, str] | None = None
    """The words of the rules by which users are let in, by the users' ids. None: as remembered."""


class Losses(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many of the photos that we added to an album are gone from it."""

    ours: int = 0
    """Photos that we added and that were there at the last look."""
    gone: int = 0
    """Those of these that are no longer there."""
    matching: int = 0
    """Those of the gone ones that the rule still selects."""


class Waiting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Photos that a later run decides on, since Immich has not found out yet what the rule asks for."""

    reason: str
    """A sentence on what Immich has not done yet."""
    assets: tuple[Asset, ...]

    @property
    def words(self) -> str:
        """A sentence on how many photos wait to be added, and why."""
        return waiting_words(len(self.assets), self.reason)


def waiting_words(count: int, reason: str) -> str:
    """Returns a sentence on how many photos wait to be added, and why."""
    return f"{'1 photo waits' if count == 1 else f'{count:,} photos wait'}: {reason}"


class AlbumPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The changes of one album, with the reasons."""

    rule: str
    """The rule's name; for a split rule, with the values filled in."""
    owner: str
    """The account that the album belongs to, or that creates it."""
    album: Album | None = None
    """None if there is none yet."""
    changes: tuple[Change, ...] = ()
    """In the order in which they are written."""
    matched: int = 0
    """Photos that the rule selects."""
    present: int = 0
    """Photos in the album."""
    already_there: int = 0
    """Selected, and in the album."""
    hand_made: int = 0
    """In the album, and put there by people; never removed."""
    kept_out: tuple[Asset, ...] = ()
    """Selected, and left out because a person took them out."""
    waiting: tuple[Waiting, ...] = ()
    """Selected by everything that is known, and not added yet."""
    staying: tuple[Waiting, ...] = ()
    """In the album, added by us and no longer selected, and not taken out yet."""
    reasons: tuple[str, ...] = ()
    """Sentences on what the changes are for."""
    warnings: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    """Sentences on guards that the changes go beyond. If there are any, none of the changes is written."""
    problems: tuple[Problem, ...] = ()
    """Why the album, or the part of an account, could not be planned."""
    seen: AlbumSnapshot | None = None
    """None if the album is new, or may have changed since."""
    learned: Observed = Observed()
    losses: Losses = Losses()
    split: str = ""
    """For an album of a split, the rule's name in the rules file. Else empty."""
    was: AlbumKey | None = None
    """The album's key in the ledger so far, if the rule has another name or account now. Else None."""

    @property
    def name(self) -> str:
        """The name that people see above the album."""
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
        """The photos that would be added, by all accounts."""
        return _together([change.assets for change in self.changes if isinstance(change, AddAssets)])

    @property
    def removals(self) -> tuple[Asset, ...]:
        """The photos that would be taken out, by all accounts."""
        return _together([change.assets for change in self.changes if isinstance(change, RemoveAssets)])


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The changes of all albums of a run, and the state that they were made from."""

    server: str
    """The address of the server."""
    made_at: str
    """ISO 8601, UTC."""
    albums: tuple[AlbumPlan, ...]
    refusals: tuple[str, ...] = ()
    """Sentences on guards of the whole run that the changes go beyond."""
    verb: str = "sync"
    """The verb of the run in the ledger: sync, undo, …"""
    undoes: int | None = None
    """The run that this one takes back."""
    users: dict[str, str] = {}
    """The id of each account's user, by account."""
    ledger: str = ""
    """The state of the ledger, which includes its id. Empty without a ledger, and for an empty one."""
    rules: str = ""
    """The digest of the rules."""
    files: tuple[str, ...] = ()
    """The absolute paths of the rules files."""
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
        """A digest that is equal for equal plans, whenever they were made."""
        timeless = msgspec.structs.replace(self, made_at="")
        return sha256(msgspec.json.encode(timeless, order="sorted")).hexdigest()


def _together(groups: list[tuple[Asset, ...]]) -> tuple[Asset, ...]:
    """All groups in one tuple. A single group is not copied."""
    return groups[0] if len(groups) == 1 else tuple(asset for group in groups for asset in group)


def digest(ids: Iterable[str]) -> str:
    """Returns a digest that is equal for equal sets of ids: 32 hexadecimal digits."""
    return sha256("\n".join(sorted(ids)).encode()).hexdigest()[:32]
