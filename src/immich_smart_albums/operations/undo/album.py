"""The changes that take back one run in one album, with warnings for everything that changed since and stays."""

from __future__ import annotations

from collections import Counter
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
from immich_smart_albums.changes.memory import MembershipState
from immich_smart_albums.model.outcome import Outcome
from immich_smart_albums.model.text.command import command
from immich_smart_albums.operations.undo.since import is_cover_ours
from immich_smart_albums.operations.undo.usage import uses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from immich_smart_albums.changes.change import Change
    from immich_smart_albums.changes.journal import Run, Write
    from immich_smart_albums.changes.memory import AlbumMemory, Membership
    from immich_smart_albums.model.album import AlbumDetails
    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.operations.ports.albums import Albums
    from immich_smart_albums.operations.ports.server import PhotoServer
    from immich_smart_albums.operations.undo.since import Fate


@dataclass(frozen=True, slots=True)
class Keys:
    """The accounts at hand."""

    servers: Mapping[str, PhotoServer]
    users: Mapping[str, str]
    """The id of each account's user, by account."""

    def account_of(self, user_id: str) -> str | None:
        """Returns the account of a user. None if no key of that user is at hand."""
        return next((name for name, account_user in self.users.items() if account_user == user_id), None)


@dataclass(frozen=True, slots=True)
class WrittenAlbum:
    """An album with the requests of the run that is taken back, and its state now."""

    run: Run
    writes: Sequence[Write]
    """The run's writes to the album."""
    since: Sequence[Write]
    """All writes to the album, of all runs."""
    fates: Mapping[str, Fate]
    memory: AlbumMemory
    details: AlbumDetails
    inside: frozenset[str]
    """The ids in the album, shown or not."""

    def photos(
        self, kind: type[AddAssets | RemoveAssets], outcome: Outcome, standing: MembershipState
    ) -> tuple[list[Membership], Counter[int | None]]:
        """Returns the photos that the run moved and that are still as it left them, and counts of the others.

        The counts are by the run that moved the photos since. None stands for people.
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
        """Returns the changes of the run, newest first."""
        return [write.intent.change for write in reversed(self.writes) if write.state is WriteState.DONE]


def changes_back(album: WrittenAlbum, keys: Keys, owner: str, warnings: list[str]) -> Iterator[Change]:
    """Yields the changes that take back the run. Adds to `warnings` what stays as it is, and why."""

    def adder(photo: Membership) -> str:
        return keys.account_of(photo.user) or owner

    ours, left_in = album.photos(AddAssets, Outcome.ADDED, MembershipState.OURS)
    added = [our for our in ours if our.asset.id in album.inside]
    removed, left_out = album.photos(RemoveAssets, Outcome.REMOVED, MembershipState.REMOVED)
    left_in[None] += len(ours) - len(added)
    warnings += [*_left("added", left_in), *_left("took out", left_out)]
    # The album's owner may take out every photo; without the owner's key, each account those that it added.
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
    """Warnings on photos that stay because a later run, or people, moved them since."""
    for run, number in sorted(others.items(), key=lambda item: (item[0] is None, item[0] or 0)):
        if not number:
            continue
        photos, stay = (f"{number:,} photos", "stay") if number > 1 else ("1 photo", "stays")
        if run is None:
            yield f"{photos} that the run {what} {stay} as people, or an undo before this one, left it"
        else:
            first = command("undo", str(run))
            yield f"{photos} that the run {what} {stay} as run {run} left it: to take both back, first {first}"


def _deletion(creation: CreateAlbum, album: WrittenAlbum) -> DeleteAlbum:
    """The deletion of an album that is as the run left it."""
    shares = [change for change in reversed(album.changes()) if isinstance(change, ShareAlbum)]
    roles = {share.user.id: share.role for share in shares if share.role is not None}
    return DeleteAlbum(creation.name, creation.description, roles)


def _reasons_to_stay(
    deletion: DeleteAlbum, album: WrittenAlbum, ours: AbstractSet[str], albums: Albums
) -> Iterator[str]:
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


def _shares(album: WrittenAlbum, warnings: list[str]) -> Iterator[ShareAlbum]:
    now = {user.id: role for user, role in album.details.users}
    for change in album.changes():
        if isinstance(change, ShareAlbum):
            if now.get(change.user.id) == change.role:
                yield ShareAlbum(change.user, change.was, change.role)
            elif now.get(change.user.id) != change.was:
                warnings.append(f"how it is shared with {change.user.name} was changed since, and stays")


def _details(album: WrittenAlbum, warnings: list[str]) -> SetDetails:
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
