"""Photos and albums as accounts are shown them: pictures, covers, details."""

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

if TYPE_CHECKING:
    from immich_smart_albums.model.album import Album
    from immich_smart_albums.model.picture import Picture
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.rules.tree import Record
    from immich_smart_albums.session.workplace import Workplace


class AccountPictures:
    """Photos, people and albums of accounts; see `Session`."""

    def __init__(self, work: Workplace) -> None:
        """Nothing is read yet."""
        self._work = work

    def thumbnail(
        self,
        asset_id: str,
        size: Literal["thumbnail", "preview"] = "thumbnail",
        *,
        account: str | None = None,
        etag: str | None = None,
    ) -> Picture:
        """See `Session.thumbnail`."""
        return self._work.server(account).pictures.of_asset(checked_id(asset_id, "photo"), size, etag=etag)

    def person_thumbnail(self, person_id: str, *, account: str | None = None, etag: str | None = None) -> Picture:
        """See `Session.person_thumbnail`."""
        return self._work.server(account).pictures.of_person(checked_id(person_id, "person"), etag=etag)

    def album_cover(self, album_id: str, *, account: str | None = None) -> str | None:
        """See `Session.album_cover`."""
        return self._work.server(account).albums.details(checked_id(album_id, "album")).cover

    def albums_with(self, asset_id: str) -> tuple[Album, ...]:
        """See `Session.albums_with`."""
        id_ = checked_id(asset_id, "photo")
        albums = {
            album.id: album for server in self._work.servers.values() for album in server.directory.albums_with(id_)
        }
        return tuple(sorted(albums.values(), key=lambda album: (album.name.casefold(), album.id)))

    def album_assets(self, album_id: str, *, account: str | None = None, stop: Stop = never) -> tuple[Asset, ...]:
        """See `Session.album_assets`."""
        query = Query(Kind.METADATA, where(albumIds=(album_id,)), frozenset({Visibility.TIMELINE, Visibility.ARCHIVE}))
        with self._work.reading(stop), closing(self._work.server(account).searches.find(query, frozenset())) as batches:
            return tuple(newest_first({str(r["id"]): Asset.of(r) for batch in batches for r in batch}.values()))

    def details(self, asset_id: str, *, account: str | None = None) -> Record | None:
        """See `Session.details`."""
        return next(iter(self._work.server(account).searches.details([checked_id(asset_id, "photo")])), None)


def checked_id(text: str, noun: str) -> str:
    """Returns an id as Immich writes it, in lower case. Raises ConfigurationError for what is no id."""
    if not is_id(text):
        raise ConfigurationError((Problem(noun, f"{text[:80]!r} is no id"),))
    return text.lower()
