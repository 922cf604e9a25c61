"""Port for albums on the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from immich_smart_albums.model.album import Album, AlbumDetails
    from immich_smart_albums.model.outcome import Outcome


class Albums(Protocol):
    """What is in albums, and writing to them. Everything here raises ServerError rather than do less."""

    def members(self, album_id: str) -> frozenset[str]:
        """Returns the ids in an album. Trashed and hidden ones may be missing."""
        ...

    def trashed(self, album_id: str) -> frozenset[str]:
        """Returns the ids in an album that are in the trash. Empty on versions that do not tell."""
        ...

    def hidden(self, album_id: str, asset_ids: Collection[str]) -> frozenset[str]:
        """Returns those of these ids that `members` does not show and that are in the album all the same.

        `GET /albums?assetId=` tells of each. An id of which it cannot be known counts as in the album.
        """
        ...

    def remarks(self, album_id: str) -> int:
        """Returns how many comments and likes an album has, those on its photos included (`GET /activities`)."""
        ...

    def details(self, album_id: str) -> AlbumDetails:
        """Returns one album. Raises NoAccess if there is none for this account."""
        ...

    def create(self, name: str, description: str = "") -> Album:
        """Create an album, and return it. A request whose answer was lost does not make a second one."""
        ...

    def add(self, album_id: str, asset_ids: Sequence[str]) -> dict[str, Outcome]:
        """Add one chunk of assets that are not there. Returns what became of each, by id."""
        ...

    def remove(self, album_id: str, asset_ids: Sequence[str]) -> dict[str, Outcome]:
        """Take out one chunk of assets that are there. Returns what became of each, by id."""
        ...

    def edit(
        self,
        album_id: str,
        *,
        name: str | None = None,
        description: str | None = None,
        order: str | None = None,
        cover: str | None = None,
    ) -> None:
        """Change what is given; None leaves a part as it is.

        `order` is asc or desc, the cover the id of an asset in the album.
        """
        ...

    def share(self, album_id: str, user_id: str, role: str | None) -> None:
        """Give a user a role, editor or viewer; None takes the album away. It may be so already."""
        ...

    def delete(self, album_id: str) -> None:
        """Delete an album; what is in it stays in the library. It may be gone already."""
        ...
