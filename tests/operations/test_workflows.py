"""What installing a workflow would do, said before it is done, and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox, generate
from immich_smart_albums.bootstrap import ConnectionOptions, connect
from immich_smart_albums.config.settings import Settings
from immich_smart_albums.errors import MissingPermission, NotImmich, Untrustworthy
from immich_smart_albums.model.text.secret import Secret
from immich_smart_albums.model.workflow import Workflow
from immich_smart_albums.operations.workflows import (
    TRIGGER,
    Webhook,
    WorkflowState,
    install,
    remove,
    state_of,
    steps_to,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.operations.ports.server import PhotoServer

SECRET = "0123456789abcdef"
HOOK = Webhook("http://nas:8765/hook", "x-secret", Secret(SECRET))
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
    assert SECRET not in "".join(steps)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(generate(10)) as running:
        yield running


def server(sandbox: Sandbox, key: str) -> PhotoServer:
    settings = Settings(sandbox.url, Secret(sandbox.keys.get(key, key)))
    return connect(settings, ConnectionOptions(), on_exchange=lambda _: None, on_read=lambda _: None)


def test_a_workflow_is_made_once_looked_at_and_removed(sandbox: Sandbox) -> None:
    workflows = server(sandbox, "alice").workflows
    assert state_of(workflows, HOOK)[0] is WorkflowState.ABSENT
    made = install(workflows, HOOK)
    assert install(workflows, HOOK).id == made.id
    assert state_of(workflows, HOOK)[0] is WorkflowState.PRESENT
    other = Webhook("http://nas:9999/hook", "x-secret", Secret(SECRET))
    assert state_of(workflows, other)[0] is WorkflowState.DIFFERENT
    again = install(workflows, other)
    assert [workflow.id for workflow in workflows.owned()] == [again.id]
    sandbox.library.workflows[again.id].enabled = False
    assert state_of(workflows, other)[0] is WorkflowState.DISABLED
    assert install(workflows, other).is_enabled
    assert (remove(workflows), remove(workflows)) == (1, 0)


def test_workflows_of_others_are_left_alone(sandbox: Sandbox) -> None:
    workflows = server(sandbox, "alice").workflows
    theirs = workflows.create("My own", "", "AssetCreate", HOOK.step)
    install(workflows, HOOK)
    remove(workflows)
    assert [workflow.id for workflow in workflows.owned()] == [theirs]
    install(server(sandbox, "bob").workflows, HOOK)
    assert [workflow.id for workflow in workflows.owned()] == [theirs]


@pytest.mark.parametrize("level", ["1.132", "2.7"])
def test_an_older_immich_cannot_tell_of_photos(level: str) -> None:
    with Sandbox(generate(10), level) as sandbox:
        workflows = server(sandbox, "alice").workflows
        with pytest.raises(NotImmich, match="cannot tell"):
            install(workflows, HOOK)
        assert remove(workflows) == 0


def test_a_key_that_may_not_is_told_what_it_lacks(sandbox: Sandbox) -> None:
    with pytest.raises(MissingPermission, match=r"plugin\.read"):
        install(server(sandbox, "alice-readonly").workflows, HOOK)


def test_without_the_plugin_there_is_nothing_to_call_with(sandbox: Sandbox) -> None:
    workflows = server(sandbox, "alice").workflows
    sandbox.faults.status(404, method="GET", path="/api/plugins/methods")
    assert state_of(workflows, HOOK)[0] is WorkflowState.UNSUPPORTED
    sandbox.faults.clear()
    sandbox.faults.answer(200, b"[]", "application/json", method="GET", path="/api/plugins/methods")
    assert state_of(workflows, HOOK)[0] is WorkflowState.UNSUPPORTED


def test_a_workflow_that_immich_made_otherwise_is_deleted_again(sandbox: Sandbox) -> None:
    workflows = server(sandbox, "alice").workflows
    sandbox.faults.drop("steps", method="POST", path="/api/workflows")
    with pytest.raises(Untrustworthy, match="another workflow"):
        install(workflows, HOOK)
    assert workflows.owned() == []


@pytest.mark.parametrize("field", ["enabled", "steps"])
def test_a_workflow_that_is_not_shown_whole_is_not_taken_for_right(sandbox: Sandbox, field: str) -> None:
    workflows = server(sandbox, "alice").workflows
    install(workflows, HOOK)
    sandbox.faults.hide(field, path="/api/workflows", times=None)
    with pytest.raises(Untrustworthy, match="the answer cannot be read"):
        state_of(workflows, HOOK)


def test_the_secret_is_in_no_log_of_requests(sandbox: Sandbox) -> None:
    exchanges: list[object] = []
    settings = Settings(sandbox.url, Secret(sandbox.keys["alice"]))
    photo_server = connect(settings, ConnectionOptions(), on_exchange=exchanges.append, on_read=lambda _: None)
    install(photo_server.workflows, HOOK)
    assert any("/workflows" in str(exchange) for exchange in exchanges)
    assert SECRET not in str(exchanges)
    assert SECRET not in repr(photo_server.workflows.owned())
