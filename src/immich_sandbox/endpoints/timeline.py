"""The timeline in months, and the map: whole libraries in few calls."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from immich_sandbox.answers.asset_json import duration_text
from immich_sandbox.api_error import ApiError
from immich_sandbox.library import times
from immich_sandbox.library.access import readable_album
from immich_sandbox.request import json_response
from immich_sandbox.requests.fields import ORDERS, VISIBILITIES, Field

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_sandbox.library.records import Asset
    from immich_sandbox.request import ApiRequest, Response

_SIZES = ("DAY", "MONTH")


def buckets(request: ApiRequest) -> Response:
    """GET /timeline/buckets: how many assets each month of local time has."""
    parameters = _parameters(request)
    start = _bucket_start(parameters)
    counts = Counter(start(asset.local_date_time) for asset in _shown(request, parameters))
    if request.level.columnar_buckets:
        names = {count: count for count in counts}
    else:
        names = {count: f"{count}T00:00:00.000Z" for count in counts}
    listed = sorted(counts, reverse=parameters.get("order", "desc") == "desc")
    return json_response([{"timeBucket": names[month], "count": counts[month]} for month in listed])


def bucket(request: ApiRequest) -> Response:
    """GET /timeline/bucket: one month in columns (1.133 and later), or as whole assets before."""
    parameters = _parameters(request, Field("timeBucket", "text", required=True))
    start = _bucket_start(parameters)
    wanted = parameters["timeBucket"][:10]
    shown = [asset for asset in _shown(request, parameters) if start(asset.local_date_time) == wanted]
    shown.sort(key=lambda asset: (asset.file_created_at, asset.id), reverse=parameters.get("order", "desc") == "desc")
    if not request.level.columnar_buckets:
        return json_response([request.backend.writer.updated(asset) for asset in shown])
    # The list of months counts assets without EXIF, the month itself leaves them out (an INNER JOIN).
    return json_response(_columns(request, [asset for asset in shown if asset.exif], parameters))


def markers(request: ApiRequest) -> Response:
    """GET /map/markers: every place of every photo in one call."""
    flags = ("isArchived", "isFavorite", "withPartners", "withSharedAlbums")
    dates = ("fileCreatedAfter", "fileCreatedBefore")
    parameters = request.checked_query(
        *(Field(name, "boolean") for name in flags), *(Field(name, "date") for name in dates)
    )
    library = request.library
    owners = {request.user_id}
    if parameters.get("withPartners"):
        owners |= {partner.shared_by_id for partner in library.partners if partner.shared_with_id == request.user_id}
    shared = set[str]()
    if parameters.get("withSharedAlbums"):
        mine = (album for album in library.albums.values() if request.user_id in album.roles)
        shared.update(*(album.asset_ids for album in mine))
    visible = ("timeline", "archive") if parameters.get("isArchived") else ("timeline",)
    after, before = parameters.get("fileCreatedAfter"), parameters.get("fileCreatedBefore")
    assets = (
        asset
        for asset in reversed(library.timeline)
        if (asset.owner_id in owners or asset.id in shared)
        and asset.visibility in visible
        and asset.deleted_at is None
        and ("isFavorite" not in parameters or asset.is_favorite == parameters["isFavorite"])
        and (after is None or asset.file_created_at >= after)
        and (before is None or asset.file_created_at <= before)
    )
    return json_response([marker for asset in assets if (marker := _marker(asset))])


def album_markers(request: ApiRequest) -> Response:
    """GET /albums/{id}/map-markers (3.0 and later)."""
    album = readable_album(request.library, request.ids["id"], request.user_id)
    members = [request.library.assets[asset_id] for asset_id in album.asset_ids]
    shown = [asset for asset in members if asset.visibility == "timeline" and asset.deleted_at is None]
    shown.sort(key=lambda asset: asset.file_created_at, reverse=True)
    return json_response([marker for asset in shown if (marker := _marker(asset))])


def _marker(asset: Asset) -> dict[str, Any] | None:
    exif = asset.exif
    if exif is None or exif.latitude is None or exif.longitude is None:
        return None
    place = {"city": exif.city, "state": exif.state, "country": exif.country}
    return {"id": asset.id, "lat": exif.latitude, "lon": exif.longitude, **place}


def _parameters(request: ApiRequest, *more: Field) -> dict[str, Any]:
    flags = ["isFavorite", "isTrashed", "withPartners", "withStacked", "withCoordinates"]
    fields = [Field(name, "uuid") for name in ("albumId", "personId", "tagId", "userId")]
    fields.append(Field("order", "choice", choices=ORDERS))
    if request.level.columnar_buckets:
        fields.append(Field("visibility", "choice", choices=VISIBILITIES))
    else:
        flags.append("isArchived")
        fields.append(Field("size", "choice", choices=_SIZES, required=True))
    parameters = request.checked_query(*fields, *(Field(name, "boolean") for name in flags), *more)
    if parameters.get("visibility") == "locked":
        raise ApiError(401, "Elevated permission is required")
    narrow = parameters.get("visibility") == "timeline" and not parameters.keys() & {"isFavorite", "isTrashed"}
    if parameters.get("withPartners") and request.level.columnar_buckets and not narrow:
        raise ApiError(400, "withPartners is only supported for non-archived, non-trashed, non-favorited assets")
    return parameters


def _bucket_start(parameters: dict[str, Any]) -> Callable[[int], str]:
    if parameters.get("size") == "DAY":
        return lambda instant: times.day_text(instant // times.DAY)
    return times.month


def _shown(request: ApiRequest, parameters: dict[str, Any]) -> list[Asset]:
    library = request.library
    rows = library.timeline
    if "albumId" in parameters:
        album = readable_album(library, parameters["albumId"], request.user_id)
        rows = [library.assets[asset_id] for asset_id in album.asset_ids]
    else:
        user_id = parameters.get("userId", request.user_id)
        shared = user_id in library.searchable_owners(request.user_id)
        if not shared:
            raise ApiError(400, "Not found or no timeline.read access")
        owners = library.searchable_owners(user_id) if parameters.get("withPartners") else {user_id}
        rows = [asset for asset in rows if asset.owner_id in owners]
    trashed, visible = parameters.get("isTrashed", False), _visible(parameters)
    family = library.tag_family(parameters["tagId"]) if "tagId" in parameters else frozenset()
    return [
        asset
        for asset in rows
        if (asset.deleted_at is not None) == trashed
        and asset.visibility in visible
        and ("isFavorite" not in parameters or asset.is_favorite == parameters["isFavorite"])
        and ("personId" not in parameters or parameters["personId"] in asset.person_ids)
        and (not family or not family.isdisjoint(asset.tag_ids))
        and (not parameters.get("withStacked") or _is_shown_of_stack(request, asset))
    ]


def _visible(parameters: dict[str, Any]) -> tuple[str, ...]:
    if "visibility" in parameters:
        return (parameters["visibility"],)
    if "isArchived" in parameters:
        return ("archive",) if parameters["isArchived"] else ("timeline",)
    return ("timeline", "archive")


def _is_shown_of_stack(request: ApiRequest, asset: Asset) -> bool:
    stack = request.library.stacks.get(asset.stack_id or "")
    return stack is None or stack.primary_asset_id == asset.id


def _columns(request: ApiRequest, assets: list[Asset], parameters: dict[str, Any]) -> dict[str, list[Any]]:
    level = request.level
    duration = duration_text if level.duration_text else (lambda milliseconds: milliseconds)
    exif = [asset.exif for asset in assets]
    columns: dict[str, list[Any]] = {
        "id": [asset.id for asset in assets],
        "ownerId": [asset.owner_id for asset in assets],
        "visibility": [asset.visibility for asset in assets],
        "isFavorite": [asset.is_favorite and asset.owner_id == request.user_id for asset in assets],
        "isImage": [asset.type == "IMAGE" for asset in assets],
        "isTrashed": [asset.deleted_at is not None for asset in assets],
        "livePhotoVideoId": [asset.live_photo_video_id for asset in assets],
        "fileCreatedAt": [times.plain(asset.file_created_at) for asset in assets],
        "localOffsetHours": [_hours(asset.local_date_time - asset.file_created_at) for asset in assets],
        "duration": [duration(asset.duration_ms) if asset.type == "VIDEO" else None for asset in assets],
        "projectionType": [exif_row.projection_type if exif_row else None for exif_row in exif],
        "ratio": [_ratio(asset) for asset in assets],
        "thumbhash": [asset.thumbhash for asset in assets],
        "city": [exif_row.city if exif_row else None for exif_row in exif],
        "country": [exif_row.country if exif_row else None for exif_row in exif],
    }
    if level.bucket_extras:
        columns["createdAt"] = [times.plain(asset.created_at) for asset in assets]
        columns["status"] = ["active" if asset.deleted_at is None else "trashed" for asset in assets]
    if parameters.get("withCoordinates"):
        columns["latitude"] = [exif_row.latitude if exif_row else None for exif_row in exif]
        columns["longitude"] = [exif_row.longitude if exif_row else None for exif_row in exif]
    if parameters.get("withStacked"):
        columns["stack"] = [_stack(request, asset) for asset in assets]
    return columns


def _hours(difference: int) -> float:
    hours = difference / times.HOUR
    return int(hours) if hours == int(hours) else hours


def _ratio(asset: Asset) -> float:
    return round(asset.width / asset.height, 3) if asset.width and asset.height else 1


def _stack(request: ApiRequest, asset: Asset) -> list[str] | None:
    stack = request.library.stacks.get(asset.stack_id or "")
    return [stack.id, str(len(stack.asset_ids))] if stack else None
