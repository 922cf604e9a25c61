"""The outcome of a run in words: which albums are written, which are not, and why not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from immich_smart_albums.report.applied import album_line
from immich_smart_albums.report.failures import problems_of
from immich_smart_albums.report.words import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from immich_smart_albums.changes.plan import AlbumPlan, Plan
    from immich_smart_albums.errors import Problem
    from immich_smart_albums.operations.apply.result import AlbumResult, ApplyResult


@dataclass(frozen=True, slots=True)
class UnwrittenAlbum:
    """An album that was not written, or only in part."""

    name: str
    rule: str
    line: str
    """What was written of it. Empty if nothing was tried."""
    is_in_part: bool
    """Whether something of it is known to be written."""
    refusals: Sequence[str]
    """Why guards stopped it."""
    problems: Sequence[Problem]


@dataclass(frozen=True, slots=True)
class ApplyOutcome:
    """The albums of a run, by what became of them."""

    written: list[str] = field(default_factory=list)
    """A line for each."""
    unwritten: list[UnwrittenAlbum] = field(default_factory=list)

    @property
    def headline(self) -> str:
        """How many are written and how many are not: `1 album written, 1 only in part, 2 not`."""
        in_part = sum(album.is_in_part for album in self.unwritten)
        parts = [count(len(self.written), "album") + " written"] if self.written else []
        parts += [(f"{in_part:,}" if parts else count(in_part, "album")) + " only in part"] if in_part else []
        if not parts:
            return "Nothing was written" if self.unwritten else "Done"
        untouched = len(self.unwritten) - in_part
        return ", ".join([*parts, *([f"{untouched:,} not"] if untouched else [])]) if self.unwritten else "Done"


def apply_outcome(plan: Plan, result: ApplyResult) -> ApplyOutcome:
    """Returns the outcome for the albums of a plan. Those without changes and problems are omitted."""
    outcome = ApplyOutcome()
    for album, written in zip(plan.albums, result.albums, strict=False):
        if album.has_changes and _is_whole(album, written):
            outcome.written.append(album_line(album, written))
        elif album.has_changes or album.problems or written.failures:
            outcome.unwritten.append(_unwritten(album, written))
    return outcome


def _is_whole(album: AlbumPlan, written: AlbumResult) -> bool:
    is_tried = (len(written.outcomes), len(written.removals)) == (len(album.additions), len(album.removals))
    return written.tried and is_tried and not (album.refusals or album.problems or written.failures)


def _unwritten(album: AlbumPlan, written: AlbumResult) -> UnwrittenAlbum:
    failures = () if album.refusals else [problem for error in written.failures for problem in problems_of(error)]
    return UnwrittenAlbum(
        name=album.name,
        rule=album.split or album.rule,
        line="" if album.refusals or not album.has_changes or not written.tried else album_line(album, written),
        is_in_part=written.has_changed,
        refusals=album.refusals,
        problems=(*album.problems, *failures),
    )
