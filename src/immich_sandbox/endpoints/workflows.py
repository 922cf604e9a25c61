"""Workflows (3.0 and later): what the server does for each new photo of a user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from immich_sandbox.api_error import ApiError, no_access
from immich_sandbox.library import times
from immich_sandbox.library.records import Workflow
from immich_sandbox.request import Response, json_response
from immich_sandbox.requests.fields import Field

if TYPE_CHECKING:
    from immich_sandbox.request import ApiRequest

TRIGGERS = ("AssetCreate", "AssetMetadataExtraction")
_TYPES = ["AssetV1"]
_PLUGIN = "immich-plugin-core"
_METHODS = {
    "assetAddToAlbums": "Add to Album(s)",
    "assetArchive": "Archive",
    "assetFavorite": "Favorite",
    "assetFileFilter": "Filter by filename",
    "assetLocationFilter": "Filter by location",
    "assetTypeFilter": "Filter by type",
    "webhook": "Webhook",
}
_STEP = Field(
    "step",
    "object",
    fields=(
        Field("method", "text", required=True),
        Field("config", "map", null=True),
        Field("enabled", "boolean"),
    ),
)
_FIELDS = (
    Field("name", "text", null=True),
    Field("description", "text", null=True),
    Field("enabled", "boolean"),
    Field("steps", "list", fields=(_STEP,)),
)


def methods(_call: ApiRequest) -> Response:
    """GET /plugins/methods: what steps may do."""
    return json_response([_method(name, title) for name, title in _METHODS.items()])


def triggers(_call: ApiRequest) -> Response:
    """GET /workflows/triggers."""
    return json_response([{"trigger": trigger, "types": _TYPES} for trigger in TRIGGERS])


def list_workflows(request: ApiRequest) -> Response:
    """GET /workflows: those of the user."""
    mine = [workflow for workflow in request.library.workflows.values() if workflow.owner_id == request.user_id]
    return json_response([_json(workflow) for workflow in mine])


def create_workflow(request: ApiRequest) -> Response:
    """POST /workflows: 201, and without the steps whatever was stored (3.1.0, recorded)."""
    body = request.checked_body(Field("trigger", "choice", choices=TRIGGERS, required=True), *_FIELDS)
    steps = _steps(body.get("steps", []))
    library = request.library
    now = library.now()
    workflow = Workflow(library.new_id(), request.user_id, body["trigger"], now, now)
    _change(workflow, body)
    workflow.steps = steps
    library.workflows[workflow.id] = workflow
    library.revision += 1
    return json_response({**_json(workflow), "steps": []}, 201)


def get_workflow(request: ApiRequest) -> Response:
    """GET /workflows/{id}."""
    return json_response(_json(_own(request, "workflow.read")))


def update_workflow(request: ApiRequest) -> Response:
    """PUT and PATCH /workflows/{id}."""
    workflow = _own(request, "workflow.update")
    body = request.checked_body(Field("trigger", "choice", choices=TRIGGERS), *_FIELDS)
    steps = _steps(body["steps"]) if "steps" in body else workflow.steps
    _change(workflow, body)
    workflow.steps, workflow.updated_at = steps, request.library.now()
    return json_response(_json(workflow))


def delete_workflow(request: ApiRequest) -> Response:
    """DELETE /workflows/{id}."""
    del request.library.workflows[_own(request, "workflow.delete").id]
    return Response(204, content_type="")


def _own(request: ApiRequest, permission: str) -> Workflow:
    workflow = request.library.workflows.get(request.ids["id"])
    if workflow is None or workflow.owner_id != request.user_id:
        raise no_access(permission)
    return workflow


def _change(workflow: Workflow, body: dict[str, Any]) -> None:
    workflow.trigger = body.get("trigger", workflow.trigger)
    workflow.name = body.get("name", workflow.name)
    workflow.description = body.get("description", workflow.description)
    workflow.enabled = body.get("enabled", workflow.enabled)


def _steps(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for step in steps:
        plugin, _, name = step["method"].partition("#")
        if plugin != _PLUGIN or name not in _METHODS:
            raise ApiError(400, f"Unknown method {step['method']}")
    return [
        {"method": step["method"], "config": step.get("config"), "enabled": step.get("enabled", True)} for step in steps
    ]


def _json(workflow: Workflow) -> dict[str, Any]:
    return {
        "id": workflow.id,
        "enabled": workflow.enabled,
        "trigger": workflow.trigger,
        "name": workflow.name,
        "description": workflow.description,
        "createdAt": times.zulu(workflow.created_at),
        "updatedAt": times.zulu(workflow.updated_at),
        "steps": workflow.steps,
    }


def _method(name: str, title: str) -> dict[str, Any]:
    return {
        "key": f"{_PLUGIN}#{name}",
        "name": name,
        "title": title,
        "hostFunctions": True,
        "uiHints": [],
        "description": title,
        "types": _TYPES,
        "schema": {"type": "object", "properties": {}},
    }
