"""Short ways to make what plans are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from immich_smart_albums.changes.desired import CurrentAlbum, DesiredAlbum
from immich_smart_albums.changes.memory import AlbumMemory, Membership, MembershipState
from immich_smart_albums.model.album import Album, AlbumDetails, User
from immich_smart_albums.model.asset import Asset
from immich_smart_albums.model.query import WHOLE_LIBRARY
from immich_smart_albums.model.span import Document, Span
from immich_smart_albums.rules.album import AlbumRule, Guard, Keep
from immich_smart_albums.rules.tree import Rule, Search

if TYPE_CHECKING:
    from immich_smart_albums.changes.memory import Interrupted

ALICE, BOB, EVE = (User(name, name.title(), f"{name}@example.org") for name in ("alice", "bob", "eve"))
USERS = {"alice": ALICE, "bob": BOB}
OPEN = Guard(remove_share=None, remove=None)
"""No limits."""


def asset(id_: str) -> Asset:
    """A photo; later letters are newer."""
    return Asset(id_, sum(map(ord, id_)), "2024-05-01T10:00:00", f"{id_}.jpg", "IMAGE")


def assets(ids: str) -> tuple[Asset, ...]:
    """A photo for each letter."""
    return tuple(asset(id_) for id_ in ids)


def rule(
    *, in_step: bool = False, accounts: tuple[str, ...] = ("alice",), guard: Guard = OPEN, **more: Any
) -> AlbumRule:
    """A rule whose match does not matter."""
    span = Span(Document("rules.yaml", "albums:"), 1, 1)
    keep = Keep.IN_STEP if in_step else Keep.ADD_ONLY
    return AlbumRule("Friends", Rule(Search(WHOLE_LIBRARY)), accounts, span, keep=keep, guard=guard, **more)


def wanted(selected: str | dict[str, str], settings: AlbumRule | None = None, **more: Any) -> DesiredAlbum:
    """What each account selects, a photo for each letter; Alice's alone where there is just a text."""
    selections = {"alice": selected} if isinstance(selected, str) else selected
    made = settings or rule(accounts=tuple(selections))
    result = {account: assets(ids) for account, ids in selections.items()}
    return DesiredAlbum(made, "Friends", result, **({"users": USERS} | more))


def view(members: str, hidden: str = "", **details: Any) -> CurrentAlbum:
    """An album with a photo for each letter."""
    fields: dict[str, Any] = {
        "owner": ALICE,
        "users": (),
        "updated": "u0",
        "description": "",
        "order": "desc",
        "cover": None,
    } | details
    album = Album("a1", "Friends", len(members), "owner", "Alice", "2024-01-01")
    return CurrentAlbum(album, frozenset(members), AlbumDetails("a1", "Friends", **fields), frozenset(hidden))


def memory(
    ours: str = "",
    *,
    interrupted: tuple[Interrupted, ...] = (),
    matched: int = 0,
    user: str = "alice",
    hand_made: str = "",
) -> AlbumMemory:
    """What is remembered, a photo for each letter."""
    known = {id_: Membership(asset(id_), MembershipState.OURS, user, 1) for id_ in ours}
    known |= {id_: Membership(asset(id_), MembershipState.HAND_MADE) for id_ in hand_made}
    return AlbumMemory(known, interrupted, matched)


def remembering(standing: MembershipState, ids: str) -> AlbumMemory:
    """A memory of photos that all stand the same to the album."""
    return AlbumMemory({id_: Membership(asset(id_), standing) for id_ in ids})
