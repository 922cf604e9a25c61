"""Workflows of Immich: steps that it takes for each new photo."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class WorkflowStep:
    """One step: a method of a plugin, and its settings."""

    method: str
    config: Mapping[str, object] = field(default_factory=dict, repr=False)
    """It may hold a secret."""
    is_enabled: bool = True


@dataclass(frozen=True, slots=True)
class Workflow:
    """One workflow of an account."""

    id: str
    name: str
    trigger: str
    is_enabled: bool
    steps: tuple[WorkflowStep, ...]
