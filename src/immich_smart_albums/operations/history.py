"""The history of runs: what each did to which album."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from immich_smart_albums.changes.change import CreateAlbum, DeleteAlbum, SetDetails, ShareAlbum, photos_of
from immich_smart_albums.changes.journal import Ending, WriteState
from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.model.outcome import Outcome
from immich_smart_albums.operations.undo.in_effect import Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from immich_smart_albums.changes.change import Change
    from immich_smart_albums.changes.journal import Run, Write
    from immich_smart_albums.operations.ports.ledger import Ledger

SAMPLE = 12
"""Photos of an album that are shown, of all that a run added or took out."""


@dataclass(frozen=True, slots=True)
class AlbumHistory:
    """What a run did to one album."""

    rule: str
    added: int
    removed: int
    created: bool
    deleted: bool
    edits: int
    shares: int
    unclear: int
    """Photos of requests that may or may not have been carried out."""
    sample: tuple[str, ...] = ()
    """The ids of some photos that it added or took out."""


@dataclass(frozen=True, slots=True)
class RunHistory:
    """One run."""

    run: Run
    undone_by: int | None
    """The run that took it back. None: it is in effect."""
    albums: tuple[AlbumHistory, ...]


def history(ledger: Ledger, *, most: int) -> list[RunHistory]:
    """Returns the newest runs, newest first, without those that ended well and wrote nothing. Raises LedgerError."""
    runs = ledger.runs()
    runs_by_id = Runs(runs)
    histories: list[RunHistory] = []
    for run in runs:
        if len(histories) == most:
            break
        albums: dict[str, list[Write]] = {}
        for write in ledger.writes(run.id):
            albums.setdefault(write.intent.key.rule, []).append(write)
        if albums or run.ending is not Ending.DONE:
            histories.append(
                RunHistory(
                    run, runs_by_id.undone_by(run.id), tuple(_album(rule, group) for rule, group in albums.items())
                )
            )
    return histories


def run_with_writes(run_id: int, ledger: Ledger) -> tuple[Run, list[Write]]:
    """Returns a run by its number, and what it wrote, in order. Raises ConfigurationError if there is no such run."""
    run = next((run for run in ledger.runs() if run.id == run_id), None)
    if run is None:
        hint = "history without a number lists the runs."
        raise ConfigurationError((Problem("RUN", f"the ledger knows no run {run_id}", hint),))
    return run, ledger.writes(run_id)


def _album(rule: str, writes: Sequence[Write]) -> AlbumHistory:
    moved = (id_ for write in writes for id_ in (*write.ids(Outcome.ADDED), *write.ids(Outcome.REMOVED)))
    done = [write.intent.change for write in writes if write.state is WriteState.DONE]
    unclear = [write for write in writes if write.state in {WriteState.OPEN, WriteState.SETTLED}]
    return AlbumHistory(
        rule,
        added=sum(len(write.ids(Outcome.ADDED)) for write in writes),
        removed=sum(len(write.ids(Outcome.REMOVED)) for write in writes),
        created=_count(done, lambda change: isinstance(change, CreateAlbum)) > 0,
        deleted=_count(done, lambda change: isinstance(change, DeleteAlbum)) > 0,
        edits=_count(done, lambda change: isinstance(change, SetDetails)),
        shares=_count(done, lambda change: isinstance(change, ShareAlbum)),
        unclear=sum(len(set(photos_of(write.intent.change)) - write.outcomes.keys()) for write in unclear),
        sample=tuple(islice(moved, SAMPLE)),
    )


def _count(changes: Sequence[Change], is_meant: Callable[[Change], bool]) -> int:
    return sum(map(is_meant, changes))
