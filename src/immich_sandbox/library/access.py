"""Who may see and touch what: the rules behind `Not found or no … access`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_sandbox.api_error import no_access

if TYPE_CHECKING:
    from immich_sandbox.library.library import Library
    from immich_sandbox.library.records import Album, Asset


def readable_album(library: Library, album_id: str, user_id: str, permission: str = "album.read") -> Album:
    """Return an album that the user owns or that is shared with the user.

    Raises:
        ApiError: 400, for unknown albums and for those of others alike.
    """
    return album_as(library, album_id, user_id, ("owner", "editor", "viewer"), permission)


def album_as(library: Library, album_id: str, user_id: str, roles: tuple[str, ...], permission: str) -> Album:
    """Return an album in which the user has one of these roles.

    Raises:
        ApiError: 400 otherwise.
    """
    album = library.albums.get(album_id)
    if album is None or album.roles.get(user_id) not in roles:
        raise no_access(permission)
    return album


def readable_asset(library: Library, asset_id: str, user_id: str, permission: str = "asset.read") -> Asset:
    """Return an asset that is the user's own, a partner's, or in an album that the user can open.

    Raises:
        ApiError: 400 otherwise, and for locked assets.
    """
    asset = library.assets.get(asset_id)
    if asset is None or not (may_share(library, asset, user_id) or _in_readable_album(library, asset, user_id)):
        raise no_access(permission)
    return asset


def own_asset(library: Library, asset_id: str, user_id: str, permission: str) -> Asset:
    """Return an asset of the user.

    Raises:
        ApiError: 400 otherwise.
    """
    asset = library.assets.get(asset_id)
    if asset is None or asset.owner_id != user_id or asset.visibility == "locked":
        raise no_access(permission)
    return asset


def may_share(library: Library, asset: Asset, user_id: str) -> bool:
    """Whether the user may put an asset into an album: own ones but locked, and partners' that are not archived.

    A partner need not be in the timeline for that.
    """
    if asset.owner_id == user_id:
        return asset.visibility != "locked"
    shared = any(
        partner.shared_by_id == asset.owner_id and partner.shared_with_id == user_id for partner in library.partners
    )
    return shared and asset.deleted_at is None and asset.visibility in ("timeline", "hidden")


def _in_readable_album(library: Library, asset: Asset, user_id: str) -> bool:
    return asset.visibility != "locked" and any(
        user_id in library.albums[album_id].roles for album_id in library.albums_of_asset(asset.id)
    )
