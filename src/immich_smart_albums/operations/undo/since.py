"""Follows a run's photos, and an album's cover, through the runs since then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.changes.change import AddAssets, CreateAlbum, RemoveAssets, SetDetails
from immich_smart_albums.changes.journal import WriteState
from immich_smart_albums.model.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from immich_smart_albums.changes.journal import Write
    from immich_smart_albums.operations.undo.in_effect import Runs


@dataclass(frozen=True, slots=True)
class Fate:
    """What our own runs did with a photo since one run."""

    overtaken_by: int | None
    """The later run that must be taken back first. None if there is none in effect."""
    runs: frozenset[int]
    """The run itself, and all runs that moved the photo since."""


def fates(run: int, writes: Sequence[Write], runs: Runs) -> dict[str, Fate]:
    """Returns the fate of each photo that a run moved. `writes` are all writes to the album, in order."""
    stacks: dict[str, list[int]] = {}
    touched: dict[str, set[int]] = {}
    for write in writes:
        doer = write.intent.run
        if doer < run:
            continue
        for asset_id in _moved(write):
            if doer == run:
                stacks[asset_id], touched[asset_id] = [run], {run}
            elif asset_id in stacks:
                stack, undoer = stacks[asset_id], runs.by_id.get(doer)
                touched[asset_id].add(doer)
                if undoer is not None and undoer.undoes is not None and stack and stack[-1] == undoer.undoes:
                    stack.pop()
                elif not stack or stack[-1] != doer:
                    stack.append(doer)
    return {
        asset_id: Fate(None if stack == [run] else (stack[-1] if stack else None), frozenset(touched[asset_id]))
        for asset_id, stack in stacks.items()
    }


def _moved(write: Write) -> Iterator[str]:
    """The ids of the photos that a request put in or took out."""
    if isinstance(write.intent.change, AddAssets | RemoveAssets):
        yield from (id_ for id_, done in write.outcomes.items() if done in {Outcome.ADDED, Outcome.REMOVED})


def is_cover_ours(run: int, writes: Sequence[Write], now: str | None) -> bool:
    """Returns whether, by the ledger, nobody but us changed the cover of an album since a run made it."""
    expected: str | None = None
    for write in writes:
        if write.intent.run < run or write.state is WriteState.REFUSED:
            continue
        if isinstance(write.intent.change, CreateAlbum):
            expected = ""
            continue
        if write.cover_before is None or write.cover_before != expected:
            return False
        expected = write.cover_after
        if isinstance(write.intent.change, SetDetails) and write.intent.change.cover is not None:
            expected = write.intent.change.cover.new
    return expected == (now or "")
