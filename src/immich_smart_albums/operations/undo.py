"""Taking back exactly what one run wrote, as a plan of its own that is looked at and applied like any other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.changes.change import (
    AddAssets,
    CreateAlbum,
    DeleteAlbum,
    Edit,
    RemoveAssets,
    SetDetails,
    ShareAlbum,
)
from immich_smart_albums.changes.journal import Ending, State
from immich_smart_albums.changes.memory import Standing
from immich_smart_albums.changes.plan import AlbumPlan, Plan, Seen, digest
from immich_smart_albums.errors import ConfigurationError, NoAccess, Problem
from immich_smart_albums.model.album import Album
from immich_smart_albums.model.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from immich_smart_albums.changes.change import Change
    from immich_smart_albums.changes.journal import Run, Write
    from immich_smart_albums.changes.memory import AlbumKey, Membership, Memory
    from immich_smart_albums.model.album import AlbumDetails
    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.operations.ports import Ledger, PhotoServer


@dataclass(frozen=True, slots=True)
class Keys:
    """The accounts at hand."""

    servers: Mapping[str, PhotoServer]
    users: Mapping[str, str]
    """Whose account each is: the user's id."""

    def account_of(self, user_id: str) -> str | None:
        """The account of a user."""
        return next((name for name, each in self.users.items() if each == user_id), None)


def plan_undo(run_id: int | None, keys: Keys, ledger: Ledger, made_at: str) -> Plan:
    """The plan that takes back a run, or the last one that wrote something and was not taken back yet.

    What that run added goes, where it is still there and still ours; what it took out comes back; texts, cover and
    shares that still are as it left them become what they were; an album that it made is deleted if nothing else is in
    it. Raises ConfigurationError where there is nothing to take back, and ServerError.
    """
    base = next(iter(keys.servers.values())).base
    run, writes = _chosen(run_id, ledger, frozenset(keys.users.values()))
    albums: dict[AlbumKey, list[Write]] = {}
    for write in writes:
        albums.setdefault(write.intent.key, []).append(write)
    plans = tuple(_take_back(run, key, group, keys, ledger.memory(key)) for key, group in albums.items())
    return Plan(base, made_at, plans, verb="undo", undoes=run.id, users=dict(keys.users), ledger=ledger.state)


def _chosen(run_id: int | None, ledger: Ledger, users: AbstractSet[str]) -> tuple[Run, list[Write]]:
    runs = ledger.runs()
    undone = {each.undoes: each.id for each in runs if each.undoes is not None and each.ending is Ending.DONE}
    if run_id is None:
        for run in runs:
            writes = _written(ledger, run)
            is_ours = any(write.intent.key.owner in users for write in writes)
            if is_ours and run.undoes is None and run.id not in undone:
                return run, writes
        raise _nothing("the ledger knows no run of these accounts that could be undone", "`history` lists all runs.")
    found = next((each for each in runs if each.id == run_id), None)
    if found is None:
        raise _nothing(f"there is no run {run_id}", "`history` lists all runs.")
    if run_id in undone:
        raise _nothing(f"run {run_id} was undone by run {undone[run_id]}", f"To have it back, undo {undone[run_id]}.")
    writes = _written(ledger, found)
    if not writes:
        raise _nothing(f"run {run_id} wrote nothing to the server", "`history` lists what each run wrote.")
    if not any(write.intent.key.owner in users for write in writes):
        message = f"run {run_id} wrote to albums of other accounts, on {found.server}"
        raise _nothing(message, "Give the keys of their owners, or --ledger.")
    return found, writes


def _written(ledger: Ledger, run: Run) -> list[Write]:
    """The requests of a run of which it is known that they did something."""
    return [write for write in ledger.writes(run.id) if write.state is State.DONE or write.outcomes]


def _nothing(message: str, hint: str) -> ConfigurationError:
    return ConfigurationError((Problem("undo", message, hint),))


@dataclass(frozen=True, slots=True)
class _Album:
    """What a run wrote to an album, and what the album is now."""

    run: Run
    writes: Sequence[Write]
    memory: Memory
    details: AlbumDetails
    inside: frozenset[str]
    """In the trash, too."""

    def photos(self, kind: type[AddAssets | RemoveAssets], outcome: Outcome, standing: Standing) -> list[Membership]:
        """Photos with which the run did something, and nobody anything since, as far as the ledger knows."""
        ids = (id_ for write in self.writes if isinstance(write.intent.change, kind) for id_ in write.ids(outcome))
        doubtful = self.memory.perhaps_taken_out(self.details.updated)
        known = (self.memory.memberships[id_] for id_ in ids if id_ in self.memory.memberships.keys() - doubtful)
        return [each for each in known if each.standing is standing and each.run == self.run.id]

    def changes(self) -> list[Change]:
        """The changes of the run, newest first."""
        return [write.intent.change for write in reversed(self.writes) if write.state is State.DONE]


def _take_back(run: Run, key: AlbumKey, writes: Sequence[Write], keys: Keys, memory: Memory) -> AlbumPlan:
    owner = keys.account_of(key.owner)
    album_id = next((write.intent.album_id for write in writes if write.intent.album_id), None)
    if owner is None or album_id is None:
        problem = Problem(key.rule, "the album belongs to none of the accounts at hand", "Give its owner's key.")
        return AlbumPlan(key.rule, "", problems=(problem,))
    albums = keys.servers[owner].albums
    try:
        details = albums.details(album_id)
    except NoAccess:
        return AlbumPlan(key.rule, owner, warnings=("the album is gone, so there is nothing to take back",))
    members = albums.members(album_id)
    album = _Album(run, writes, memory, details, members | albums.trashed(album_id))
    return AlbumPlan(
        key.rule,
        owner,
        album=Album(album_id, details.name, len(members), None, details.owner.name, details.created),
        changes=tuple(_changes(album, keys, owner)),
        present=len(members),
        reasons=(f"takes back run {run.id}, {run.verb} of {run.started}",),
        seen=Seen(details.updated, digest(members)),
    )


def _changes(album: _Album, keys: Keys, owner: str) -> Iterator[Change]:
    def adder(photo: Membership) -> str:
        return keys.account_of(photo.user) or owner

    added = [each for each in album.photos(AddAssets, Outcome.ADDED, Standing.OURS) if each.asset.id in album.inside]
    # Who owns the album may take out all; where that is nobody of us, who added a photo may.
    remover = keys.account_of(album.details.owner.id)
    yield from (RemoveAssets(*each) for each in _grouped(added, lambda each: remover or adder(each)))
    is_made = any(isinstance(change, CreateAlbum) for change in album.changes())
    if is_made and album.inside <= {each.asset.id for each in added}:
        yield DeleteAlbum()
        return
    gains = [share for share in _shares(album) if share.role is not None]
    yield from gains
    removed = album.photos(RemoveAssets, Outcome.REMOVED, Standing.REMOVED)
    gone = [each for each in removed if each.asset.id not in album.inside]
    yield from (AddAssets(*each) for each in _grouped(gone, adder))
    yield from (share for share in _shares(album) if share not in gains)
    details = _details(album)
    if details != SetDetails():
        yield details


def _grouped(
    photos: Iterable[Membership], account: Callable[[Membership], str]
) -> Iterator[tuple[str, tuple[Asset, ...]]]:
    groups: dict[str, list[Asset]] = {}
    for each in photos:
        groups.setdefault(account(each), []).append(each.asset)
    return ((name, tuple(assets)) for name, assets in groups.items())


def _shares(album: _Album) -> Iterator[ShareAlbum]:
    now = {user.id: role for user, role in album.details.users}
    for change in album.changes():
        if isinstance(change, ShareAlbum) and now.get(change.user.id) == change.role:
            yield ShareAlbum(change.user, change.was, change.role)


def _details(album: _Album) -> SetDetails:
    now = {"description": album.details.description, "order": album.details.order, "cover": album.details.cover}
    back = {
        name: Edit(edit.new, edit.old)
        for change in album.changes()
        if isinstance(change, SetDetails)
        for name, edit in change.edits().items()
        if edit.old is not None and now[name] == edit.new
    }
    return SetDetails(**back)
