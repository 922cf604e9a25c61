"""Version, features, users and keys: what a client asks first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from immich_sandbox.answers.json_shapes import own_user_json, user_json
from immich_sandbox.api_error import ApiError, no_access
from immich_sandbox.request import json_answer
from immich_sandbox.requests.fields import Field

if TYPE_CHECKING:
    from immich_sandbox.library.keys import ApiKey
    from immich_sandbox.request import Answer, ApiRequest


def ping(_call: ApiRequest) -> Answer:
    """GET /server/ping."""
    return json_answer({"res": "pong"})


def version(call: ApiRequest) -> Answer:
    """GET /server/version; `prerelease` exists since 3.0."""
    major, minor, patch = call.level.version
    extra = {"prerelease": None} if call.level.zod else {}
    return json_answer({"major": major, "minor": minor, "patch": patch, **extra})


def about(call: ApiRequest) -> Answer:
    """GET /server/about."""
    text = "v" + ".".join(str(part) for part in call.level.version)
    tools = dict.fromkeys(("nodejs", "exiftool", "ffmpeg", "libvips", "imagemagick"), "")
    source = dict.fromkeys(("repository", "sourceRef", "sourceCommit"), "sandbox") if call.level.zod else {}
    return json_answer({"version": text, "versionUrl": "", "licensed": False, **source, **tools})


def features(call: ApiRequest) -> Answer:
    """GET /server/features."""
    on = dict.fromkeys(("facialRecognition", "map", "reverseGeocoding", "sidecar", "search", "trash"), True)
    off = dict.fromkeys(("duplicateDetection", "importFaces", "oauth", "oauthAutoLaunch", "configFile", "email"), False)
    body: dict[str, Any] = {"smartSearch": call.backend.settings.smart_search, **on, **off, "passwordLogin": True}
    if call.level.ocr:
        body["ocr"] = True
    if call.level.zod:
        body["realtimeTranscoding"] = False
    return json_answer(body)


def config(call: ApiRequest) -> Answer:
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
    if call.level.maintenance:
        body["maintenanceMode"] = call.backend.settings.maintenance
    if call.level.min_faces_in_config:
        body["minFaces"] = 3
    return json_answer(body)


def users(call: ApiRequest) -> Answer:
    """GET /users."""
    return json_answer([user_json(user) for user in call.library.users.values()])


def own_user(call: ApiRequest) -> Answer:
    """GET /users/me."""
    own = (asset.exif for asset in call.library.timeline if asset.owner_id == call.user_id)
    usage = sum(exif.file_size or 0 for exif in own if exif)
    return json_answer(own_user_json(call.library.users[call.user_id], usage))


def own_key(call: ApiRequest) -> Answer:
    """GET /api-keys/me: any key may ask what it may do (1.139 and later)."""
    if call.key is None:
        raise ApiError(401, "Authentication required")
    return json_answer(_key_json(call.key, call))


def key_by_id(call: ApiRequest) -> Answer:
    """GET /api-keys/{id}; before 1.139 this is also what `me` runs into."""
    if call.key is None or call.ids["id"] != call.key.id:
        raise no_access("apiKey.read")
    return json_answer(_key_json(call.key, call))


def partners(call: ApiRequest) -> Answer:
    """GET /partners: `shared-with` are those who share with me."""
    direction = call.checked_query(Field("direction", "choice", choices=("shared-by", "shared-with"), required=True))[
        "direction"
    ]
    shown = []
    for partner in call.library.partners:
        mine, other = partner.shared_with_id, partner.shared_by_id
        if direction == "shared-by":
            mine, other = other, mine
        if mine == call.user_id:
            shown.append({**user_json(call.library.users[other]), "inTimeline": partner.in_timeline})
    return json_answer(shown)


def update_partner(call: ApiRequest) -> Answer:
    """PUT /partners/{id}: whether a partner's photos are in my timeline, and so in every search."""
    wanted = call.checked_body(Field("inTimeline", "boolean", required=True))
    for partner in call.library.partners:
        if (partner.shared_by_id, partner.shared_with_id) == (call.ids["id"], call.user_id):
            with call.library.lock:
                partner.in_timeline = wanted["inTimeline"]
                call.library.revision += 1
            user = user_json(call.library.users[partner.shared_by_id])
            return json_answer({**user, "inTimeline": partner.in_timeline})
    raise no_access("partner.update")


def _key_json(key: ApiKey, call: ApiRequest) -> dict[str, Any]:
    created = user_json(call.library.users[key.user_id])["profileChangedAt"]
    return {
        "id": key.id,
        "name": key.name,
        "createdAt": created,
        "updatedAt": created,
        "permissions": list(key.permissions),
    }
