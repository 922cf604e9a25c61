"""What is missing in an album."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.change import AddAssets, Change, CreateAlbum
from immich_smart_albums.changes.plan import AlbumPlan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from immich_smart_albums.model.album import Album
    from immich_smart_albums.model.asset import Asset


def diff(wanted: Sequence[Asset], album: Album | None, name: str, present: AbstractSet[str]) -> AlbumPlan:
    """What is missing in the album, in the order of `wanted`. An album that would stay empty is not created."""
    additions = tuple(asset for asset in wanted if asset.id not in present)
    changes: list[Change] = [AddAssets("", additions)] if additions else []
    if changes and album is None:
        changes.insert(0, CreateAlbum(name))
    return AlbumPlan(
        rule=name,
        owner="",
        album=album,
        changes=tuple(changes),
        matched=len(wanted),
        present=len(present),
        already_there=len(wanted) - len(additions),
    )
