"""Edits of an album's description, order and cover, where they differ from the rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.change import Edit, SetDetails

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from collections.abc import Set as AbstractSet

    from immich_smart_albums.changes.desired import DesiredAlbum
    from immich_smart_albums.model.album import AlbumDetails
    from immich_smart_albums.model.asset import Asset


def details(
    desired: DesiredAlbum, now: AlbumDetails | None, members: AbstractSet[str], shown: Callable[[], Sequence[Asset]]
) -> tuple[list[SetDetails], list[str]]:
    """Returns a list with the change, or an empty one if nothing differs; and warnings, such as on the cover.

    `members` are in the album now. `shown` returns the selected photos that will be in it; only some covers need them.
    """
    rule = desired.rule
    cover, doubts = _cover(desired, members, shown)
    change = SetDetails(
        name=_edit(now.name, desired.name) if now and desired.was else None,
        # A new album gets its description when it is created.
        description=_edit(now.description, rule.description) if now else None,
        order=_edit(now.order if now else None, rule.order),
        cover=_edit(now.cover if now else None, cover),
    )
    return [] if change == SetDetails() else [change], doubts


def _edit(old: str | None, new: str | None) -> Edit | None:
    return None if new is None or new == old else Edit(old, new)


def _cover(
    desired: DesiredAlbum, members: AbstractSet[str], shown: Callable[[], Sequence[Asset]]
) -> tuple[str | None, list[str]]:
    """The asset for the album's cover. None leaves it as it is."""
    cover_of_rule = desired.rule.cover
    match cover_of_rule:
        case None:
            return None, []
        case "newest" | "oldest" | "favorite":
            choice = [asset for asset in shown() if cover_of_rule != "favorite" or asset.id in desired.favorites]
            choice.sort(key=lambda asset: (asset.taken, asset.id), reverse=cover_of_rule != "oldest")
            return (choice[0].id if choice else None), []
        case _:
            if cover_of_rule in members or cover_of_rule in {asset.id for asset in shown()}:
                return cover_of_rule, []
            return None, [f"the cover {cover_of_rule} is not in the album, so the cover stays as it is"]
