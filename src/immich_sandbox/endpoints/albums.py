"""Albums: list, read, create, change, delete, their assets and their users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from immich_sandbox.answers.json_shapes import album_json, contributors_json, counted_members, id_result
from immich_sandbox.api_error import ApiError
from immich_sandbox.library.access import album_as, may_share, readable_album
from immich_sandbox.request import json_response, no_content
from immich_sandbox.requests.fields import ORDERS, Field

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from immich_sandbox.library.records import Album
    from immich_sandbox.request import ApiRequest, Response

_ROLES = ("editor", "viewer")
_IDS = Field("ids", "uuids", required=True)
_USER = Field("", "object", fields=(Field("userId", "uuid", required=True), Field("role", "choice", choices=_ROLES)))


def list_albums(request: ApiRequest) -> Response:
    """GET /albums: the owned ones up to 2.7, the owned and those shared with me from 3.0 on."""
    mine = [album for album in request.library.albums.values() if request.user_id in album.roles]
    mine.sort(key=lambda album: (album.created_at, album.id), reverse=True)
    chosen = _chosen_3(request, mine) if request.level.album_list_shared_too else _chosen_2(request, mine)
    return json_response([album_json(album, request.library, request.level) for album in chosen])


def _chosen_3(request: ApiRequest, mine: list[Album]) -> Iterable[Album]:
    parameters = request.checked_query(
        Field("id", "uuid"),
        Field("name", "text"),
        Field("isOwned", "boolean"),
        Field("isShared", "boolean"),
        Field("assetId", "uuid"),
    )
    return (
        album
        for album in mine
        if ("id" not in parameters or album.id == parameters["id"])
        and ("name" not in parameters or album.name == parameters["name"])
        and ("isOwned" not in parameters or (album.owner_id == request.user_id) == parameters["isOwned"])
        and ("isShared" not in parameters or album.shared == parameters["isShared"])
        and ("assetId" not in parameters or parameters["assetId"] in album.asset_ids)
    )


def _chosen_2(request: ApiRequest, mine: list[Album]) -> Iterable[Album]:
    parameters = request.checked_query(Field("assetId", "uuid"), Field("shared", "boolean"))
    if "assetId" in parameters:
        return (album for album in mine if parameters["assetId"] in album.asset_ids)
    if parameters.get("shared"):
        return (album for album in mine if album.shared)
    return (
        album for album in mine if album.owner_id == request.user_id and not ("shared" in parameters and album.shared)
    )


def get_album(request: ApiRequest) -> Response:
    """GET /albums/{id}: with all assets up to 2.7 unless `withoutAssets`, never from 3.0 on."""
    library, level = request.library, request.level
    album = readable_album(library, request.ids["id"], request.user_id)
    without = request.checked_query(Field("withoutAssets", "boolean")).get("withoutAssets", False)
    body = album_json(album, library, level)
    if level.album_owner_apart and not without:
        body["assets"] = _assets_json(request, album)
    if level.album_contributors and album.shared:
        body["contributorCounts"] = contributors_json(album, library, level)
    return json_response(body)


def create_album(request: ApiRequest) -> Response:
    """POST /albums: assets without access are left out without a word, names need not be unique."""
    wanted = request.checked_body(
        Field("albumName", "text", required=True),
        Field("description", "text"),
        Field("albumUsers", "list", fields=(_USER,)),
        Field("assetIds", "uuids"),
    )
    roles: dict[str, str] = {}
    for user in wanted.get("albumUsers", []):
        if user["userId"] not in request.library.users:
            raise ApiError(400, request.level.album_unknown_user)
        if user["userId"] == request.user_id:
            if not request.level.zod:
                raise ApiError(400, "Cannot share album with owner")
            continue
        roles[user["userId"]] = user.get("role", "editor")
    album = request.library.add_album(
        wanted["albumName"],
        owner_id=request.user_id,
        asset_ids=_shareable(request, wanted.get("assetIds", [])),
        roles=roles,
    )
    album.description = wanted.get("description") or ""
    body = album_json(album, request.library, request.level, exact_dates=True)
    if request.level.album_owner_apart:
        body["assets"] = _assets_json(request, album)
    return json_response(body, 201)


def update_album(request: ApiRequest) -> Response:
    """PATCH /albums/{id}: by the owner, since 2.6.2 by editors too."""
    roles = ("owner", "editor") if request.level.album_editors_update else ("owner",)
    album = album_as(request.library, request.ids["id"], request.user_id, roles, "album.update")
    wanted = request.checked_body(
        Field("albumName", "text"),
        Field("description", "text", null=True),
        Field("albumThumbnailAssetId", "uuid"),
        Field("isActivityEnabled", "boolean"),
        Field("order", "choice", choices=ORDERS),
    )
    cover = wanted.get("albumThumbnailAssetId")
    if cover is not None and cover not in album.asset_ids:
        raise ApiError(400, "Invalid album thumbnail")
    with request.library.lock:
        album.name = wanted.get("albumName", album.name)
        album.description = wanted.get("description", album.description) or ""
        album.thumbnail_asset_id = cover or album.thumbnail_asset_id
        album.is_activity_enabled = wanted.get("isActivityEnabled", album.is_activity_enabled)
        album.order = wanted.get("order", album.order)
        _touch(request, album)
    return json_response(album_json(album, request.library, request.level, exact_dates=True))


def delete_album(request: ApiRequest) -> Response:
    """DELETE /albums/{id}: by the owner only."""
    album = album_as(request.library, request.ids["id"], request.user_id, ("owner",), "album.delete")
    request.library.delete_album(album.id)
    return no_content(request.level)


def add_assets(request: ApiRequest) -> Response:
    """PUT /albums/{id}/assets: 200 with one result for each id, in order, even if nothing could be added."""
    wanted = request.checked_body(_IDS)["ids"]
    if request.ids["id"] not in request.library.albums:
        raise ApiError(400, "Album not found")
    permission = request.level.album_asset_access[0]
    album = album_as(request.library, request.ids["id"], request.user_id, ("owner", "editor"), permission)
    allowed = set(_shareable(request, wanted))
    added, results = _sorted_out(wanted, "duplicate", lambda id_: id_ not in album.asset_ids, allowed)
    if added:
        request.library.add_to_album(album.id, added)
    return json_response(results)


def remove_assets(request: ApiRequest) -> Response:
    """DELETE /albums/{id}/assets: the owner may take out all, an editor own ones and partners'."""
    wanted = request.checked_body(_IDS)["ids"]
    permission = request.level.album_asset_access[1]
    album = album_as(request.library, request.ids["id"], request.user_id, ("owner", "editor"), permission)
    allowed = set(wanted) if album.owner_id == request.user_id else set(_shareable(request, wanted))
    removed, results = _sorted_out(wanted, "not_found", lambda id_: id_ in album.asset_ids, allowed)
    if removed:
        request.library.remove_from_album(album.id, removed)
    return json_response(results)


def _sorted_out(
    wanted: Iterable[str], pointless: str, has_point: Callable[[str], bool], allowed: Collection[str]
) -> tuple[dict[str, None], list[dict[str, Any]]]:
    """Return the ids with which something is done, each once, and the answer for every id, in order."""
    done: dict[str, None] = {}
    results = []
    for asset_id in wanted:
        error = None
        if asset_id in done or not has_point(asset_id):
            error = pointless
        elif asset_id not in allowed:
            error = "no_permission"
        else:
            done[asset_id] = None
        results.append(id_result(asset_id, error))
    return done, results


def add_assets_to_albums(request: ApiRequest) -> Response:
    """PUT /albums/assets: one result for everything; what is without access is dropped without a word."""
    wanted = request.checked_body(Field("albumIds", "uuids", required=True), Field("assetIds", "uuids", required=True))
    editable = [
        album
        for album_id in wanted["albumIds"]
        if (album := request.library.albums.get(album_id)) and album.roles.get(request.user_id) in ("owner", "editor")
    ]
    allowed = _shareable(request, wanted["assetIds"])
    if not editable or not allowed:
        return json_response({"success": False, "error": "no_permission"})
    new = {album.id: [asset_id for asset_id in allowed if asset_id not in album.asset_ids] for album in editable}
    if not any(new.values()):
        return json_response({"success": False, "error": "duplicate"})
    for album_id, asset_ids in new.items():
        if asset_ids:
            request.library.add_to_album(album_id, asset_ids)
    return json_response({"success": True})


def add_users(request: ApiRequest) -> Response:
    """PUT /albums/{id}/users: someone who is in already keeps the role (3.1.0), or is refused (before 3.0)."""
    album = _shared_by_me(request)
    for user in request.checked_body(Field("albumUsers", "list", required=True, fields=(_USER,)))["albumUsers"]:
        user_id = user["userId"]
        if user_id == album.owner_id:
            raise ApiError(400, "Cannot be shared with owner")
        if user_id not in request.library.users:
            raise ApiError(400, request.level.album_unknown_user)
        if user_id not in album.roles:
            album.roles[user_id] = user.get("role", "editor")
        elif request.level.album_readd_user_refused:
            raise ApiError(400, "User already added")
    _touch(request, album)
    return json_response(album_json(album, request.library, request.level, exact_dates=True))


def update_user(request: ApiRequest) -> Response:
    """PUT /albums/{id}/user/{userId}: change a role."""
    album = _shared_by_me(request)
    role = request.checked_body(Field("role", "choice", choices=_ROLES, required=True))["role"]
    if album.roles.get(request.ids["userId"], "owner") == "owner":
        raise ApiError(400, "Album not shared with user")
    album.roles[request.ids["userId"]] = role
    _touch(request, album)
    return no_content(request.level)


def remove_user(request: ApiRequest) -> Response:
    """DELETE /albums/{id}/user/{userId}: stop sharing; everybody may leave by `me`."""
    user_id = request.user_id if request.ids["userId"] == "me" else request.ids["userId"]
    album = readable_album(request.library, request.ids["id"], request.user_id)
    if album.owner_id == user_id:
        raise ApiError(400, "Cannot remove album owner")
    if user_id not in album.roles:
        raise ApiError(400, "Album not shared with user")
    if user_id != request.user_id:
        _shared_by_me(request)
    del album.roles[user_id]
    _touch(request, album)
    return no_content(request.level)


def statistics(request: ApiRequest) -> Response:
    """GET /albums/statistics."""
    mine = [album for album in request.library.albums.values() if request.user_id in album.roles]
    owned = [album for album in mine if album.owner_id == request.user_id]
    shared = sum(album.shared for album in mine)
    return json_response({"owned": len(owned), "shared": shared, "notShared": len(mine) - shared})


def _assets_json(request: ApiRequest, album: Album) -> list[dict[str, Any]]:
    members = counted_members(album, request.library, request.level)
    members.sort(key=lambda asset: (asset.file_created_at, asset.id), reverse=album.order == "desc")
    return [request.backend.writer.nested(asset) for asset in members]


def _shared_by_me(request: ApiRequest) -> Album:
    roles = ("owner", "editor") if request.level.album_editors_update else ("owner",)
    return album_as(request.library, request.ids["id"], request.user_id, roles, "album.share")


def _shareable(request: ApiRequest, asset_ids: Iterable[str]) -> list[str]:
    library = request.library
    assets = (library.assets.get(asset_id) for asset_id in asset_ids)
    return [asset.id for asset in assets if asset is not None and may_share(library, asset, request.user_id)]


def _touch(request: ApiRequest, album: Album) -> None:
    with request.library.lock:
        album.updated_at = request.library.now()
        request.library.revision += 1
