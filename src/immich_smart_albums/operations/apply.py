"""Doing what a plan says, chunk by chunk. Killed at any point, a second run completes it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from immich_smart_albums.errors import AdditionRefused, Untrustworthy
from immich_smart_albums.model.outcome import Outcome

if TYPE_CHECKING:
    from immich_smart_albums.changes.plan import AlbumPlan
    from immich_smart_albums.model.album import Album
    from immich_smart_albums.operations.ports import Albums

CHUNK = 1000
"""Assets per request: an answer in a fraction of a second on a small server."""


@dataclass(slots=True)
class Report:
    """What was written so far. It is filled while applying, so that an interrupted run can tell as well."""

    album: Album | None = None
    created: bool = False
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def count(self, *outcomes: Outcome) -> int:
        """How many photos had one of these outcomes."""
        counts = Counter(self.outcomes.values())
        return sum(counts[outcome] for outcome in outcomes)

    @property
    def refused(self) -> int:
        """How many photos the server did not take."""
        return self.count(Outcome.NO_PERMISSION, Outcome.NOT_FOUND)


def apply(plan: AlbumPlan, albums: Albums, report: Report) -> None:
    """Write the plan's changes and record them in `report`, in this order: create the album, add the photos.

    Raises ServerError, and AdditionRefused when the server took none of the photos.
    """
    report.album = plan.album
    if not plan.has_changes:
        return
    if report.album is None:
        report.album = albums.create(plan.name)
        report.created = True
    ids = [asset.id for asset in plan.additions]
    for start in range(0, len(ids), CHUNK):
        report.outcomes |= albums.add(report.album.id, ids[start : start + CHUNK])
        unknown = report.count(Outcome.UNKNOWN)
        if unknown:
            message = f"the server did not say what became of {unknown:,} photos that were to go into {plan.name!r}"
            raise Untrustworthy(message, hint="Run this again: what was added stays, the rest is tried once more.")
    if report.refused == len(ids):
        message = f"the server took none of the {len(ids)} photos into {plan.name!r}"
        hint = "The key's account may add its own and its partners' photos only, and needs to be editor of the album."
        raise AdditionRefused(message, hint=hint)
