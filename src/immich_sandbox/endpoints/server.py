"""Version, features, users and keys: what a client requests first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from immich_sandbox.answers.json_shapes import own_user_json, user_json
from immich_sandbox.api_error import ApiError, no_access
from immich_sandbox.request import json_response
from immich_sandbox.requests.fields import Field

if TYPE_CHECKING:
    from immich_sandbox.library.keys import ApiKey
    from immich_sandbox.request import ApiRequest, Response


def ping(_call: ApiRequest) -> Response:
    """GET /server/ping."""
    return json_response({"res": "pong"})


def version(request: ApiRequest) -> Response:
    """GET /server/version; `prerelease` exists since 3.0."""
    major, minor, patch = request.level.version
    extra = {"prerelease": None} if request.level.zod else {}
    return json_response({"major": major, "minor": minor, "patch": patch, **extra})


def about(request: ApiRequest) -> Response:
    """GET /server/about."""
    text = "v" + ".".join(str(part) for part in request.level.version)
    tools = dict.fromkeys(("nodejs", "exiftool", "ffmpeg", "libvips", "imagemagick"), "")
    source = dict.fromkeys(("repository", "sourceRef", "sourceCommit"), "sandbox") if request.level.zod else {}
    return json_response({"version": text, "versionUrl": "", "licensed": False, **source, **tools})


def features(request: ApiRequest) -> Response:
    """GET /server/features."""
    on = dict.fromkeys(("facialRecognition", "map", "reverseGeocoding", "sidecar", "search", "trash"), True)
    off = dict.fromkeys(("duplicateDetection", "importFaces", "oauth", "oauthAutoLaunch", "configFile", "email"), False)
    body: dict[str, Any] = {"smartSearch": request.backend.settings.smart_search, **on, **off, "passwordLogin": True}
    if request.level.ocr:
        body["ocr"] = True
    if request.level.zod:
        body["realtimeTranscoding"] = False
    return json_response(body)


def config(request: ApiRequest) -> Response:
    """GET /server/config."""
    body: dict[str, Any] = {
        "loginPageMessage": "",
        "trashDays": 30,
        "userDeleteDelay": 7,
        "oauthButtonText": "",
        "isInitialized": True,
        "isOnboarded": True,
        "externalDomain": "",
        "publicUsers": True,
        "mapDarkStyleUrl": "",
        "mapLightStyleUrl": "",
    }
    if request.level.maintenance:
        body["maintenanceMode"] = request.backend.settings.maintenance
    if request.level.min_faces_in_config:
        body["minFaces"] = 3
    return json_response(body)


def users(request: ApiRequest) -> Response:
    """GET /users."""
    return json_response([user_json(user) for user in request.library.users.values()])


def own_user(request: ApiRequest) -> Response:
    """GET /users/me."""
    own = (asset.exif for asset in request.library.timeline if asset.owner_id == request.user_id)
    usage = sum(exif.file_size or 0 for exif in own if exif)
    return json_response(own_user_json(request.library.users[request.user_id], usage))


def own_key(request: ApiRequest) -> Response:
    """GET /api-keys/me: the key itself, without any permission (1.139 and later)."""
    if request.key is None:
        raise ApiError(401, "Authentication required")
    return json_response(_key_json(request.key, request))


def key_by_id(request: ApiRequest) -> Response:
    """GET /api-keys/{id}; before 1.139 this is also what `me` runs into."""
    if request.key is None or request.ids["id"] != request.key.id:
        raise no_access("apiKey.read")
    return json_response(_key_json(request.key, request))


def partners(request: ApiRequest) -> Response:
    """GET /partners: `shared-with` are those who share with me."""
    direction = request.checked_query(
        Field("direction", "choice", choices=("shared-by", "shared-with"), required=True)
    )["direction"]
    shown = []
    for partner in request.library.partners:
        mine, other = partner.shared_with_id, partner.shared_by_id
        if direction == "shared-by":
            mine, other = other, mine
        if mine == request.user_id:
            shown.append({**user_json(request.library.users[other]), "inTimeline": partner.in_timeline})
    return json_response(shown)


def update_partner(request: ApiRequest) -> Response:
    """PUT /partners/{id}: whether a partner's photos are in my timeline, and so in every search."""
    wanted = request.checked_body(Field("inTimeline", "boolean", required=True))
    for partner in request.library.partners:
        if (partner.shared_by_id, partner.shared_with_id) == (request.ids["id"], request.user_id):
            with request.library.lock:
                partner.in_timeline = wanted["inTimeline"]
                request.library.revision += 1
            user = user_json(request.library.users[partner.shared_by_id])
            return json_response({**user, "inTimeline": partner.in_timeline})
    raise no_access("partner.update")


def _key_json(key: ApiKey, request: ApiRequest) -> dict[str, Any]:
    created = user_json(request.library.users[key.user_id])["profileChangedAt"]
    return {
        "id": key.id,
        "name": key.name,
        "createdAt": created,
        "updatedAt": created,
        "permissions": list(key.permissions),
    }
