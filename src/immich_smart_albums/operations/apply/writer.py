"""Writes the changes of one album. Each request is recorded in the ledger before it is sent and after its answer."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

from immich_smart_albums.changes.change import (
    AddAssets,
    CreateAlbum,
    DeleteAlbum,
    RemoveAssets,
    SetDetails,
    ShareAlbum,
)
from immich_smart_albums.changes.journal import Intent
from immich_smart_albums.errors import (
    NotImmich,
    PhotosRefused,
    PlanOutdated,
    Refused,
    ServerError,
    Stopped,
    Untrustworthy,
)
from immich_smart_albums.model.outcome import Outcome
from immich_smart_albums.model.stopping import never
from immich_smart_albums.operations.undo.usage import uses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from immich_smart_albums.changes.change import Change
    from immich_smart_albums.changes.memory import AlbumKey
    from immich_smart_albums.model.album import Album
    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.operations.apply.result import AlbumResult
    from immich_smart_albums.operations.ports.albums import Albums
    from immich_smart_albums.operations.ports.ledger import Journal
    from immich_smart_albums.operations.ports.server import PhotoServer

CHUNK = 1000
"""Assets per request. A small server answers that in a fraction of a second."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """What the albums of a run share."""

    id: int
    servers: Mapping[str, PhotoServer]
    """By account."""
    users: Mapping[str, str]
    """The id of each account's user, by account."""
    journal: Journal
    now: Callable[[], str]
    stop: Stop = never
    is_undo: bool = False
    """Whether the plan takes back a run. It then observed nothing that the ledger should learn."""


@dataclass(slots=True)
class _Answer:
    """The answer to one request, as the ledger records it."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    album: Album | None = None


class AlbumWriter:
    """Writes to one album of a run, and fills the album's result."""

    def __init__(self, run: RunContext, key: AlbumKey, owner: str, result: AlbumResult) -> None:
        self._run = run
        self._key = key
        self._owner = owner
        self._result = result

    def write(self, change: Change) -> None:
        """Write one change. Raises ServerError, PhotosRefused, PlanOutdated and LedgerError."""
        match change:
            case CreateAlbum():
                with self._remembered(self._owner, change) as answer:
                    answer.album = self._albums().create(change.name, change.description)
                    self._result.album, self._result.created = answer.album, True
            case AddAssets():
                self._add(change)
            case RemoveAssets():
                self._remove(change)
            case ShareAlbum():
                with self._remembered(self._owner, change):
                    self._albums().share(self._album_id, change.user.id, change.role)
                    self._result.shares.append(change)
            case SetDetails():
                with self._remembered(self._owner, change):
                    new = {name: edit.new for name, edit in change.edits().items()}
                    self._albums().edit(self._album_id, **new)
                    self._result.edits.append(change)
            case DeleteAlbum():
                self._delete(change)
            case _:
                assert_never(change)

    def _add(self, change: AddAssets) -> None:
        self._send(change, self._albums(change.account).add, self._result.outcomes, "go into")
        if all(self._result.outcomes[asset.id] in _NOT_TAKEN for asset in change.assets):
            message = f"the server took none of the {len(change.assets)} photos into {self._name!r}"
            hint = (
                "The key's account may add its own and its partners' photos only, and needs to be editor of the album."
            )
            raise PhotosRefused(message, hint=hint)

    def _remove(self, change: RemoveAssets) -> None:
        self._send(change, self._albums(change.account).remove, self._result.removals, "be taken out of")
        left = [asset for asset in change.assets if self._result.removals[asset.id] is Outcome.NO_PERMISSION]
        if left:
            message = f"the server left {len(left):,} of {len(change.assets):,} photos in {self._name!r}"
            hint = "The album's owner may take out every photo, an editor own and partners' ones only."
            raise PhotosRefused(message, hint=hint)

    def _send(
        self,
        change: AddAssets | RemoveAssets,
        request: Callable[[str, Sequence[str]], dict[str, Outcome]],
        outcomes: dict[str, Outcome],
        doing: str,
    ) -> None:
        """Write a change in chunks. Each photo's outcome is put into `outcomes` as soon as it is known."""
        for chunk in _chunks(change.assets):
            with self._remembered(change.account, type(change)(change.account, chunk)) as answer:
                answer.outcomes = request(self._album_id, [asset.id for asset in chunk])
                outcomes |= answer.outcomes
            self._check_answered(answer, doing)

    def _delete(self, change: DeleteAlbum) -> None:
        albums = self._albums()
        details = albums.details(self._album_id)
        left = albums.members(self._album_id) | albums.trashed(self._album_id)
        reasons = list(uses(change, details, albums))
        if left:
            reasons.insert(0, f"somebody put {len(left):,} photos into it")
        if reasons:
            message = f"{self._name!r} is not deleted: {'; '.join(reasons)}"
            raise PlanOutdated(message, hint="It stays. Delete the album in Immich if nobody needs it.")
        with self._remembered(self._owner, change):
            albums.delete(self._album_id)
            self._result.deleted = True

    def _check_answered(self, answer: _Answer, what: str) -> None:
        unknown = sum(outcome in _NOT_ANSWERED for outcome in answer.outcomes.values())
        if unknown:
            message = f"the server did not say what became of {unknown:,} photos that were to {what} {self._name!r}"
            raise Untrustworthy(message, hint="Run this again: what was written stays, the rest is looked at anew.")

    @contextmanager
    def _remembered(self, account: str, change: Change) -> Iterator[_Answer]:
        """Records one request before it is sent, and its answer. Without a clear answer it stays open in the ledger."""
        if self._run.stop():
            raise Stopped
        journal, albums = self._run.journal, self._albums(account)
        album_id = self._result.album.id if self._result.album else None
        user = self._run.users.get(account, "")
        intent = Intent(self._run.id, self._key, album_id, user, change, self._run.now())
        before = albums.details(album_id) if album_id and journal.remembers else None
        write = journal.intend(intent, before.updated if before else "")
        answer = _Answer()
        try:
            yield answer
        except ServerError as error:
            # A page in place of an answer to an addition: something turned it away. The next run tries again.
            if was_refused(error) or (isinstance(error, NotImmich) and isinstance(change, AddAssets | CreateAlbum)):
                journal.refuse(write)
            raise
        journal.settle(write, answer.outcomes, answer.album)
        if before is not None and not isinstance(change, DeleteAlbum):
            with suppress(ServerError):  # the ledger then does not know who chose the cover
                old = before.cover
                # Immich chooses another cover when this one is taken out, or the first photo comes.
                may_change = answer.outcomes and (old is None or answer.outcomes.get(old) is Outcome.REMOVED)
                new = albums.details(before.id).cover if may_change else old
                journal.covered(write, old or "", new or "")

    def _albums(self, account: str | None = None) -> Albums:
        return self._run.servers[self._owner if account is None else account].albums

    @property
    def _album_id(self) -> str:
        if self._result.album is None:
            message = "a plan for a new album must create it first"
            raise TypeError(message)
        return self._result.album.id

    @property
    def _name(self) -> str:
        return self._result.album.name if self._result.album else self._key.rule


_NOT_TAKEN = {Outcome.NO_PERMISSION, Outcome.NOT_FOUND}

_NOT_ANSWERED = {Outcome.NOT_DONE, Outcome.UNKNOWN}


def was_refused(error: Exception) -> bool:
    """Returns whether a request that failed is known not to have been carried out."""
    return isinstance(error, Refused) and error.status < 500 and not error.may_be_running


def _chunks(assets: tuple[Asset, ...]) -> Iterator[tuple[Asset, ...]]:
    for start in range(0, len(assets), CHUNK):
        yield assets[start : start + CHUNK]
