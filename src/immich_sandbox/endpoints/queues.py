"""What is still at work: administrators may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_sandbox.api_error import ApiError
from immich_sandbox.request import json_response

if TYPE_CHECKING:
    from immich_sandbox.request import ApiRequest, Response

_NAMES = (
    *("thumbnailGeneration", "metadataExtraction", "videoConversion", "faceDetection", "facialRecognition"),
    *("smartSearch", "duplicateDetection", "backgroundTask", "storageTemplateMigration", "migration", "search"),
    *("sidecar", "library", "notifications", "backupDatabase", "ocr", "workflow", "integrityCheck", "editor"),
)
"""Those of 3.1; before, there were fewer."""


def queues(request: ApiRequest) -> Response:
    """GET /queues (2.4 and later)."""
    _require_admin(request)
    return json_response([{"name": name, "isPaused": False, "statistics": _counts(request, name)} for name in _NAMES])


def jobs(request: ApiRequest) -> Response:
    """GET /jobs: the older way."""
    _require_admin(request)
    return json_response({name: _job(request, name) for name in _NAMES})


def _job(request: ApiRequest, name: str) -> dict[str, object]:
    status = {"isActive": bool(request.backend.settings.queues.get(name)), "isPaused": False}
    return {"jobCounts": _counts(request, name), "queueStatus": status}


def _counts(request: ApiRequest, name: str) -> dict[str, int]:
    nothing = dict.fromkeys(("active", "completed", "failed", "delayed", "paused"), 0)
    return {**nothing, "waiting": request.backend.settings.queues.get(name, 0)}


def _require_admin(request: ApiRequest) -> None:
    if not request.library.users[request.user_id].is_admin:
        raise ApiError(403, "Forbidden")
