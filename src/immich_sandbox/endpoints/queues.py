"""What is still at work: administrators may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_sandbox.api_error import ApiError
from immich_sandbox.request import json_answer

if TYPE_CHECKING:
    from immich_sandbox.request import Answer, ApiRequest

_NAMES = (
    *("thumbnailGeneration", "metadataExtraction", "videoConversion", "faceDetection", "facialRecognition"),
    *("smartSearch", "duplicateDetection", "backgroundTask", "storageTemplateMigration", "migration", "search"),
    *("sidecar", "library", "notifications", "backupDatabase", "ocr", "workflow", "integrityCheck", "editor"),
)
"""Those of 3.1; before, there were fewer."""


def queues(call: ApiRequest) -> Answer:
    """GET /queues (2.4 and later)."""
    _require_admin(call)
    return json_answer([{"name": name, "isPaused": False, "statistics": _counts(call, name)} for name in _NAMES])


def jobs(call: ApiRequest) -> Answer:
    """GET /jobs: the older way."""
    _require_admin(call)
    return json_answer({name: _job(call, name) for name in _NAMES})


def _job(call: ApiRequest, name: str) -> dict[str, object]:
    status = {"isActive": bool(call.backend.settings.queues.get(name)), "isPaused": False}
    return {"jobCounts": _counts(call, name), "queueStatus": status}


def _counts(call: ApiRequest, name: str) -> dict[str, int]:
    nothing = dict.fromkeys(("active", "completed", "failed", "delayed", "paused"), 0)
    return {**nothing, "waiting": call.backend.settings.queues.get(name, 0)}


def _require_admin(call: ApiRequest) -> None:
    if not call.library.users[call.user_id].is_admin:
        raise ApiError(403, "Forbidden")
