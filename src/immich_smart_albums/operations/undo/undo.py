"""Plans the undo of one run: exactly what it wrote, as a plan that is reviewed and applied like any other."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from immich_smart_albums.changes.change import DeleteAlbum
from immich_smart_albums.changes.memory import KNOWN_INSIDE
from immich_smart_albums.changes.plan import AlbumPlan, AlbumSnapshot, Plan, digest
from immich_smart_albums.errors import NoAccess, Problem
from immich_smart_albums.model.album import Album
from immich_smart_albums.operations.undo.album import WrittenAlbum, changes_back
from immich_smart_albums.operations.undo.chosen_run import chosen_run
from immich_smart_albums.operations.undo.since import fates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from immich_smart_albums.changes.journal import Run, Write
    from immich_smart_albums.changes.memory import AlbumKey
    from immich_smart_albums.operations.ports.ledger import Ledger
    from immich_smart_albums.operations.undo.album import Keys
    from immich_smart_albums.operations.undo.in_effect import Runs


def plan_undo(run_id: int | None, keys: Keys, ledger: Ledger, made_at: str) -> Plan:
    """Returns the plan that takes back a run, or the last one that wrote something and is in effect.

    Photos that the run added are taken out if they are still there and still ours; photos that it took out are put
    back; texts, cover and shares that are still as it left them become what they were; an album that it made is deleted
    if nothing else is in it and nobody has used it since. Everything that later runs or people did stays, with a
    warning. Raises ConfigurationError if there is nothing to take back, and ServerError.
    """
    base = next(iter(keys.servers.values())).base
    run, writes, runs = chosen_run(run_id, ledger, frozenset(keys.users.values()))
    albums: dict[AlbumKey, list[Write]] = {}
    for write in writes:
        albums.setdefault(write.intent.key, []).append(write)
    plans = tuple(_take_back(run, key, group, keys, ledger, runs) for key, group in albums.items())
    return Plan(base, made_at, plans, verb="undo", undoes=run.id, users=dict(keys.users), ledger=ledger.state)


def _take_back(  # noqa: PLR0913 - which run, what it wrote, and what is known since
    run: Run, key: AlbumKey, writes: Sequence[Write], keys: Keys, ledger: Ledger, runs: Runs
) -> AlbumPlan:
    owner = keys.account_of(key.owner)
    album_id = next((write.intent.album_id for write in writes if write.intent.album_id), None)
    if owner is None or album_id is None:
        problem = Problem(key.rule, "the album belongs to none of the accounts at hand", "Give its owner's key.")
        return AlbumPlan(key.rule, "", problems=(problem,))
    albums = keys.servers[owner].albums
    try:
        details = albums.details(album_id)
    except NoAccess:
        is_deleted = any(isinstance(write.intent.change, DeleteAlbum) for write in writes)
        anew = "that run deleted the album; the next sync makes it anew, as far as the rules still say so"
        gone = "the album is gone, so there is nothing to take back"
        return AlbumPlan(key.rule, owner, warnings=(anew if is_deleted else gone,))
    members = albums.members(album_id)
    memory = ledger.memory(key)
    missing = memory.having(KNOWN_INSIDE) - members
    since = [write for write in ledger.writes_to(key) if write.intent.album_id == album_id]
    inside = members | (albums.hidden(album_id, missing) if missing else frozenset())
    for server in keys.servers.values():
        # Before 3.0 each account sees its own photos in the trash only.
        with suppress(NoAccess):
            inside |= server.albums.trashed(album_id)
    album = WrittenAlbum(run, writes, since, fates(run.id, since, runs), memory, details, inside)
    warnings: list[str] = []
    changes = tuple(changes_back(album, keys, owner, warnings))
    return AlbumPlan(
        key.rule,
        owner,
        album=Album(album_id, details.name, len(members), None, details.owner.name, details.created),
        changes=changes,
        present=len(members),
        reasons=(f"takes back run {run.id}, {run.verb} of {run.started}",),
        warnings=tuple(warnings),
        seen=AlbumSnapshot(details.updated, digest(members)),
    )
