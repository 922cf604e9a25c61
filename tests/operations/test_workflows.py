"""What installing a workflow would do, said before it is done."""

from __future__ import annotations

import pytest

from immich_smart_albums.model.text.secret import Secret
from immich_smart_albums.model.workflow import Workflow
from immich_smart_albums.operations.workflows import TRIGGER, Webhook, WorkflowState, steps_to

HOOK = Webhook("http://nas:8765/hook", "x-secret", Secret("0123456789abcdef"))
OURS = tuple(Workflow(id_, "immich-smart-albums", TRIGGER, True, ()) for id_ in ("w1", "w2"))
DELETED = [f"delete the workflow 'immich-smart-albums' ({id_})" for id_ in ("w1", "w2")]
MADE = "make the workflow 'immich-smart-albums': after the file of a photo was read, POST to http://nas:8765/hook"


@pytest.mark.parametrize(
    ("state", "ours", "steps"),
    [
        (WorkflowState.UNSUPPORTED, (), []),
        (WorkflowState.PRESENT, OURS[:1], []),
        (WorkflowState.ABSENT, (), [MADE]),
        (WorkflowState.DISABLED, OURS[:1], [DELETED[0], MADE]),
        (WorkflowState.DIFFERENT, OURS, [*DELETED, MADE]),
    ],
)
def test_what_installing_would_do(state: WorkflowState, ours: tuple[Workflow, ...], steps: list[str]) -> None:
    assert list(steps_to(state, ours, HOOK)) == steps
    assert "0123456789abcdef" not in "".join(steps)
