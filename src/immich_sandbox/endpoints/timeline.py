"""The timeline in months, and the map: whole libraries in few calls."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from immich_sandbox.answers.asset_json import duration_text
from immich_sandbox.api_error import ApiError
from immich_sandbox.library import times
from immich_sandbox.library.access import readable_album
from immich_sandbox.request import json_answer
from immich_sandbox.requests.fields import ORDERS, VISIBILITIES, Field

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_sandbox.library.records import Asset
    from immich_sandbox.request import Answer, ApiRequest

_SIZES = ("DAY", "MONTH")


def buckets(call: ApiRequest) -> Answer:
    """GET /timeline/buckets: how many assets each month of local time has."""
    asked = _asked(call)
    start = _bucket_start(asked)
    counts = Counter(start(asset.local_date_time) for asset in _shown(call, asked))
    if call.level.columnar_buckets:
        names = {count: count for count in counts}
    else:
        names = {count: f"{count}T00:00:00.000Z" for count in counts}
    listed = sorted(counts, reverse=asked.get("order", "desc") == "desc")
    return json_answer([{"timeBucket": names[each], "count": counts[each]} for each in listed])


def bucket(call: ApiRequest) -> Answer:
    """GET /timeline/bucket: one month in columns (1.133 and later), or as whole assets before."""
    asked = _asked(call, Field("timeBucket", "text", required=True))
    start = _bucket_start(asked)
    wanted = asked["timeBucket"][:10]
    shown = [asset for asset in _shown(call, asked) if start(asset.local_date_time) == wanted]
    shown.sort(key=lambda asset: (asset.file_created_at, asset.id), reverse=asked.get("order", "desc") == "desc")
    if not call.level.columnar_buckets:
        return json_answer([call.backend.writer.updated(asset) for asset in shown])
    # The list of months counts assets without EXIF, the month itself leaves them out (an INNER JOIN).
    return json_answer(_columns(call, [asset for asset in shown if asset.exif], asked))


def markers(call: ApiRequest) -> Answer:
    """GET /map/markers: every place of every photo in one call."""
    flags = ("isArchived", "isFavorite", "withPartners", "withSharedAlbums")
    dates = ("fileCreatedAfter", "fileCreatedBefore")
    asked = call.checked_query(*(Field(n, "boolean") for n in flags), *(Field(n, "date") for n in dates))
    library = call.library
    owners = {call.user_id}
    if asked.get("withPartners"):
        owners |= {p.shared_by_id for p in library.partners if p.shared_with_id == call.user_id}
    shared = set[str]()
    if asked.get("withSharedAlbums"):
        mine = (album for album in library.albums.values() if call.user_id in album.roles)
        shared.update(*(album.asset_ids for album in mine))
    visible = ("timeline", "archive") if asked.get("isArchived") else ("timeline",)
    after, before = asked.get("fileCreatedAfter"), asked.get("fileCreatedBefore")
    found = (
        asset
        for asset in reversed(library.timeline)
        if (asset.owner_id in owners or asset.id in shared)
        and asset.visibility in visible
        and asset.deleted_at is None
        and ("isFavorite" not in asked or asset.is_favorite == asked["isFavorite"])
        and (after is None or asset.file_created_at >= after)
        and (before is None or asset.file_created_at <= before)
    )
    return json_answer([marker for asset in found if (marker := _marker(asset))])


def album_markers(call: ApiRequest) -> Answer:
    """GET /albums/{id}/map-markers (3.0 and later)."""
    album = readable_album(call.library, call.ids["id"], call.user_id)
    members = [call.library.assets[asset_id] for asset_id in album.asset_ids]
    shown = [asset for asset in members if asset.visibility == "timeline" and asset.deleted_at is None]
    shown.sort(key=lambda asset: asset.file_created_at, reverse=True)
    return json_answer([marker for asset in shown if (marker := _marker(asset))])


def _marker(asset: Asset) -> dict[str, Any] | None:
    exif = asset.exif
    if exif is None or exif.latitude is None or exif.longitude is None:
        return None
    place = {"city": exif.city, "state": exif.state, "country": exif.country}
    return {"id": asset.id, "lat": exif.latitude, "lon": exif.longitude, **place}


def _asked(call: ApiRequest, *more: Field) -> dict[str, Any]:
    flags = ["isFavorite", "isTrashed", "withPartners", "withStacked", "withCoordinates"]
    fields = [Field(name, "uuid") for name in ("albumId", "personId", "tagId", "userId")]
    fields.append(Field("order", "choice", choices=ORDERS))
    if call.level.columnar_buckets:
        fields.append(Field("visibility", "choice", choices=VISIBILITIES))
    else:
        flags.append("isArchived")
        fields.append(Field("size", "choice", choices=_SIZES, required=True))
    asked = call.checked_query(*fields, *(Field(name, "boolean") for name in flags), *more)
    if asked.get("visibility") == "locked":
        raise ApiError(401, "Elevated permission is required")
    narrow = asked.get("visibility") == "timeline" and not asked.keys() & {"isFavorite", "isTrashed"}
    if asked.get("withPartners") and call.level.columnar_buckets and not narrow:
        raise ApiError(400, "withPartners is only supported for non-archived, non-trashed, non-favorited assets")
    return asked


def _bucket_start(asked: dict[str, Any]) -> Callable[[int], str]:
    if asked.get("size") == "DAY":
        return lambda instant: times.day_text(instant // times.DAY)
    return times.month


def _shown(call: ApiRequest, asked: dict[str, Any]) -> list[Asset]:
    library = call.library
    rows = library.timeline
    if "albumId" in asked:
        album = readable_album(library, asked["albumId"], call.user_id)
        rows = [library.assets[asset_id] for asset_id in album.asset_ids]
    else:
        user_id = asked.get("userId", call.user_id)
        shared = user_id in library.searchable_owners(call.user_id)
        if not shared:
            raise ApiError(400, "Not found or no timeline.read access")
        owners = library.searchable_owners(user_id) if asked.get("withPartners") else {user_id}
        rows = [asset for asset in rows if asset.owner_id in owners]
    trashed, visible = asked.get("isTrashed", False), _visible(asked)
    family = library.tag_family(asked["tagId"]) if "tagId" in asked else frozenset()
    return [
        asset
        for asset in rows
        if (asset.deleted_at is not None) == trashed
        and asset.visibility in visible
        and ("isFavorite" not in asked or asset.is_favorite == asked["isFavorite"])
        and ("personId" not in asked or asked["personId"] in asset.person_ids)
        and (not family or not family.isdisjoint(asset.tag_ids))
        and (not asked.get("withStacked") or _is_shown_of_stack(call, asset))
    ]


def _visible(asked: dict[str, Any]) -> tuple[str, ...]:
    if "visibility" in asked:
        return (asked["visibility"],)
    if "isArchived" in asked:
        return ("archive",) if asked["isArchived"] else ("timeline",)
    return ("timeline", "archive")


def _is_shown_of_stack(call: ApiRequest, asset: Asset) -> bool:
    stack = call.library.stacks.get(asset.stack_id or "")
    return stack is None or stack.primary_asset_id == asset.id


def _columns(call: ApiRequest, assets: list[Asset], asked: dict[str, Any]) -> dict[str, list[Any]]:
    level = call.level
    duration = duration_text if level.duration_text else (lambda milliseconds: milliseconds)
    exif = [asset.exif for asset in assets]
    columns: dict[str, list[Any]] = {
        "id": [asset.id for asset in assets],
        "ownerId": [asset.owner_id for asset in assets],
        "visibility": [asset.visibility for asset in assets],
        "isFavorite": [asset.is_favorite and asset.owner_id == call.user_id for asset in assets],
        "isImage": [asset.type == "IMAGE" for asset in assets],
        "isTrashed": [asset.deleted_at is not None for asset in assets],
        "livePhotoVideoId": [asset.live_photo_video_id for asset in assets],
        "fileCreatedAt": [times.plain(asset.file_created_at) for asset in assets],
        "localOffsetHours": [_hours(asset.local_date_time - asset.file_created_at) for asset in assets],
        "duration": [duration(asset.duration_ms) if asset.type == "VIDEO" else None for asset in assets],
        "projectionType": [each.projection_type if each else None for each in exif],
        "ratio": [_ratio(asset) for asset in assets],
        "thumbhash": [asset.thumbhash for asset in assets],
        "city": [each.city if each else None for each in exif],
        "country": [each.country if each else None for each in exif],
    }
    if level.bucket_extras:
        columns["createdAt"] = [times.plain(asset.created_at) for asset in assets]
        columns["status"] = ["active" if asset.deleted_at is None else "trashed" for asset in assets]
    if asked.get("withCoordinates"):
        columns["latitude"] = [each.latitude if each else None for each in exif]
        columns["longitude"] = [each.longitude if each else None for each in exif]
    if asked.get("withStacked"):
        columns["stack"] = [_stack(call, asset) for asset in assets]
    return columns


def _hours(difference: int) -> float:
    hours = difference / times.HOUR
    return int(hours) if hours == int(hours) else hours


def _ratio(asset: Asset) -> float:
    return round(asset.width / asset.height, 3) if asset.width and asset.height else 1


def _stack(call: ApiRequest, asset: Asset) -> list[str] | None:
    stack = call.library.stacks.get(asset.stack_id or "")
    return [stack.id, str(len(stack.asset_ids))] if stack else None
