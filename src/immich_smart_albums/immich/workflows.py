"""Lists, creates, reads and deletes Immich's own workflows (3.0 and later)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from immich_smart_albums.errors import Refused
from immich_smart_albums.immich.http.responses import decode
from immich_smart_albums.model.version import Version
from immich_smart_albums.model.workflow import Workflow, WorkflowStep

if TYPE_CHECKING:
    from immich_smart_albums.immich.http.client import Http
    from immich_smart_albums.immich.versions import Capabilities

FIRST = Version(3, 0)
"""Before, the same paths meant something else."""


class _Method(msgspec.Struct):
    key: str


class _Step(msgspec.Struct):
    method: str
    config: dict[str, Any] | None = None
    enabled: bool = True


class _Workflow(msgspec.Struct):
    id: str
    trigger: str
    steps: list[_Step]
    name: str | None
    enabled: bool


class Workflows:
    """Fits `operations.ports.server.Workflows`."""

    def __init__(self, http: Http, capabilities: Capabilities) -> None:
        self._http = http
        self._capabilities = capabilities

    def methods(self) -> frozenset[str] | None:
        """Returns the methods that steps may use (`GET /plugins/methods`). None if this version has no workflows."""
        if self._capabilities.version < FIRST:
            return None
        try:
            answer = self._http.get("/plugins/methods")
        except Refused as error:
            if error.status == 404:
                return None
            raise
        return frozenset(method.key for method in decode(answer, list[_Method], "GET /plugins/methods"))

    def owned(self) -> list[Workflow]:
        """Returns all workflows of the account (`GET /workflows`)."""
        answer = self._http.get("/workflows")
        return [_read(workflow) for workflow in decode(answer, list[_Workflow], "GET /workflows")]

    def create(self, name: str, description: str, trigger: str, step: WorkflowStep) -> str:
        """Create a workflow of one step (`POST /workflows`). Returns its id; the answer lacks its steps."""
        body: dict[str, object] = {
            "name": name,
            "description": description,
            "trigger": trigger,
            "enabled": True,
            "steps": [{"method": step.method, "config": dict(step.config), "enabled": True}],
        }
        answer = self._http.send_secret("POST", "/workflows", body)
        return decode(answer, _Workflow, "POST /workflows").id

    def details(self, workflow_id: str) -> Workflow:
        """Returns one workflow with its steps (`GET /workflows/{id}`)."""
        path = f"/workflows/{workflow_id}"
        return _read(decode(self._http.get(path), _Workflow, f"GET {path}"))

    def delete(self, workflow_id: str) -> None:
        """Delete a workflow (`DELETE /workflows/{id}`)."""
        self._http.send("DELETE", f"/workflows/{workflow_id}", None, repeat=False)


def _read(workflow: _Workflow) -> Workflow:
    steps = tuple(WorkflowStep(step.method, step.config or {}, step.enabled) for step in workflow.steps)
    return Workflow(workflow.id, workflow.name or "", workflow.trigger, workflow.enabled, steps)
