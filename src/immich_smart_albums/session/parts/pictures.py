"""The part of a session that shows photos and albums: pictures, covers, details."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Literal

from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.model.asset import Asset
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query, Visibility
from immich_smart_albums.model.stopping import never
from immich_smart_albums.rules.syntax.ids import is_id
from immich_smart_albums.selection.run.ranking import newest_first
from immich_smart_albums.session.workplace import SessionPart

if TYPE_CHECKING:
    from immich_smart_albums.model.album import Album
    from immich_smart_albums.model.picture import Picture
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.rules.tree import Record


class AccountPictures(SessionPart):
    """Photos, people and albums of accounts."""

    def thumbnail(
        self,
        asset_id: str,
        size: Literal["thumbnail", "preview"] = "thumbnail",
        *,
        account: str | None = None,
        etag: str | None = None,
    ) -> Picture:
        """Returns a small picture of a photo, as an account sees it, or the first.

        A picture that still has this `etag` comes without data. Raises ConfigurationError for what is no id;
        ServerError, of which Refused with status 404 where Immich has not made it yet.
        """
        return self._work.server(account).pictures.of_asset(checked_id(asset_id, "photo"), size, etag=etag)

    def person_thumbnail(self, person_id: str, *, account: str | None = None, etag: str | None = None) -> Picture:
        """Returns the face of a person; see `thumbnail`."""
        return self._work.server(account).pictures.of_person(checked_id(person_id, "person"), etag=etag)

    def album_cover(self, album_id: str, *, account: str | None = None) -> str | None:
        """Returns the id of the photo that an album is shown with. None if it has none.

        Raises ConfigurationError for what is no id, and ServerError.
        """
        return self._work.server(account).albums.details(checked_id(album_id, "album")).cover

    def albums_with(self, asset_id: str) -> tuple[Album, ...]:
        """Returns the albums in which any account sees a photo, sorted by name.

        Raises ConfigurationError for what is no id, and ServerError.
        """
        id_ = checked_id(asset_id, "photo")
        albums = {
            album.id: album for server in self._work.servers.values() for album in server.directory.albums_with(id_)
        }
        return tuple(sorted(albums.values(), key=lambda album: (album.name.casefold(), album.id)))

    def album_assets(self, album_id: str, *, account: str | None = None, stop: Stop = never) -> tuple[Asset, ...]:
        """Returns what an album shows to an account, or to the first: timeline and archive, newest first.

        Raises ServerError.
        """
        query = Query(Kind.METADATA, where(albumIds=(album_id,)), frozenset({Visibility.TIMELINE, Visibility.ARCHIVE}))
        with self._work.reading(stop), closing(self._work.server(account).searches.find(query, frozenset())) as batches:
            assets = {str(record["id"]): Asset.of(record) for batch in batches for record in batch}
            return tuple(newest_first(assets.values()))

    def details(self, asset_id: str, *, account: str | None = None) -> Record | None:
        """Returns all that an account, or the first, is shown of a photo (`GET /assets/{id}`).

        None if it does not see it. Raises ConfigurationError for what is no id, and ServerError.
        """
        return next(iter(self._work.server(account).searches.details([checked_id(asset_id, "photo")])), None)


def checked_id(text: str, noun: str) -> str:
    """Returns an id as Immich writes it, in lower case. Raises ConfigurationError for what is no id."""
    if not is_id(text):
        raise ConfigurationError((Problem(noun, f"{text[:80]!r} is no id"),))
    return text.lower()
