"""Decides which runs are in effect. A run may be undone, and the undo may be undone as well."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from immich_smart_albums.changes.journal import Ending

if TYPE_CHECKING:
    from collections.abc import Sequence

    from immich_smart_albums.changes.journal import Run


@dataclass(frozen=True)
class Runs:
    """All runs of a ledger, newest first."""

    all: Sequence[Run]

    @cached_property
    def by_id(self) -> dict[int, Run]:
        """The runs by their numbers."""
        return {run.id: run for run in self.all}

    @cached_property
    def _taken_back(self) -> dict[int, int]:
        """The undo of each run that was undone completely. An undo that failed half-way may be run again."""
        return {run.undoes: run.id for run in self.all if run.undoes is not None and run.ending is Ending.DONE}

    def last_word(self, run: int) -> int:
        """Returns the last run that undid a run or did it again; the run itself if there is none."""
        while run in self._taken_back:
            run = self._taken_back[run]
        return run

    def depth(self, run: int) -> int:
        """Returns 0 for a run that undoes none, 1 for its undo, 2 for the undo of that."""
        undoes = self.by_id[run].undoes if run in self.by_id else None
        return 0 if undoes is None else 1 + self.depth(undoes)

    def undone_by(self, run: int) -> int | None:
        """Returns the run that undid a run. None if the run is in effect, perhaps because it was done again."""
        last = self.last_word(run)
        return last if (self.depth(last) - self.depth(run)) % 2 else None

    def is_offered(self, run: Run) -> bool:
        """Returns whether `undo` without a number may choose a run: it is no undo, and nothing has undone it."""
        return self.depth(run.id) % 2 == 0 and run.id not in self._taken_back
