"""What else is to be true of an album: description, order, cover, and whom it is shared with. Only what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.change import Edit, SetDetails, ShareAlbum

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from immich_smart_albums.changes.desired import Wanted
    from immich_smart_albums.model.album import AlbumDetails
    from immich_smart_albums.model.asset import Asset


def shares(wanted: Wanted, album: AlbumDetails | None) -> list[ShareAlbum]:
    """Who is to get the album, another role in it, or, only if the rule says so, lose it. Losses come first.

    Accounts that feed an album together have to be its editors.
    """
    roles = {user.id: (user, role) for user, role in wanted.shares}
    if len(wanted.rule.accounts) > 1:
        feeding = (wanted.users[each] for each in wanted.rule.accounts if each in wanted.users)
        roles |= {user.id: (user, "editor") for user in feeding}
    owner = album.owner if album else wanted.users.get(wanted.owner)
    if owner is not None:
        roles.pop(owner.id, None)
    now = {user.id: (user, role) for user, role in album.users} if album else {}
    # Of an account that failed nobody may know which user it is.
    unshares = wanted.rule.unshare and not wanted.problems
    lost = [ShareAlbum(user, None, role) for id_, (user, role) in now.items() if unshares and id_ not in roles]
    was = {id_: role for id_, (_, role) in now.items()}
    return lost + [ShareAlbum(user, role, was.get(id_)) for id_, (user, role) in roles.items() if was.get(id_) != role]


def details(
    wanted: Wanted, now: AlbumDetails | None, members: AbstractSet[str], shown: Sequence[Asset]
) -> tuple[list[SetDetails], list[str]]:
    """What is to be edited, given the `members` and what of the selection will be `shown`; and doubts about it."""
    rule = wanted.rule
    cover, doubts = _cover(wanted, members, shown)
    change = SetDetails(
        # A new album gets its description when it is made.
        description=_edit(now.description, rule.description) if now else None,
        order=_edit(now.order if now else None, rule.order),
        cover=_edit(now.cover if now else None, cover),
    )
    return [] if change == SetDetails() else [change], doubts


def _edit(old: str | None, new: str | None) -> Edit | None:
    return None if new is None or new == old else Edit(old, new)


def _cover(wanted: Wanted, members: AbstractSet[str], shown: Sequence[Asset]) -> tuple[str | None, list[str]]:
    """The asset that the album is to be shown with; None to leave it as it is."""
    asked = wanted.rule.cover
    match asked:
        case None:
            return None, []
        case "newest" | "oldest" | "favorite":
            choice = [asset for asset in shown if asked != "favorite" or asset.id in wanted.favorites]
            choice.sort(key=lambda asset: (asset.taken, asset.id), reverse=asked != "oldest")
            return (choice[0].id if choice else None), []
        case _:
            if asked in {asset.id for asset in shown} or asked in members:
                return asked, []
            return None, [f"the cover {asked} is not in the album, so the cover stays as it is"]
