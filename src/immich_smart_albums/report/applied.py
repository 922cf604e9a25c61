"""The result of an applied plan, in one line for each album."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.outcome import Outcome
from immich_smart_albums.model.text.command import command
from immich_smart_albums.report.words import count, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.changes.plan import AlbumPlan, Plan
    from immich_smart_albums.operations.apply.result import AlbumResult, ApplyResult

_REFUSED = (Outcome.NO_PERMISSION, Outcome.NOT_FOUND, Outcome.NOT_DONE, Outcome.UNKNOWN)


def report_lines(plan: Plan, result: ApplyResult) -> Iterator[str]:
    """Yields a line for each album that had changes, and the command that undoes the run."""
    yield from album_lines(plan, result)
    if result.run is not None and any(album.has_changed and not album.deleted for album in result.albums):
        yield f"this was run {result.run}; to take it back: {command('undo', str(result.run))}"


def album_lines(plan: Plan, result: ApplyResult) -> Iterator[str]:
    """Yields a line for each album that had changes."""
    for album_plan, album_result in zip(plan.albums, result.albums, strict=False):
        if album_plan.has_changes:
            yield album_line(album_plan, album_result) if album_result.tried else f"{_name(album_plan)}: not tried"


def album_line(plan: AlbumPlan, result: AlbumResult) -> str:
    """Returns what was written to one album."""
    if not plan.additions and not plan.has_changes and plan.album is None:
        return f"{_name(plan)}: nothing matches, so the album was not created"
    there = plan.already_there + result.count(Outcome.ALREADY_THERE)
    parts = []
    if plan.additions or not plan.has_changes:
        parts = [f"{result.added:,} added", f"{there:,} already there"]
    if plan.removals:
        parts.append(f"{result.removed:,} taken out")
    if result.deleted:
        parts.append("album deleted")
    shared = sum(share.role is not None for share in result.shares)
    if shared:
        parts.append(f"shared with {count(shared, 'user')}")
    if len(result.shares) > shared:
        parts.append(f"no longer shared with {count(len(result.shares) - shared, 'user')}")
    if result.edits:
        parts.append("details changed")
    reasons = ", ".join(f"{number:,} {outcome.value}" for outcome in _REFUSED if (number := result.count(outcome)))
    if reasons:
        parts.append(f"{result.refused:,} refused ({reasons})")
    left = len(plan.additions) - len(result.outcomes) + len(plan.removals) - len(result.removals)
    if left:
        parts.append(f"{left:,} not tried")
    created = "album created, " if result.created else ""
    return f"{_name(plan)}: {created}{', '.join(parts)}"


def _name(plan: AlbumPlan) -> str:
    return one_line(plan.name)
