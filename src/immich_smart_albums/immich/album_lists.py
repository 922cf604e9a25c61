"""Lists the albums that an account sees: all of them, or those that a photo is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from immich_smart_albums.errors import MissingPermission, Untrustworthy
from immich_smart_albums.immich.http.responses import decode
from immich_smart_albums.model.album import Album

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from immich_smart_albums.immich.http.client import Http
    from immich_smart_albums.immich.versions import Capabilities


class UserRecord(msgspec.Struct):
    """A user in answers of Immich."""

    id: str
    name: str = ""
    email: str = ""


class _AlbumUser(msgspec.Struct):
    user: UserRecord
    role: str


class _AlbumRecord(msgspec.Struct):
    """An album, with the fields that every version returns; whose it is and who sees it must not be guessed."""

    id: str
    albumName: str  # noqa: N815 - Immich's name
    assetCount: int  # noqa: N815 - Immich's name
    albumUsers: list[_AlbumUser]  # noqa: N815 - Immich's name
    shared: bool
    createdAt: str = ""  # noqa: N815 - Immich's name
    owner: UserRecord | None = None
    """Before 3.0."""


class _SharedLinks(msgspec.Struct):
    shared: int


def list_albums(http: Http, capabilities: Capabilities, own_id: Callable[[], str | None]) -> list[Album]:
    """Returns all albums that an account owns or that are shared with it, each once (`GET /albums`).

    `own_id` returns the account's id. None if it is not known; then its role in shared albums is not known either.
    """
    # Before 3.0 the plain list is the owned ones, and `shared=true` adds the shared ones.
    parameter_sets = [None] if capabilities.lists_shared_albums else [None, {"shared": "true"}]
    albums: dict[str, _AlbumRecord] = {}
    for parameters in parameter_sets:
        answer = decode(http.get("/albums", parameters), list[_AlbumRecord], "GET /albums")
        if parameters is not None:
            _check_shared(http, answer, albums)
        albums.update((album.id, album) for album in answer)
    return _as_albums(albums.values(), own_id)


def list_albums_with(http: Http, asset_id: str, own_id: Callable[[], str | None]) -> list[Album]:
    """Returns the albums of an account that an asset is in.

    Raises Untrustworthy if `assetId` was dropped on the way.
    """
    answer = _with_asset(http, asset_id)
    if answer and _with_asset(http, _NOBODYS):
        message = "GET /albums: the answer is not the albums of an asset, which were asked for"
        raise Untrustworthy(message, hint="Something on the way seems to drop 'assetId'; nothing of it is used.")
    return _as_albums(answer, own_id)


_NOBODYS = "00000000-0000-4000-8000-000000000000"
"""The id of no asset: it is in no album, if the server obeys `assetId` at all."""


def _with_asset(http: Http, asset_id: str) -> list[_AlbumRecord]:
    return decode(http.hint("/albums", {"assetId": asset_id}), list[_AlbumRecord], "GET /albums")


def _check_shared(http: Http, answer: list[_AlbumRecord], owned: Mapping[str, _AlbumRecord]) -> None:
    """Raise Untrustworthy if `shared=true` was dropped, so that albums of others are missing."""
    is_dropped = not all(album.shared for album in answer)
    if not is_dropped and owned.keys() >= {album.id for album in answer}:
        # Either nobody shares an album with this account, or these are the owned albums again.
        try:
            body = http.get("/albums/statistics")
        except MissingPermission:
            return
        is_dropped = decode(body, _SharedLinks, "GET /albums/statistics").shared != len(answer)
    if is_dropped:
        message = "GET /albums: the answer is not the shared albums, which were asked for"
        raise Untrustworthy(message, hint="Something on the way seems to drop 'shared'; nothing of it is used.")


def _as_albums(records: Collection[_AlbumRecord], own_id: Callable[[], str | None]) -> list[Album]:
    account = own_id() if any(album.albumUsers for album in records) else None
    return [_album(album, account) for album in records]


def _album(record: _AlbumRecord, own_id: str | None) -> Album:
    """Since 3.0 the owner is the album user with role owner; before, a field of its own."""
    owner = record.owner or next(
        (album_user.user for album_user in record.albumUsers if album_user.role == "owner"), UserRecord("")
    )
    role = _role(record, owner, own_id)
    is_shared = any(album_user.user.id != owner.id for album_user in record.albumUsers)
    return Album(record.id, record.albumName, record.assetCount, role, owner.name, record.createdAt, is_shared)


def _role(record: _AlbumRecord, owner: UserRecord, own_id: str | None) -> str | None:
    """The account's role in an album. None if the album is shared and the account's id is not known."""
    others = [album_user for album_user in record.albumUsers if album_user.user.id != owner.id]
    if not others or owner.id == own_id:
        return "owner"
    return next((other.role for other in others if other.user.id == own_id), None)
