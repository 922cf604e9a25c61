"""The two sides of a comparison: what a rule wants of its album, and what the album is."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import filterfalse
from typing import TYPE_CHECKING

from immich_smart_albums.changes.plan import AlbumSnapshot, digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.errors import Problem
    from immich_smart_albums.model.album import Album, AlbumDetails, User
    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.rules.album import AlbumRule


@dataclass(frozen=True, slots=True)
class CurrentAlbum:
    """An album and what is in it."""

    album: Album
    members: frozenset[str]
    """What the timeline and the archive show of it."""
    details: AlbumDetails | None = None
    """None if nothing but photos is to be written, whatever else became of the album meanwhile."""
    hidden: frozenset[str] = frozenset()
    """Members that are not shown, if that was asked: in the trash, say. Restored, they are shown again."""

    @property
    def inside(self) -> frozenset[str]:
        """The ids of all that is known to be in the album."""
        return self.members | self.hidden

    @property
    def seen(self) -> AlbumSnapshot | None:
        """What to recognise the album by, when the plan is applied. None if its details were not read."""
        return AlbumSnapshot(self.details.updated, digest(self.members)) if self.details else None


@dataclass(frozen=True, slots=True)
class DesiredAlbum:
    """One album as its rule wants it, with every name looked up."""

    rule: AlbumRule
    name: str
    """The rule's; of a split with its values filled in."""
    selections: Mapping[str, tuple[Asset, ...]]
    """What each account selects, newest first. An account that failed is missing, one that selects nothing is not."""
    problems: tuple[Problem, ...] = ()
    """Why accounts failed."""
    users: Mapping[str, User] = field(default_factory=dict)
    """Whose account each is."""
    shares: tuple[tuple[User, str], ...] = ()
    """Whom the rule shares the album with, each with a role."""
    sticky: frozenset[str] = frozenset()
    """What may stay although it is not selected: only a smart search has lost sight of it."""
    was: str = ""
    """The album's name, where it is still that of an earlier rule and is to become this one's."""
    elsewhere: frozenset[str] = frozenset()
    """What a rule that is split selects for any of its albums: what is not selected for this one only moves."""
    waiting: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Of what each account selects, the ids of what Immich has not looked at yet, each with the reason."""
    staying: Mapping[str, str] = field(default_factory=dict)
    """What may stay although it is not selected, each with the reason: Immich does not show any more what the rule asks
    for."""
    favorites: frozenset[str] = frozenset()
    """Needed for the cover `favorite` only."""

    @property
    def owner(self) -> str:
        """The account that owns the album: the first of the rule."""
        return self.rule.accounts[0]

    def assets(self) -> dict[str, Asset]:
        """Returns what is selected, by id, in the order of the accounts that select it first."""
        assets: dict[str, Asset] = {}
        for account in self.rule.accounts:
            own = {asset.id: asset for asset in self.selections.get(account, ())}
            assets = assets | {id_: own[id_] for id_ in own if id_ not in assets} if assets else own
        return assets

    def adders(self) -> dict[str, str]:
        """Returns the accounts that add what is selected for certain, by id: each the first that does."""
        adders: dict[str, str] = {}
        for account in reversed(self.rule.accounts):
            ids = [asset.id for asset in self.selections.get(account, ())]
            adders |= dict.fromkeys(filterfalse(self.waiting.get(account, {}).__contains__, ids), account)
        return adders

    def reasons_to_wait(self) -> dict[str, str]:
        """Returns why photos wait, by id: what the first account says for which they do."""
        reasons: dict[str, str] = {}
        for of_account in reversed(tuple(self.waiting.values())):
            reasons.update(of_account)
        return reasons

    def account_of(self, user_id: str) -> str | None:
        """Returns the account of a user. None if it takes no part, or failed."""
        return next((name for name, user in self.users.items() if user.id == user_id and name in self.selections), None)
