"""Albums: their members, details and comments, and writing to them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from immich_smart_albums.errors import NoAccess, NotImmich, Refused, Untrustworthy
from immich_smart_albums.immich.albums.assets import ADD, REMOVE, write
from immich_smart_albums.immich.albums.creation import AlbumCreation
from immich_smart_albums.immich.albums.members import Contents
from immich_smart_albums.immich.http.body import LARGEST_LIST
from immich_smart_albums.immich.http.responses import decode
from immich_smart_albums.model.album import Album, AlbumDetails, User
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query, Visibility

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from immich_smart_albums.immich.directory import Directory
    from immich_smart_albums.immich.http.client import Http
    from immich_smart_albums.immich.search.searches import ImmichSearches
    from immich_smart_albums.immich.versions import Capabilities
    from immich_smart_albums.model.outcome import Outcome

_SHOWN = frozenset({Visibility.TIMELINE, Visibility.ARCHIVE})

_EVER = "1970-01-01T00:00:00.000Z"


class _Member(msgspec.Struct):
    id: str


class _Trashable(msgspec.Struct):
    isTrashed: bool  # noqa: N815 - Immich's name


class _WithAssets(msgspec.Struct):
    assets: list[_Member]


class _User(msgspec.Struct):
    id: str
    name: str = ""
    email: str = ""


class _Role(msgspec.Struct):
    user: _User
    role: str


class _Details(msgspec.Struct):
    id: str
    albumName: str  # noqa: N815 - Immich's name
    updatedAt: str  # noqa: N815
    albumUsers: list[_Role]  # noqa: N815
    description: str | None
    albumThumbnailAssetId: str | None  # noqa: N815
    createdAt: str = ""  # noqa: N815
    order: str | None = None
    owner: _User | None = None
    hasSharedLink: bool | None = None  # noqa: N815
    assetCount: int | None = None  # noqa: N815
    lastModifiedAssetTimestamp: str | None = None  # noqa: N815


class _Edited(msgspec.Struct):
    id: str
    albumName: str | None = None  # noqa: N815 - Immich's name
    description: str | None = None
    order: str | None = None
    albumThumbnailAssetId: str | None = None  # noqa: N815 - Immich's name


class ImmichAlbums:
    """Fits `operations.ports.albums.Albums`. Writes are serial; the caller decides the order."""

    def __init__(self, http: Http, capabilities: Capabilities, directory: Directory, searches: ImmichSearches) -> None:
        self._http = http
        self._capabilities = capabilities
        self._directory = directory
        self._searches = searches
        self._contents = Contents(http, searches)
        self._creation = AlbumCreation(http, directory)

    def members(self, album_id: str) -> frozenset[str]:
        """Returns the ids in an album that the timeline and the archive show (`GET /albums/{id}`, or a search).

        Trashed and hidden members are missing in every version. That is harmless: adding one again is answered with
        "duplicate".
        """
        if self._capabilities.searches_albums_of_others:
            return self._contents.ids(album_id)
        path = f"/albums/{album_id}"
        answer = decode(self._http.get(path, largest=LARGEST_LIST), _WithAssets, f"GET {path}")
        return frozenset(member.id for member in answer.assets)

    def trashed(self, album_id: str) -> frozenset[str]:
        """Returns the ids in an album that are in the trash, from 1.135 on; until 2.7 only the account's own.

        Empty before.
        """
        query = Query(Kind.METADATA, where(albumIds=(album_id,), trashedAfter=_EVER), _SHOWN)
        if self._capabilities.unsupported(query):
            return frozenset()
        batches = self._searches.find(query, frozenset())
        return frozenset(record["id"] for batch in batches for record in batch)

    def _inside(self, album_id: str, asset_ids: Collection[str]) -> frozenset[str]:
        """Which of these ids are in an album, shown or not."""
        shown = self.members(album_id) & frozenset(asset_ids)
        return shown | self.hidden(album_id, frozenset(asset_ids) - shown)

    def hidden(self, album_id: str, asset_ids: Collection[str]) -> frozenset[str]:
        """Returns those of these ids that are in the album although `members` does not show them.

        They may be trashed or locked. An id for which that is not certain counts as in the album.
        """
        left = set(asset_ids)
        held = self.trashed(album_id) & left if left else frozenset()
        return held | {asset_id for asset_id in sorted(left - held) if self._holds(album_id, asset_id)}

    def _holds(self, album_id: str, asset_id: str) -> bool:
        """Whether an asset is in an album, shown or not. True if that is not certain."""
        answer = decode(self._http.get("/albums", {"assetId": asset_id}), list[_Member], "GET /albums?assetId")
        if any(member.id == album_id for member in answer):
            return True
        if self._capabilities.lists_albums_of_trashed:
            return False
        try:
            path = f"/assets/{asset_id}"
            return decode(self._http.get(path), _Trashable, f"GET {path}").isTrashed
        except NoAccess:
            return True

    def remarks(self, album_id: str) -> int:
        """Returns how many comments and likes an album has, those on its photos included.

        It is `GET /activities`. Raises MissingPermission without `activity.read`.
        """
        return len(decode(self._http.get("/activities", {"albumId": album_id}), list[_Member], "GET /activities"))

    def details(self, album_id: str) -> AlbumDetails:
        """Returns one album (`GET /albums/{id}`). Raises NoAccess if there is none for this account."""
        path = f"/albums/{album_id}"
        # From 3.0 on the answer never has the assets.
        parameters = None if self._capabilities.searches_albums_of_others else {"withoutAssets": "true"}
        return _details(decode(self._http.get(path, parameters), _Details, f"GET {path}"), album_id)

    def create(self, name: str, description: str = "") -> Album:
        """Create an album, once whatever becomes of the answer; see `AlbumCreation.create`."""
        return self._creation.create(name, description)

    def add(self, album_id: str, asset_ids: Sequence[str]) -> dict[str, Outcome]:
        """Add one chunk of assets that are not there; see `assets.write`."""
        return write(self._http, ADD, album_id, asset_ids, partial(self._inside, album_id))

    def remove(self, album_id: str, asset_ids: Sequence[str]) -> dict[str, Outcome]:
        """Take out one chunk of assets that are there; see `assets.write`."""
        return write(self._http, REMOVE, album_id, asset_ids, partial(self._inside, album_id))

    def edit(
        self,
        album_id: str,
        *,
        name: str | None = None,
        description: str | None = None,
        order: str | None = None,
        cover: str | None = None,
    ) -> None:
        """Change what is given (`PATCH /albums/{id}`). Until 2.6.1 the owner may, later editors as well.

        It is done when the answer shows it, or a look at the album. Raises ServerError.
        """
        details = {"albumName": name, "description": description, "order": order, "albumThumbnailAssetId": cover}
        body = {name: value for name, value in details.items() if value is not None}
        request, failure = f"PATCH /albums/{album_id}", None
        try:
            answer = self._http.send("PATCH", f"/albums/{album_id}", body, repeat=True)
            if _shows(decode(answer, _Edited, request), body):
                return
        except (NotImmich, Untrustworthy) as error:
            failure = error
        path = f"/albums/{album_id}"
        if not _shows(decode(self._http.get(path), _Edited, f"GET {path}"), body):
            raise failure or _not_done(request)

    def share(self, album_id: str, user_id: str, role: str | None) -> None:
        """Give a user a role, or take the album away. It may be so already.

        Roles are changed by `PUT /albums/{id}/user/{userId}`: adding a user who is in already keeps the role (3.0), or
        is refused (before). Until 2.6.1 the owner may, later editors as well. Raises ServerError if a look at the album
        afterwards does not show the role.
        """
        now = self._role(album_id, user_id)
        if now == role:
            return
        one, failure = f"/albums/{album_id}/user/{user_id}", None
        try:
            if role is None:
                self._http.send("DELETE", one, None, repeat=True)
            elif now is None:
                body = {"albumUsers": [{"userId": user_id, "role": role}]}
                self._http.send("PUT", f"/albums/{album_id}/users", body, repeat=True)
            else:
                self._http.send("PUT", one, {"role": role}, repeat=True)
        except (Refused, NotImmich, Untrustworthy) as error:
            failure = error  # after a lost answer, the repeated request is refused
        # The answer does not show the outcome, so the album is read.
        if self._role(album_id, user_id) != role:
            raise failure or _not_done(f"sharing the album {album_id}")

    def _role(self, album_id: str, user_id: str) -> str | None:
        return next((role for user, role in self.details(album_id).users if user.id == user_id), None)

    def delete(self, album_id: str) -> None:
        """Delete an album, as its owner (`DELETE /albums/{id}`). It may be gone already.

        Raises ServerError if it is still listed afterwards.
        """
        failure = None
        try:
            self._http.send("DELETE", f"/albums/{album_id}", None, repeat=True)
        except (NoAccess, NotImmich, Untrustworthy) as error:
            failure = error
        if album_id in {album.id for album in self._directory.albums()}:
            raise failure or _not_done(f"DELETE /albums/{album_id}")


def _shows(edited: _Edited, details: Mapping[str, str]) -> bool:
    """Whether an album has these details."""
    description = details.get("description")
    cover = details.get("albumThumbnailAssetId")
    return (
        (description is None or (edited.description or "").strip() == description.strip())
        and (cover is None or edited.albumThumbnailAssetId == cover)
        and ("order" not in details or edited.order == details["order"])
        and ("albumName" not in details or edited.albumName == details["albumName"])
    )


def _not_done(request: str) -> Untrustworthy:
    hint = "Something on the way may have answered in place of Immich. Run this again."
    return Untrustworthy(f"{request} was answered as if it were done, and it is not", hint=hint)


def _details(record: _Details, album_id: str) -> AlbumDetails:
    """Since 3.0 the owner is the album user with role owner; before, a field of its own."""
    owner = record.owner or next(
        (album_user.user for album_user in record.albumUsers if album_user.role == "owner"), None
    )
    if record.id != album_id or owner is None:
        message = f"GET /albums/{album_id}: the answer is not this album with an owner"
        raise Untrustworthy(message, hint="Something on the way seems to answer in place of Immich.")
    return AlbumDetails(
        record.id,
        record.albumName,
        User(owner.id, owner.name, owner.email),
        tuple(
            (User(album_user.user.id, album_user.user.name, album_user.user.email), album_user.role)
            for album_user in record.albumUsers
            if album_user.user.id != owner.id
        ),
        record.updatedAt,
        record.description or "",
        record.order,
        record.albumThumbnailAssetId,
        record.createdAt,
        record.assetCount,
        record.hasSharedLink,
        record.lastModifiedAssetTimestamp,
    )
