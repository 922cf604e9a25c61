"""Result of a run, in one line for each album."""

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


def report_lines(plan: Plan, report: ApplyResult) -> Iterator[str]:
    """Returns what became of a plan, and how it is taken back; of albums without changes nothing is said."""
    yield from album_lines(plan, report)
    if report.run is not None and any(album.has_changed and not album.deleted for album in report.albums):
        yield f"this was run {report.run}; to take it back: {command('undo', str(report.run))}"


def album_lines(plan: Plan, report: ApplyResult) -> Iterator[str]:
    """Returns what became of each album that had changes."""
    for album_plan, album_report in zip(plan.albums, report.albums, strict=False):
        if album_plan.has_changes:
            yield album_line(album_plan, album_report) if album_report.tried else f"{_name(album_plan)}: not tried"


def album_line(plan: AlbumPlan, report: AlbumResult) -> str:
    """Returns what was written to one album."""
    if not plan.additions and not plan.has_changes and plan.album is None:
        return f"{_name(plan)}: nothing matches, so the album was not created"
    there = plan.already_there + report.count(Outcome.ALREADY_THERE)
    parts = []
    if plan.additions or not plan.has_changes:
        parts = [f"{report.added:,} added", f"{there:,} already there"]
    if plan.removals:
        parts.append(f"{report.removed:,} taken out")
    if report.deleted:
        parts.append("album deleted")
    let_in = sum(share.role is not None for share in report.shares)
    if let_in:
        parts.append(f"shared with {count(let_in, 'user')}")
    if len(report.shares) > let_in:
        parts.append(f"no longer shared with {count(len(report.shares) - let_in, 'user')}")
    if report.edits:
        parts.append("details changed")
    reasons = ", ".join(f"{number:,} {outcome.value}" for outcome in _REFUSED if (number := report.count(outcome)))
    if reasons:
        parts.append(f"{report.refused:,} refused ({reasons})")
    left = len(plan.additions) - len(report.outcomes) + len(plan.removals) - len(report.removals)
    if left:
        parts.append(f"{left:,} not tried")
    created = "album created, " if report.created else ""
    return f"{_name(plan)}: {created}{', '.join(parts)}"


def _name(plan: AlbumPlan) -> str:
    return one_line(plan.name)
