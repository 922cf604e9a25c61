"""Chooses the run to take back: the named one, or the last that wrote something and is in effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.journal import WriteState
from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.model.text.command import command
from immich_smart_albums.operations.undo.in_effect import Runs

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from immich_smart_albums.changes.journal import Run, Write
    from immich_smart_albums.operations.ports.ledger import Ledger


def chosen_run(run_id: int | None, ledger: Ledger, users: AbstractSet[str]) -> tuple[Run, list[Write], Runs]:
    """Returns the run, what it wrote, and all runs. Raises ConfigurationError if there is nothing to take back."""
    runs = Runs(ledger.runs())
    if run_id is None:
        for run in runs.all:
            writes = _written(ledger, run)
            if runs.is_offered(run) and any(write.intent.key.owner in users for write in writes):
                return run, writes, runs
        raise _nothing("the ledger knows no run of these accounts that could be undone", "`history` lists all runs.")
    chosen = runs.by_id.get(run_id)
    if chosen is None:
        raise _nothing(f"there is no run {run_id}", "`history` lists all runs.")
    last = runs.last_word(run_id)
    if runs.undone_by(run_id) is not None:
        raise _nothing(f"run {run_id} was undone by run {last}", f"To have it back: {command('undo', str(last))}")
    if last != run_id:
        message = f"run {run_id} was undone, and done again by run {last}"
        raise _nothing(message, f"To take it back: {command('undo', str(last))}")
    writes = _written(ledger, chosen)
    if not writes:
        raise _nothing(f"run {run_id} wrote nothing to the server", "`history` lists what each run wrote.")
    if not any(write.intent.key.owner in users for write in writes):
        message = f"run {run_id} wrote to albums of other accounts, on {chosen.server}"
        raise _nothing(message, "Give the keys of their owners, or --ledger.")
    return chosen, writes, runs


def _written(ledger: Ledger, run: Run) -> list[Write]:
    """The requests of a run that are known to have done something."""
    return [write for write in ledger.writes(run.id) if write.state is WriteState.DONE or write.outcomes]


def _nothing(message: str, hint: str) -> ConfigurationError:
    return ConfigurationError((Problem("undo", message, hint),))
