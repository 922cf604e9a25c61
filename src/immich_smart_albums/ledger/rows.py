"""Converts rows of the ledger to values, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from immich_smart_albums.changes.change import Change
from immich_smart_albums.changes.journal import Ending, Intent, Run, Write, WriteState
from immich_smart_albums.changes.memory import AlbumKey, Membership, MembershipState
from immich_smart_albums.errors import START_AFRESH, LedgerError
from immich_smart_albums.model.asset import Asset
from immich_smart_albums.model.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

MEMBERSHIP = "asset, taken, local_time, file_name, type, standing, user, run"
RUN = "id, verb, server, started, ended, ending, undoes"
WRITE = "writes.id, run, owner, rule, album_id, user, change, at, state, outcomes, cover_before, cover_after"
"""The columns of writes joined with their albums."""

_CHANGES: msgspec.json.Decoder[Change] = msgspec.json.Decoder(Change)


def membership(row: tuple[str, int, str, str, str, str, str, int]) -> Membership:
    """Returns the membership in a row of `MEMBERSHIP`."""
    *photo, standing, user, run = row
    return Membership(Asset(*photo), MembershipState(standing), user, run)  # type: ignore[arg-type]


def snapshot(asset: Asset) -> tuple[str, int, str, str, str]:
    """Returns the first columns of `MEMBERSHIP` for an asset."""
    return asset.id, asset.taken, asset.local_time, asset.file_name, asset.type


def run(row: tuple[int, str, str, str, str | None, str | None, int | None]) -> Run:
    """Returns the run in a row of `RUN`."""
    id_, verb, server, started, ended, ending, undoes = row
    return Run(id_, verb, server, started, ended, Ending(ending) if ending else None, undoes)


def write(
    row: tuple[int, int, str, str, str | None, str, str, str, str, str, str | None, str | None],
) -> Write:
    """Returns the write in a row of `WRITE`."""
    id_, run_id, owner, rule, album_id, user, change, time, state, outcomes, before, after = row
    intent = Intent(run_id, AlbumKey(owner, rule), album_id, user, change_from(change), time)
    return Write(id_, intent, WriteState(state), outcomes_from(outcomes), before, after)


def change_text(change: Change) -> str:
    """Returns a change as JSON."""
    return msgspec.json.encode(change).decode()


def change_from(text: str) -> Change:
    """Returns the change in JSON. Raises LedgerError."""
    try:
        return _CHANGES.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _damaged("what a request was to change", error) from None


def outcomes_text(outcomes: Mapping[str, Outcome]) -> str:
    """Returns outcomes as JSON: the ids for each outcome."""
    groups: dict[str, list[str]] = {}
    for id_, outcome in outcomes.items():
        groups.setdefault(outcome.name, []).append(id_)
    return msgspec.json.encode(groups).decode()


def outcomes_from(text: str) -> dict[str, Outcome]:
    """Returns the outcomes in JSON. Raises LedgerError."""
    try:
        groups = msgspec.json.decode(text, type=dict[str, list[str]])
        return {id_: Outcome[name] for name, ids in groups.items() for id_ in ids}
    except (msgspec.DecodeError, KeyError, RecursionError) as error:
        raise _damaged("what became of a request", error) from None


def _damaged(what: str, error: Exception) -> LedgerError:
    return LedgerError(f"the ledger is damaged: {what} cannot be read: {error}", hint=START_AFRESH)
