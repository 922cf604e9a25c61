"""Comments and likes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from immich_sandbox.answers.json_shapes import user_json
from immich_sandbox.library import times
from immich_sandbox.library.access import readable_album
from immich_sandbox.request import json_response
from immich_sandbox.requests.fields import Field

if TYPE_CHECKING:
    from immich_sandbox.library.records import Remark
    from immich_sandbox.request import ApiRequest, Response


def activities(request: ApiRequest) -> Response:
    """GET /activities: the comments and likes of one album, those on its photos included unless `level` says so."""
    parameters = request.checked_query(
        Field("albumId", "uuid", required=True),
        Field("assetId", "uuid"),
        Field("level", "choice", choices=("album", "asset")),
        Field("type", "choice", choices=("comment", "like")),
        Field("userId", "uuid"),
    )
    album = readable_album(request.library, parameters["albumId"], request.user_id)
    return json_response([_json(request, remark) for remark in album.remarks if _matches(remark, parameters)])


def _matches(remark: Remark, parameters: dict[str, Any]) -> bool:
    return (
        ("assetId" not in parameters or remark.asset_id == parameters["assetId"])
        and (parameters.get("level") != "album" or remark.asset_id is None)
        and ("type" not in parameters or _type(remark) == parameters["type"])
        and ("userId" not in parameters or remark.user_id == parameters["userId"])
    )


def _json(request: ApiRequest, remark: Remark) -> dict[str, Any]:
    return {
        "id": remark.id,
        "assetId": remark.asset_id,
        "createdAt": times.zulu(remark.created_at),
        "comment": remark.comment,
        "type": _type(remark),
        "user": user_json(request.library.users[remark.user_id]),
    }


def _type(remark: Remark) -> str:
    return "like" if remark.comment is None else "comment"
