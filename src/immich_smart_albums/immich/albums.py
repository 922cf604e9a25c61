"""Albums: what is in them, creating one, adding to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import stamina

from immich_smart_albums.errors import ServerError, Untrustworthy
from immich_smart_albums.immich.responses import decode
from immich_smart_albums.model.album import Album
from immich_smart_albums.model.outcome import Outcome
from immich_smart_albums.model.query import Kind, Query, Visibility

if TYPE_CHECKING:
    from collections.abc import Sequence

    from immich_smart_albums.immich.directory import Directory
    from immich_smart_albums.immich.http import Http
    from immich_smart_albums.immich.searches import ImmichSearches
    from immich_smart_albums.immich.versions import Capabilities

_SHOWN = frozenset({Visibility.TIMELINE, Visibility.ARCHIVE})

_MEANINGS = {
    "duplicate": Outcome.ALREADY_THERE,
    "no_permission": Outcome.NO_PERMISSION,
    "not_found": Outcome.NOT_FOUND,
}
"""What `PUT /albums/{id}/assets` answers for an id that it did not add."""


class _Member(msgspec.Struct):
    id: str


class _WithAssets(msgspec.Struct):
    assets: list[_Member]


class _Result(msgspec.Struct):
    id: str
    success: bool
    error: str | None = None


class _NotThereError(Exception):
    """An album is not listed, or not yet."""


class ImmichAlbums:
    """Reads and writes albums. Writes are serial; the caller decides the order."""

    def __init__(self, http: Http, capabilities: Capabilities, directory: Directory, searches: ImmichSearches) -> None:
        self._http = http
        self._capabilities = capabilities
        self._directory = directory
        self._searches = searches

    def members(self, album_id: str) -> frozenset[str]:
        """The ids in an album, as far as the timeline and the archive show them.

        Trashed and hidden members are missing in every version. That is harmless: adding one again is answered with
        "duplicate".
        """
        if self._capabilities.searches_albums_of_others:
            query = Query(Kind.METADATA, (("albumIds", (album_id,)),), _SHOWN)
            batches = self._searches.find(query, frozenset())
            return frozenset(record["id"] for batch in batches for record in batch)
        path = f"/albums/{album_id}"
        answer = decode(self._http.get(path), _WithAssets, f"GET {path}")
        return frozenset(member.id for member in answer.assets)

    def create(self, name: str) -> Album:
        """Create an album. When the answer is lost, look whether it is there before trying again.

        Raises ServerError; an album that was made all the same is then found by the next run.
        """
        before = {album.id for album in self._directory.albums()}
        try:
            return self._create(name)
        except ServerError as error:
            if error.again is None:
                raise
            made = self._look_for(name, before)
            if made is not None:
                return made
            if error.may_be_running:
                # Asking again could make a second one.
                raise
            return self._create(name)

    def _look_for(self, name: str, before: set[str]) -> Album | None:
        """A new album of this name, looked for several times: the server may take a moment to make it."""
        try:
            for attempt in stamina.retry_context(
                on=_NotThereError, attempts=4, timeout=None, wait_initial=0.5, wait_max=4.0, wait_jitter=0.5
            ):
                with attempt:
                    return self._made(name, before)
        except _NotThereError:
            return None
        raise AssertionError  # pragma: no cover - the last attempt returns or raises

    def _made(self, name: str, before: set[str]) -> Album:
        for album in self._directory.albums():
            if album.name == name and album.id not in before:
                return album
        raise _NotThereError

    def _create(self, name: str) -> Album:
        body = self._http.send("POST", "/albums", {"albumName": name}, repeat=False)
        answer = decode(body, dict[str, Any], "POST /albums")
        if answer.get("albumName") != name or not isinstance(answer.get("id"), str):
            message = "POST /albums: the answer is not the album that was asked for"
            raise Untrustworthy(message, hint="Look at your albums before you run this again.")
        return Album(answer["id"], name, 0, "owner", "", str(answer.get("createdAt", "")))

    def add(self, album_id: str, asset_ids: Sequence[str]) -> dict[str, Outcome]:
        """Add one chunk of assets; every id's own answer is read.

        Safe to repeat: what is in is answered as already there. An id without an answer, or with a word that this tool
        does not know, is `UNKNOWN`.
        """
        path = f"/albums/{album_id}/assets"
        body = self._http.send("PUT", path, {"ids": list(asset_ids)}, repeat=True)
        meanings = {result.id: _meaning(result) for result in decode(body, list[_Result], f"PUT {path}")}
        return {asset_id: meanings.get(asset_id, Outcome.UNKNOWN) for asset_id in asset_ids}


def _meaning(result: _Result) -> Outcome:
    return Outcome.ADDED if result.success else _MEANINGS.get(result.error or "", Outcome.UNKNOWN)
