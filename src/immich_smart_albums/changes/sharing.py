"""Plans with whom an album is shared: as the rules say, except where a person has changed it since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.changes.change import ShareAlbum

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from immich_smart_albums.changes.desired import DesiredAlbum
    from immich_smart_albums.changes.memory import AlbumMemory
    from immich_smart_albums.model.album import AlbumDetails, User


_FEEDS = "feeds it"
"""Stands for the words of the rules for an account that no `share` names, and that feeds the album."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """The changes of shares, and what the ledger should know of them."""

    changes: tuple[ShareAlbum, ...] = ()
    """Users who lose the album come first."""
    no_editors: frozenset[str] = frozenset()
    """The users who should feed the album, and may not."""
    remembered: dict[str, str] | None = None
    """The words by which users are let in, for the ledger, without those of the changes. None: as before."""
    settled: tuple[int, ...] = ()
    """Interrupted requests for which nothing more can be found out."""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Wish:
    """The role that the rules give to one user."""

    user: User
    role: str
    asked: str
    """The words of the rules: as long as they are the same, a change by a person stays."""


def sharing(desired: DesiredAlbum, album: AlbumDetails | None, memory: AlbumMemory) -> Sharing:
    """Returns who gets the album, gets another role in it, or, only if the rule says so, loses it.

    A change by a person stays as long as the rules say the same. An interrupted request to share counts as carried out
    and then changed by a person, unless the album did not change since.
    """
    wishes = _wishes(desired, album)
    now = {user.id: (user, role) for user, role in album.users} if album else {}
    roles = dict(memory.shares)
    updated = album.updated if album else None
    roles |= {open_share.user: open_share.asked for open_share in memory.open_shares if open_share.updated != updated}
    # The user of an account that failed may not be known.
    unshares = desired.rule.unshare and not desired.problems
    lost = [ShareAlbum(user, None, role) for id_, (user, role) in now.items() if unshares and id_ not in wishes]
    let_in: list[ShareAlbum] = []
    remembered = dict(memory.shares) if desired.problems else {}
    left: list[_Wish] = []
    for id_, wish in wishes.items():
        role = now[id_][1] if id_ in now else None
        if role != wish.role and roles.get(id_) != wish.asked:
            let_in.append(ShareAlbum(wish.user, wish.role, role, wish.asked))
            remembered.pop(id_, None)
            continue
        remembered[id_] = wish.asked
        if role != wish.role:
            left.append(wish)
    return Sharing(
        changes=(*lost, *let_in),
        no_editors=frozenset(wish.user.id for wish in left if wish.role == "editor"),
        remembered=None if remembered == memory.shares else remembered,
        settled=tuple(open_share.write for open_share in memory.open_shares),
        warnings=tuple(_said(left, now)),
    )


def _wishes(desired: DesiredAlbum, album: AlbumDetails | None) -> dict[str, _Wish]:
    """The role that the rules give to each user. Accounts that feed an album together must be its editors."""
    wishes = {user.id: _Wish(user, role, role) for user, role in desired.shares}
    if len(desired.rule.accounts) > 1:
        feeding = (desired.users[account] for account in desired.rule.accounts if account in desired.users)
        for user in feeding:
            words = f"{wishes[user.id].asked}, {_FEEDS}" if user.id in wishes else _FEEDS
            wishes[user.id] = _Wish(user, "editor", words)
    owner = album.owner if album else desired.users[desired.owner]
    wishes.pop(owner.id, None)
    return wishes


def _said(left: list[_Wish], now: Mapping[str, tuple[User, str]]) -> Iterator[str]:
    for wish in left:
        who = f"{wish.user.name} <{wish.user.email}>"
        is_now = f"shared with {who} as {now[wish.user.id][1]}" if wish.user.id in now else f"not shared with {who}"
        until = "`share` in the rules says something else" if wish.asked != _FEEDS else "somebody shares it again"
        yield f"it is {is_now}: somebody changed that by hand, so it stays until {until}"
