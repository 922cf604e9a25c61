"""The two states that a plan compares: the album as its rule wants it, and as it is."""

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
    """An album as it is, with its members."""

    album: Album
    members: frozenset[str]
    """The ids that the timeline and the archive show."""
    details: AlbumDetails | None = None
    """None if only photos will be written; other changes of the album then do not matter."""
    hidden: frozenset[str] = frozenset()
    """Known members that are not shown, such as trashed ones."""

    @property
    def inside(self) -> frozenset[str]:
        """The ids that are known to be in the album."""
        return self.members | self.hidden

    @property
    def seen(self) -> AlbumSnapshot | None:
        """The snapshot by which `apply` sees whether the album changed. None if its details were not read."""
        return AlbumSnapshot(self.details.updated, digest(self.members)) if self.details else None


@dataclass(frozen=True, slots=True)
class DesiredAlbum:
    """An album as its rule wants it, with every name looked up."""

    rule: AlbumRule
    name: str
    """The rule's name; for a split rule, with the values filled in."""
    selections: Mapping[str, tuple[Asset, ...]]
    """The selection of each account, newest first, without accounts that failed."""
    problems: tuple[Problem, ...] = ()
    """Why accounts failed."""
    users: Mapping[str, User] = field(default_factory=dict)
    """The user of each account."""
    shares: tuple[tuple[User, str], ...] = ()
    """The users with whom the rule shares the album, each with a role."""
    sticky: frozenset[str] = frozenset()
    """Photos that stay although they are not selected: only a smart search ranks them lower now."""
    was: str = ""
    """The album's old name, if the rule was renamed and the album should be renamed with it. Else empty."""
    elsewhere: frozenset[str] = frozenset()
    """For a split rule, the selection for all its albums: a photo that is not selected for this one may only move."""
    waiting: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By account, the ids of selected photos that Immich has not looked at yet, each with the reason."""
    staying: Mapping[str, str] = field(default_factory=dict)
    """Photos that stay although they are not selected, each with the reason: Immich no longer shows what the rule asks
    for."""
    favorites: frozenset[str] = frozenset()
    """The ids of favourites, for the cover `favorite` only."""

    @property
    def owner(self) -> str:
        """The account that owns the album: the first of the rule."""
        return self.rule.accounts[0]

    def assets(self) -> dict[str, Asset]:
        """Returns the selected photos by id; those of the rule's first account come first."""
        assets: dict[str, Asset] = {}
        for account in self.rule.accounts:
            own = {asset.id: asset for asset in self.selections.get(account, ())}
            assets = assets | {id_: own[id_] for id_ in own if id_ not in assets} if assets else own
        return assets

    def adders(self) -> dict[str, str]:
        """Returns, by id, the account that adds each certain match: the first that selects it for certain."""
        adders: dict[str, str] = {}
        for account in reversed(self.rule.accounts):
            ids = [asset.id for asset in self.selections.get(account, ())]
            adders |= dict.fromkeys(filterfalse(self.waiting.get(account, {}).__contains__, ids), account)
        return adders

    def reasons_to_wait(self) -> dict[str, str]:
        """Returns, by id, why photos wait: the reason of the first account for which they do."""
        reasons: dict[str, str] = {}
        for of_account in reversed(tuple(self.waiting.values())):
            reasons.update(of_account)
        return reasons

    def account_of(self, user_id: str) -> str | None:
        """Returns the account of a user. None if it takes no part, or failed."""
        return next((name for name, user in self.users.items() if user.id == user_id and name in self.selections), None)
