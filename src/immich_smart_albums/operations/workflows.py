"""Workflows by which Immich notifies the daemon of new photos: one for each account, of one step.

Immich's answer to the creation of a workflow lacks its steps, so the new workflow is read afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from immich_smart_albums.errors import NotImmich, Untrustworthy
from immich_smart_albums.model.workflow import WorkflowStep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.model.text.secret import Secret
    from immich_smart_albums.model.workflow import Workflow
    from immich_smart_albums.operations.ports.server import Workflows

NAME = "immich-smart-albums"
"""The name of our workflow. Those with other names are somebody else's."""

DESCRIPTION = "Tells immich-smart-albums of each new photo. Made by its verb workflow install."

TRIGGER = "AssetMetadataExtraction"
"""The event after Immich has read a file. At the upload nothing is known of a photo yet."""

METHOD = "immich-plugin-core#webhook"

WORKFLOWS_NEED: dict[str, str] = {
    "plugin.read": "finding out whether Immich can tell of photos",
    "workflow.read": "looking at workflows",
    "workflow.create": "making the workflow that tells of photos",
    "workflow.delete": "removing it, also before it is made anew",
}
"""Permissions that are needed for workflows only."""

WITHOUT = "Give the albums a short schedule instead, such as every 10 minutes: where nothing is new, a run is cheap."
"""The hint for an Immich that cannot send notifications."""


class WorkflowState(Enum):
    """The state of an account's workflow."""

    UNSUPPORTED = "this Immich cannot tell of photos"
    ABSENT = "there is none"
    DIFFERENT = "there is one that says something else"
    DISABLED = "there is one that is switched off"
    PRESENT = "there is one, and it is right"


@dataclass(frozen=True, slots=True)
class Webhook:
    """The request that Immich sends for each new photo."""

    url: str
    header: str
    secret: Secret

    @property
    def step(self) -> WorkflowStep:
        """The step of the workflow that sends it."""
        config = {"url": self.url, "method": "POST", "headerName": self.header, "headerValue": self.secret.reveal()}
        return WorkflowStep(METHOD, config)


def state_of(workflows: Workflows, hook: Webhook) -> tuple[WorkflowState, tuple[Workflow, ...]]:
    """Returns the state, and our workflows, of which one is enough. Raises ServerError."""
    methods = workflows.methods()
    if methods is None or METHOD not in methods:
        return WorkflowState.UNSUPPORTED, ()
    ours = tuple(workflow for workflow in workflows.owned() if workflow.name == NAME)
    if not ours:
        return WorkflowState.ABSENT, ()
    (first, *more) = ours
    if more or not _calls(first, hook):
        return WorkflowState.DIFFERENT, ours
    return (WorkflowState.PRESENT if first.is_enabled else WorkflowState.DISABLED), ours


def steps_to(state: WorkflowState, ours: tuple[Workflow, ...], hook: Webhook) -> Iterator[str]:
    """Yields what `install` would do, in sentences."""
    if state in {WorkflowState.UNSUPPORTED, WorkflowState.PRESENT}:
        return
    yield from (f"delete the workflow {workflow.name!r} ({workflow.id})" for workflow in ours)
    yield f"make the workflow {NAME!r}: after the file of a photo was read, POST to {hook.url}"


def install(workflows: Workflows, hook: Webhook) -> Workflow:
    """Make the workflow, unless it is there. Returns it as Immich shows it.

    Raises NotImmich if Immich cannot send notifications, Untrustworthy if it made another workflow than asked for.
    """
    state, ours = state_of(workflows, hook)
    if state is WorkflowState.UNSUPPORTED:
        raise NotImmich("this Immich cannot tell of photos: it has no workflows that call an address", hint=WITHOUT)
    if state is WorkflowState.PRESENT:
        return ours[0]
    made = workflows.details(workflows.create(NAME, DESCRIPTION, TRIGGER, hook.step))
    if not (made.is_enabled and _calls(made, hook)):
        workflows.delete(made.id)
        message = "Immich made another workflow than it was asked for, so it was deleted again"
        raise Untrustworthy(message, hint=WITHOUT)
    for workflow in ours:  # only now: rather two for a moment than none for good
        workflows.delete(workflow.id)
    return made


def remove(workflows: Workflows) -> int:
    """Delete our workflows. Returns how many there were."""
    if workflows.methods() is None:
        return 0
    ours = [workflow for workflow in workflows.owned() if workflow.name == NAME]
    for workflow in ours:
        workflows.delete(workflow.id)
    return len(ours)


def _calls(workflow: Workflow, hook: Webhook) -> bool:
    """Whether a workflow sends this notification, and does nothing else."""
    if workflow.trigger != TRIGGER or len(workflow.steps) != 1:
        return False
    (step,) = workflow.steps
    return step.is_enabled and step.method == METHOD and dict(step.config) == dict(hook.step.config)
