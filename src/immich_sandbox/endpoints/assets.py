"""Single assets, their pictures and counts, stacks, and what a download would hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from immich_sandbox.api_error import ApiError, no_access
from immich_sandbox.library.access import may_share, own_asset, readable_album, readable_asset
from immich_sandbox.pictures.picture import draw_asset
from immich_sandbox.request import Response, json_response
from immich_sandbox.requests.fields import VISIBILITIES, Field

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immich_sandbox.library.records import Asset
    from immich_sandbox.request import ApiRequest

_ARCHIVE_SIZE = 4 * 1024**3


def get_asset(request: ApiRequest) -> Response:
    """GET /assets/{id}: the only answer with tags, stack and owner."""
    asset = readable_asset(request.library, request.ids["id"], request.user_id)
    return json_response(request.backend.writer.whole(asset, request.user_id))


def update_asset(request: ApiRequest) -> Response:
    """PUT /assets/{id}: description, rating, favourite, visibility; each moves `updatedAt`."""
    asset = own_asset(request.library, request.ids["id"], request.user_id, "asset.update")
    level = request.level
    wanted = request.checked_body(
        Field("description", "text"),
        Field("rating", "integer", low=-1, high=5, null=level.rating_null),
        Field("isFavorite", "boolean"),
        *(
            (Field("visibility", "choice", choices=VISIBILITIES),)
            if level.visibility
            else (Field("isArchived", "boolean"),)
        ),
    )
    changes: dict[str, Any] = {}
    if "isFavorite" in wanted:
        changes["is_favorite"] = wanted["isFavorite"]
    if "visibility" in wanted:
        changes["visibility"] = wanted["visibility"]
    if "isArchived" in wanted:
        changes["visibility"] = "archive" if wanted["isArchived"] else "timeline"
    if asset.exif is not None:
        changes |= {name: wanted[name] for name in ("description", "rating") if name in wanted}
    request.library.update(asset.id, **changes)
    return json_response(request.backend.writer.updated(asset))


def thumbnail(request: ApiRequest) -> Response:
    """GET /assets/{id}/thumbnail: an SVG drawn on the spot; a real server sends WebP or JPEG."""
    asset = readable_asset(request.library, request.ids["id"], request.user_id, "asset.view")
    headers = {"cache-control": "private, max-age=86400, no-transform, stale-while-revalidate=2592000"}
    return Response(body=draw_asset(asset).encode(), content_type="image/svg+xml", headers=headers)


def statistics(request: ApiRequest) -> Response:
    """GET /assets/statistics: own assets; timeline and archive unless stated."""
    flags = [Field("isFavorite", "boolean"), Field("isTrashed", "boolean")]
    if request.level.visibility:
        flags.append(Field("visibility", "choice", choices=VISIBILITIES))
    else:
        flags.append(Field("isArchived", "boolean"))
    parameters = request.checked_query(*flags)
    visible: tuple[str, ...] = ("timeline", "archive")
    if "visibility" in parameters:
        visible = (parameters["visibility"],)
    elif "isArchived" in parameters:
        visible = ("archive",) if parameters["isArchived"] else ("timeline",)
    types = [
        asset.type
        for asset in request.library.timeline
        if asset.owner_id == request.user_id
        and asset.visibility in visible
        and (asset.deleted_at is not None) == parameters.get("isTrashed", False)
        and ("isFavorite" not in parameters or asset.is_favorite == parameters["isFavorite"])
    ]
    images, videos = types.count("IMAGE"), types.count("VIDEO")
    return json_response({"images": images, "videos": videos, "total": images + videos})


def stacks(request: ApiRequest) -> Response:
    """GET /stacks: all own stacks with their assets."""
    primary = request.checked_query(Field("primaryAssetId", "uuid")).get("primaryAssetId")
    stacks_json = []
    for stack in request.library.stacks.values():
        if stack.owner_id != request.user_id or primary not in (None, stack.primary_asset_id):
            continue
        members = [request.library.assets[asset_id] for asset_id in stack.asset_ids]
        members.sort(key=lambda asset: asset.id != stack.primary_asset_id)
        assets = [request.backend.writer.nested(asset) for asset in members]
        stacks_json.append({"id": stack.id, "primaryAssetId": stack.primary_asset_id, "assets": assets})
    return json_response(stacks_json)


def download_info(request: ApiRequest) -> Response:
    """POST /download/info: 201 with all ids of an album, a user or a list, and the video parts of live photos."""
    wanted = request.checked_body(
        Field("assetIds", "uuids"),
        Field("albumId", "uuid"),
        Field("userId", "uuid"),
        Field("archiveSize", "integer", low=1),
    )
    limit = wanted.get("archiveSize", _ARCHIVE_SIZE)
    archives: list[dict[str, Any]] = []
    open_ids: list[str] = []
    size = 0
    for asset in _with_motion_parts(request, _downloaded(request, wanted)):
        open_ids.append(asset.id)
        size += (asset.exif.file_size or 0) if asset.exif else 0
        if size > limit:
            archives.append({"size": size, "assetIds": open_ids})
            open_ids, size = [], 0
    if open_ids:
        archives.append({"size": size, "assetIds": open_ids})
    return json_response({"totalSize": sum(archive["size"] for archive in archives), "archives": archives}, 201)


def _downloaded(request: ApiRequest, wanted: dict[str, Any]) -> Iterable[Asset]:
    """Assets without EXIF are missing here, too (an INNER JOIN since 1.129), except in a list of ids."""
    library = request.library
    if "assetIds" in wanted:
        assets = [library.assets.get(asset_id) for asset_id in wanted["assetIds"]]
        allowed = [asset for asset in assets if asset and may_share(library, asset, request.user_id)]
        if len(allowed) < len(assets):
            raise no_access("asset.download")
        return allowed
    if "albumId" in wanted:
        album = readable_album(library, wanted["albumId"], request.user_id, "album.download")
        members = (library.assets[asset_id] for asset_id in album.asset_ids)
        return [asset for asset in members if asset.deleted_at is None and asset.exif]
    if "userId" in wanted:
        if wanted["userId"] != request.user_id:
            raise no_access("timeline.download")
        own = (asset for asset in library.timeline if asset.owner_id == request.user_id)
        return [asset for asset in own if asset.deleted_at is None and asset.exif and asset.visibility != "hidden"]
    raise ApiError(400, "assetIds, albumId, or userId is required")


def _with_motion_parts(request: ApiRequest, assets: Iterable[Asset]) -> list[Asset]:
    by_id = {asset.id: asset for asset in assets}
    parts = (request.library.assets.get(asset.live_photo_video_id or "") for asset in tuple(by_id.values()))
    by_id |= {part.id: part for part in parts if part is not None}
    return list(by_id.values())
