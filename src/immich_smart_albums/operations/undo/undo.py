"""Taking back exactly what one run wrote, as a plan of its own that is looked at and applied like any other."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
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
from immich_smart_albums.changes.journal import WriteState
from immich_smart_albums.changes.memory import KNOWN_INSIDE, MembershipState
from immich_smart_albums.changes.plan import AlbumPlan, AlbumSnapshot, Plan, digest
from immich_smart_albums.errors import ConfigurationError, NoAccess, Problem
from immich_smart_albums.model.album import Album
from immich_smart_albums.model.outcome import Outcome
from immich_smart_albums.model.text.command import command
from immich_smart_albums.operations.undo.in_effect import Runs
from immich_smart_albums.operations.undo.since import fates, is_cover_ours
from immich_smart_albums.operations.undo.usage import uses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from immich_smart_albums.changes.change import Change
    from immich_smart_albums.changes.journal import Run, Write
    from immich_smart_albums.changes.memory import AlbumKey, AlbumMemory, Membership
    from immich_smart_albums.model.album import AlbumDetails
    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.operations.ports.albums import Albums
    from immich_smart_albums.operations.ports.ledger import Ledger
    from immich_smart_albums.operations.ports.server import PhotoServer
    from immich_smart_albums.operations.undo.since import Fate


@dataclass(frozen=True, slots=True)
class Keys:
    """The accounts at hand."""

    servers: Mapping[str, PhotoServer]
    users: Mapping[str, str]
    """Whose account each is: the user's id."""

    def account_of(self, user_id: str) -> str | None:
        """The account of a user."""
        return next((name for name, account_user in self.users.items() if account_user == user_id), None)


def plan_undo(run_id: int | None, keys: Keys, ledger: Ledger, made_at: str) -> Plan:
    """The plan that takes back a run, or the last one that wrote something and was not taken back yet.

    What that run added goes, where it is still there and still ours; what it took out comes back; texts, cover and
    shares that still are as it left them become what they were; an album that it made is deleted if nothing else is in
    it and nobody has used it since. What later runs or people did stays, and the plan says so. Raises
    ConfigurationError where there is nothing to take back, and ServerError.
    """
    base = next(iter(keys.servers.values())).base
    run, writes, runs = _chosen(run_id, ledger, frozenset(keys.users.values()))
    albums: dict[AlbumKey, list[Write]] = {}
    for write in writes:
        albums.setdefault(write.intent.key, []).append(write)
    plans = tuple(_take_back(run, key, group, keys, ledger, runs) for key, group in albums.items())
    return Plan(base, made_at, plans, verb="undo", undoes=run.id, users=dict(keys.users), ledger=ledger.state)


def _chosen(run_id: int | None, ledger: Ledger, users: AbstractSet[str]) -> tuple[Run, list[Write], Runs]:
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
    """The requests of a run of which it is known that they did something."""
    return [write for write in ledger.writes(run.id) if write.state is WriteState.DONE or write.outcomes]


def _nothing(message: str, hint: str) -> ConfigurationError:
    return ConfigurationError((Problem("undo", message, hint),))


@dataclass(frozen=True, slots=True)
class _AlbumUndo:
    """What a run wrote to an album, and what the album is now."""

    run: Run
    writes: Sequence[Write]
    """Of the run."""
    since: Sequence[Write]
    """All to this album, of whatever run."""
    fates: Mapping[str, Fate]
    memory: AlbumMemory
    details: AlbumDetails
    inside: frozenset[str]
    """Shown or not."""

    def photos(
        self, kind: type[AddAssets | RemoveAssets], outcome: Outcome, standing: MembershipState
    ) -> tuple[list[Membership], Counter[int | None]]:
        """Photos with which the run did something that still counts.

        And how many others there are, by the run that did something with them since. None for people.
        """
        ids = (id_ for write in self.writes if isinstance(write.intent.change, kind) for id_ in write.ids(outcome))
        doubtful = self.memory.perhaps_taken_out(self.details.updated)
        counts: list[Membership] = []
        others: Counter[int | None] = Counter()
        for id_ in ids:
            membership, fate = self.memory.memberships.get(id_), self.fates[id_]
            if fate.overtaken_by is not None:
                others[fate.overtaken_by] += 1
            elif (
                membership is None
                or id_ in doubtful
                or membership.standing is not standing
                or membership.run not in fate.runs
            ):
                others[None] += 1
            else:
                counts.append(membership)
        return counts, others

    def changes(self) -> list[Change]:
        """The changes of the run, newest first."""
        return [write.intent.change for write in reversed(self.writes) if write.state is WriteState.DONE]


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
    album = _AlbumUndo(run, writes, since, fates(run.id, since, runs), memory, details, inside)
    warnings: list[str] = []
    changes = tuple(_changes(album, keys, owner, warnings))
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


def _changes(album: _AlbumUndo, keys: Keys, owner: str, warnings: list[str]) -> Iterator[Change]:
    """The changes that take back what the run did; `warnings` get what is left as it is, and why."""

    def adder(photo: Membership) -> str:
        return keys.account_of(photo.user) or owner

    ours, left_in = album.photos(AddAssets, Outcome.ADDED, MembershipState.OURS)
    added = [our for our in ours if our.asset.id in album.inside]
    removed, left_out = album.photos(RemoveAssets, Outcome.REMOVED, MembershipState.REMOVED)
    left_in[None] += len(ours) - len(added)
    warnings += [*_left("added", left_in), *_left("took out", left_out)]
    # Who owns the album may take out all; where that is nobody of us, who added a photo may.
    remover = keys.account_of(album.details.owner.id)
    yield from (RemoveAssets(*removal) for removal in _grouped(added, lambda membership: remover or adder(membership)))
    creation = next((change for change in album.changes() if isinstance(change, CreateAlbum)), None)
    if creation is not None:
        deletion = _deletion(creation, album)
        reasons = [
            *_reasons_to_stay(
                deletion, album, {membership.asset.id for membership in added}, keys.servers[owner].albums
            )
        ]
        if not reasons:
            yield deletion
            return
        warnings.append(f"the album is not deleted: {'; '.join(reasons)}")
    shares = list(_shares(album, warnings))
    gains = [share for share in shares if share.role is not None]
    yield from gains
    let_in = {share.user.id for share in gains if share.role == "editor"}
    editors = {album.details.owner.id, *let_in, *(user.id for user, role in album.details.users if role == "editor")}
    out = [membership for membership in removed if membership.asset.id not in album.inside]
    gone = [membership for membership in out if keys.users.get(adder(membership)) in editors]
    if len(gone) < len(out):
        warnings.append(f"{len(out) - len(gone):,} that the run took out stay out: their account is no editor any more")
    yield from (AddAssets(*removal) for removal in _grouped(gone, adder))
    yield from (share for share in shares if share not in gains)
    details = _details(album, warnings)
    if details != SetDetails():
        yield details


def _left(what: str, others: Counter[int | None]) -> Iterator[str]:
    """What is said of photos that stay as they are, by the run, or by the people, who did something with them since."""
    for run, number in sorted(others.items(), key=lambda item: (item[0] is None, item[0] or 0)):
        if not number:
            continue
        photos, stay = (f"{number:,} photos", "stay") if number > 1 else ("1 photo", "stays")
        if run is None:
            yield f"{photos} that the run {what} {stay} as people, or an undo before this one, left it"
        else:
            first = command("undo", str(run))
            yield f"{photos} that the run {what} {stay} as run {run} left it: to take both back, first {first}"


def _deletion(creation: CreateAlbum, album: _AlbumUndo) -> DeleteAlbum:
    """The album as the run left it."""
    shares = [change for change in reversed(album.changes()) if isinstance(change, ShareAlbum)]
    roles = {share.user.id: share.role for share in shares if share.role is not None}
    return DeleteAlbum(creation.name, creation.description, roles)


def _reasons_to_stay(deletion: DeleteAlbum, album: _AlbumUndo, ours: AbstractSet[str], albums: Albums) -> Iterator[str]:
    others = len(album.inside - ours)
    if others:
        yield "1 other photo is in it" if others == 1 else f"{others:,} other photos are in it"
    if not is_cover_ours(album.run.id, album.since, album.details.cover):
        yield "somebody may have chosen its cover"
    yield from uses(deletion, album.details, albums)


def _grouped(
    photos: Iterable[Membership], account: Callable[[Membership], str]
) -> Iterator[tuple[str, tuple[Asset, ...]]]:
    groups: dict[str, list[Asset]] = {}
    for photo in photos:
        groups.setdefault(account(photo), []).append(photo.asset)
    return ((name, tuple(assets)) for name, assets in groups.items())


def _shares(album: _AlbumUndo, warnings: list[str]) -> Iterator[ShareAlbum]:
    now = {user.id: role for user, role in album.details.users}
    for change in album.changes():
        if isinstance(change, ShareAlbum):
            if now.get(change.user.id) == change.role:
                yield ShareAlbum(change.user, change.was, change.role)
            elif now.get(change.user.id) != change.was:
                warnings.append(f"how it is shared with {change.user.name} was changed since, and stays")


def _details(album: _AlbumUndo, warnings: list[str]) -> SetDetails:
    now = {
        "name": album.details.name,
        "description": album.details.description,
        "order": album.details.order,
        "cover": album.details.cover,
    }
    back: dict[str, Edit] = {}
    for change in album.changes():
        edits = change.edits().items() if isinstance(change, SetDetails) else ()
        for name, edit in edits:
            if now[name] == edit.new and edit.old is not None:
                back[name] = Edit(edit.new, edit.old)
            elif now[name] == edit.new:
                warnings.append(f"the {name} stays: what it was before is not known")
            elif now[name] != edit.old:
                warnings.append(f"the {name} was changed since, and stays")
    return SetDetails(**back)
