"""The result of applying a plan, filled while the plan is applied: an interrupted run has one as well."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from immich_smart_albums.model.outcome import Outcome

if TYPE_CHECKING:
    from immich_smart_albums.changes.change import SetDetails, ShareAlbum
    from immich_smart_albums.errors import SmartAlbumsError
    from immich_smart_albums.model.album import Album


@dataclass(slots=True)
class AlbumResult:
    """The result for one album."""

    rule: str = ""
    album: Album | None = None
    created: bool = False
    deleted: bool = False
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    """The outcome of each photo that should be added, by id."""
    removals: dict[str, Outcome] = field(default_factory=dict)
    """The outcome of each photo that should be taken out, by id."""
    shares: list[ShareAlbum] = field(default_factory=list)
    edits: list[SetDetails] = field(default_factory=list)
    failures: list[SmartAlbumsError] = field(default_factory=list)
    """Why changes were not written."""
    tried: bool = False
    """False: the run ended before it came to this album."""

    def count(self, *outcomes: Outcome) -> int:
        """Returns how many of the photos that should be added had one of these outcomes."""
        counts = Counter(self.outcomes.values())
        return sum(counts[outcome] for outcome in outcomes)

    @property
    def added(self) -> int:
        """How many photos were added."""
        return self.count(Outcome.ADDED)

    @property
    def removed(self) -> int:
        """How many photos were taken out."""
        return list(self.removals.values()).count(Outcome.REMOVED)

    @property
    def refused(self) -> int:
        """How many photos the server did not take."""
        return self.count(Outcome.NO_PERMISSION, Outcome.NOT_FOUND)

    @property
    def has_changed(self) -> bool:
        """Whether anything was written to the server."""
        return bool(self.created or self.deleted or self.added or self.removed or self.shares or self.edits)


@dataclass(slots=True)
class ApplyResult:
    """The results for the albums of a plan, in the plan's order."""

    run: int | None = None
    """The run's number in the ledger."""
    albums: list[AlbumResult] = field(default_factory=list)

    @property
    def failures(self) -> list[SmartAlbumsError]:
        """All failures, in order."""
        return [failure for album in self.albums for failure in album.failures]

    @property
    def has_changed(self) -> bool:
        """Whether anything was written to the server."""
        return any(album.has_changed for album in self.albums)
