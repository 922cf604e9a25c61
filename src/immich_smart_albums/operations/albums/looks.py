"""Members of albums, read again only when Immich says that an album changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from immich_smart_albums.model.album import AlbumDetails
    from immich_smart_albums.operations.ports.albums import Albums


@dataclass(slots=True)
class _Look:
    sign: tuple[str, int | None, str | None]
    """The album's `updatedAt`, its number of assets, and the latest change of one of them.

    Taking a photo out changes only the number. If another one comes back at the same time, out of the trash, say, the
    latest change shows it.
    """
    members: frozenset[str]
    hidden: dict[str, bool] = field(default_factory=dict)
    """Ids that the members do not show, each with whether it is in the album all the same."""


@dataclass(slots=True)
class AlbumLooks:
    """Reads members of the albums of one account. Every method raises ServerError."""

    _looks: dict[str, _Look] = field(default_factory=dict)

    def members(self, albums: Albums, details: AlbumDetails) -> frozenset[str]:
        """Returns the members that the timeline and the archive show of the album with these details."""
        sign = details.updated, details.asset_count, details.latest_change
        look = self._looks.get(details.id)
        if look is None or look.sign != sign:
            look = self._looks[details.id] = _Look(sign, albums.members(details.id))
        return look.members

    def hidden(self, albums: Albums, album_id: str, asset_ids: Collection[str]) -> frozenset[str]:
        """Returns which of these ids, which the members do not show, are in an album all the same."""
        hidden = self._looks[album_id].hidden
        unknown = [asset_id for asset_id in asset_ids if asset_id not in hidden]
        if unknown:
            inside = albums.hidden(album_id, unknown)
            hidden.update((asset_id, asset_id in inside) for asset_id in unknown)
        return frozenset(asset_id for asset_id in asset_ids if hidden[asset_id])
