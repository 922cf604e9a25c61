"""Finds photos for controls: in albums, in stacks, with people, with EXIF."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from immich_smart_albums.immich.http.responses import decode
from immich_smart_albums.immich.search.controls.checks import check_shown
from immich_smart_albums.immich.search.controls.probes import Body, page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from immich_smart_albums.immich.directory import Directory
    from immich_smart_albums.immich.http.client import Http
    from immich_smart_albums.immich.search.page import Record
    from immich_smart_albums.immich.versions import Capabilities
    from immich_smart_albums.model.query import Visibility

_MOST_ALBUMS = 20
_MOST_MEMBERS = 10
_MOST_PEOPLE = 10


class _Person(msgspec.Struct):
    id: str


class _People(msgspec.Struct):
    people: list[_Person]


class _Stack(msgspec.Struct):
    assets: list[dict[str, object]]


class _AlbumAssets(msgspec.Struct):
    assets: list[dict[str, object]]


class Samples:
    """Finds photos of one account that a certain filter must find, or must not find."""

    def __init__(self, http: Http, capabilities: Capabilities, directory: Directory) -> None:
        self._http = http
        self._capabilities = capabilities
        self._directory = directory

    def in_albums(self, visibility: Visibility) -> Iterator[Record]:
        """Yields photos in albums that searches without filters find, so none that others put there."""
        shown = self._capabilities.visibility_filter(visibility)
        filled = sorted(self._directory.albums(), key=lambda album: -album.asset_count)
        for album in [album for album in filled if album.asset_count][:_MOST_ALBUMS]:
            for photo in self._members(album.id, shown):
                if page(self._http, "/search/metadata", {**shown, "id": photo["id"], "size": 1}):
                    yield photo

    def in_stacks(self) -> Iterator[Record]:
        """Yields photos in stacks (`GET /stacks`)."""
        for stack in decode(self._http.get("/stacks"), list[_Stack], "GET /stacks")[:_MOST_ALBUMS]:
            yield from stack.assets

    def flat_people(self) -> bool:
        """Returns True if a flat search that asks for people shows them. False, not settled, if nobody has photos."""
        parameters = {"page": "1", "size": str(_MOST_PEOPLE), "withHidden": "true"}
        answer = decode(self._http.get("/people", parameters), _People, "GET /people")
        for person in answer.people[:_MOST_PEOPLE]:
            photos = page(self._http, "/search/metadata", {"personIds": [person.id], "size": _MOST_MEMBERS})
            if photos:
                # Up to 2.4 a search by people shows them in any case, so each photo is searched by its id.
                return check_shown(
                    "people", chain.from_iterable(self._with_people(str(photo["id"])) for photo in photos)
                )
        return not answer.people

    def filter_people(self) -> bool:
        """Returns True if a search by `filter` that asks for people shows them. False, not settled, without photos."""
        body: Body = {"filter": {"hasPeople": {"eq": True}}, "withPeople": True, "size": _MOST_MEMBERS}
        return check_shown("people", page(self._http, "/search/metadata", body))

    def exif(self) -> bool:
        """Returns True if a search by `filter` that asks for EXIF shows it. False, not settled, without photos."""
        body: Body = {"filter": {"fileSizeInBytes": {"gte": 0}}, "withExif": True, "size": _MOST_MEMBERS}
        return check_shown("exifInfo", page(self._http, "/search/metadata", body))

    def _members(self, album_id: str, shown: Mapping[str, object]) -> list[Record]:
        if self._capabilities.searches_by_album:
            body: Body = {**shown, "albumIds": [album_id], "size": _MOST_MEMBERS}
            return page(self._http, "/search/metadata", body)
        path = f"/albums/{album_id}"
        return decode(self._http.get(path), _AlbumAssets, f"GET {path}").assets[:_MOST_MEMBERS]

    def _with_people(self, asset_id: str) -> list[Record]:
        return page(self._http, "/search/metadata", {"id": asset_id, "withPeople": True, "size": 1})
