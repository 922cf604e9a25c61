"""Looking at an album before it is planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.learn import needs_trash
from immich_smart_albums.changes.view import AlbumView
from immich_smart_albums.model.query import Kind, Query

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from immich_smart_albums.changes.memory import Memory
    from immich_smart_albums.model.album import Album
    from immich_smart_albums.operations.ports import PhotoServer

_FAVORITES = Query(Kind.METADATA, (("isFavorite", True),))


def look(album: Album, server: PhotoServer, memory: Memory, selected: AbstractSet[str]) -> AlbumView:
    """The album as it is now, for a rule that selects these ids. Raises ServerError."""
    # In this order: what changes between the two makes the plan outdated, never wrong.
    details = server.albums.details(album.id)
    members = server.albums.members(album.id)
    trashed: frozenset[str] = frozenset()
    if needs_trash(memory, members, selected):
        trashed = server.albums.trashed(album.id)
    return AlbumView(album, members, details, trashed)


def favorites(server: PhotoServer) -> frozenset[str]:
    """The account's favourites, for the cover `favorite`. Raises ServerError."""
    return frozenset(str(record["id"]) for batch in server.searches.find(_FAVORITES, frozenset()) for record in batch)
