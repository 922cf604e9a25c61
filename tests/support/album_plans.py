"""What plans of albums in tests hold, as short texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.errors import Problem
from tests.support.change_values import rule

if TYPE_CHECKING:
    from immich_smart_albums.changes.plan import AlbumPlan

IN_STEP = rule(in_step=True)
BOTH = rule(in_step=True, accounts=("alice", "bob"))
FAILED = (Problem("account bob", "no answer"),)


def added(plan: AlbumPlan) -> str:
    """The letters of what it adds."""
    return "".join(addition.id for addition in plan.additions)


def removed(plan: AlbumPlan) -> str:
    """The letters of what it takes out."""
    return "".join(removal.id for removal in plan.removals)


def ids(photos: tuple[object, ...]) -> str:
    """The letters of photos, or of ids."""
    return "".join(getattr(photo, "id", photo) for photo in photos)  # type: ignore[arg-type]
