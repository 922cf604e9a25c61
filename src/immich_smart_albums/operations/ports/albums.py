"""What operations do with albums on the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from immich_smart_albums.model.album import Album, AlbumDetails
    from immich_smart_albums.model.outcome import Outcome


class Albums(Protocol):
    """What is in albums, and writing to them. Everything here raises ServerError rather than do less."""

    def members(self, album_id: str) -> frozenset[str]:
        """The ids in an album; trashed and hidden ones may be missing."""
        ...

    def trashed(self, album_id: str) -> frozenset[str]:
        """The ids in an album that are in the trash, as far as this version tells."""
        ...

    def hidden(self, album_id: str, asset_ids: Collection[str]) -> frozenset[str]:
        """Which of these ids, that `members` does not show, are in the album all the same."""
        ...

    def remarks(self, album_id: str) -> int:
        """How many comments and likes an album has, those on its photos included."""
        ...

    def details(self, album_id: str) -> AlbumDetails:
        """One album; raises NoAccess where there is none for this account."""
        ...

    def create(self, name: str, description: str = "") -> Album:
        """Create an album; never two."""
        ...

    def add(self, album_id: str, asset_ids: Sequence[str]) -> dict[str, Outcome]:
        """Add one chunk of assets that are not there, and tell what became of each, and of nothing else."""
        ...

    def remove(self, album_id: str, asset_ids: Sequence[str]) -> dict[str, Outcome]:
        """Take out one chunk of assets that are there, and tell what became of each, and of nothing else."""
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
        """Change what is given; `order` is asc or desc, the cover the id of an asset in the album."""
        ...

    def share(self, album_id: str, user_id: str, role: str | None) -> None:
        """Give a user a role, editor or viewer; None: no access any more."""
        ...

    def delete(self, album_id: str) -> None:
        """Delete an album; what is in it stays in the library."""
        ...
