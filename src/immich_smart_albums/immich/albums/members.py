"""Reads the members of an album in the cheapest way that is exact (3.0 and later).

A search pages through the album. `POST /download/info` returns all ids in one answer, but not quite the members: it
adds the videos of live photos and hidden members, and lacks members without EXIF. So it is used only if the album's own
count confirms it, and only if it saves many pages.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import msgspec

from immich_smart_albums.errors import MissingPermission
from immich_smart_albums.immich.http.body import LARGEST_LIST
from immich_smart_albums.immich.http.responses import decode
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query, Visibility

if TYPE_CHECKING:
    from immich_smart_albums.immich.http.client import Http
    from immich_smart_albums.immich.search.searches import ImmichSearches
    from immich_smart_albums.model.query import Value

FEW = 4000
"""Up to so many members, a search is as cheap."""

_SHOWN = frozenset({Visibility.TIMELINE, Visibility.ARCHIVE})


class _Archive(msgspec.Struct):
    assetIds: list[str]  # noqa: N815 - Immich's name


class _Download(msgspec.Struct):
    archives: list[_Archive]


class _Counted(msgspec.Struct):
    assetCount: int  # noqa: N815 - Immich's name


class Contents:
    """Reads the members of albums, its owner's photos and those of others."""

    def __init__(self, http: Http, searches: ImmichSearches) -> None:
        self._http = http
        self._searches = searches
        self._may_download = True

    def ids(self, album_id: str) -> frozenset[str]:
        """Returns the ids that the timeline and the archive show of an album. Raises ServerError."""
        ids: set[str] = set()
        is_tried = False
        with closing(self._searches.find(_members(album_id), frozenset())) as batches:
            for batch in batches:
                ids.update(record["id"] for record in batch)
                if len(ids) >= FEW and self._may_download and not is_tried:
                    is_tried = True
                    downloaded = self._by_download(album_id)
                    if downloaded is not None:
                        return downloaded
        return frozenset(ids)

    def _by_download(self, album_id: str) -> frozenset[str] | None:
        """The ids by download. None if the key lacks asset.download, or the answer is not confirmed."""
        try:
            body = self._http.post("/download/info", {"albumId": album_id}, largest=LARGEST_LIST)
        except MissingPermission:
            self._may_download = False
            return None
        archives = decode(body, _Download, "POST /download/info").archives
        ids = {asset_id for archive in archives for asset_id in archive.assetIds}
        query = _members(album_id, isMotion=True)
        with closing(self._searches.find(query, frozenset({"livePhotoVideoId"}))) as batches:
            ids -= {record["livePhotoVideoId"] for batch in batches for record in batch}
        path = f"/albums/{album_id}"
        count = decode(self._http.get(path), _Counted, f"GET {path}").assetCount
        return frozenset(ids) if len(ids) == count else None


def _members(album_id: str, **more: Value) -> Query:
    return Query(Kind.METADATA, where(albumIds=(album_id,), **more), _SHOWN)
