"""Decides whether somebody has used an album since a run left it. Such an album is not deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.errors import MissingPermission, NotImmich, Refused, Untrustworthy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.changes.change import DeleteAlbum
    from immich_smart_albums.model.album import AlbumDetails
    from immich_smart_albums.operations.ports.albums import Albums


def uses(left: DeleteAlbum, now: AlbumDetails, albums: Albums) -> Iterator[str]:
    """Yields the reasons to keep an album; one is that something could not be asked. Raises Unreachable."""
    if now.name != left.name:
        yield f"it was renamed, from {left.name!r}"
    if now.description != left.description:
        yield "its description was changed"
    roles = {user.id: role for user, role in now.users}
    if roles != left.roles:
        yield "with whom it is shared was changed"
    if now.has_link is None:
        yield "this server does not tell whether it has a shared link"
    elif now.has_link:
        yield "it has a shared link"
    try:
        remarks = albums.remarks(now.id)
    except MissingPermission:
        yield "the key may not see whether somebody commented on it (activity.read)"
    except (Refused, NotImmich, Untrustworthy) as error:
        yield f"it cannot be told whether somebody commented on it: {error.message}"
    else:
        if remarks:
            yield "somebody commented on it, or liked it"
