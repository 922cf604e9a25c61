"""Port for albums on the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from immich_smart_albums.model.album import Album, AlbumDetails
    from immich_smart_albums.model.outcome import Outcome


class Albums(Protocol):
    """Reads albums, and writes to them. Every method raises ServerError rather than do less."""

    def members(self, album_id: str) -> frozenset[str]:
        """Returns the ids in an album. Trashed and hidden ones may be missing."""
        ...

    def trashed(self, album_id: str) -> frozenset[str]:
        """Returns the ids in an album that are in the trash. Empty on versions that do not show them."""
        ...

    def hidden(self, album_id: str, asset_ids: Collection[str]) -> frozenset[str]:
        """Returns those of these ids that `members` does not show and that are in the album all the same.

        Each is asked for by `GET /albums?assetId=`. An id for which that is not certain counts as in the album.
        """
        ...

    def remarks(self, album_id: str) -> int:
        """Returns how many comments and likes an album has, those on its photos included (`GET /activities`)."""
        ...

    def details(self, album_id: str) -> AlbumDetails:
        """Returns one album. Raises NoAccess if there is none for this account."""
        ...

    def create(self, name: str, description: str = "") -> Album:
        """Create an album. Returns it. A request whose answer was lost does not make a second one."""
        ...

    def add(self, album_id: str, asset_ids: Sequence[str]) -> dict[str, Outcome]:
        """Add one chunk of assets that are not there. Returns the outcome of each, by id."""
        ...

    def remove(self, album_id: str, asset_ids: Sequence[str]) -> dict[str, Outcome]:
        """Take out one chunk of assets that are there. Returns the outcome of each, by id."""
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
        """Change parts of an album; None leaves a part as it is.

        `order` is asc or desc, the cover the id of an asset in the album.
        """
        ...

    def share(self, album_id: str, user_id: str, role: str | None) -> None:
        """Give a user a role, editor or viewer; None stops sharing. Does nothing if it is so already."""
        ...

    def delete(self, album_id: str) -> None:
        """Delete an album; its photos stay in the library. Does nothing if it is gone already."""
        ...
