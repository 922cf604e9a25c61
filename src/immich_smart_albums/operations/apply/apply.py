"""Applies a plan, and records it in the ledger. If a run is killed at any point, the next one completes it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from immich_smart_albums.changes.change import AddAssets, ShareAlbum
from immich_smart_albums.changes.journal import Ending
from immich_smart_albums.changes.memory import AlbumKey
from immich_smart_albums.changes.plan import Observed
from immich_smart_albums.errors import (
    ConfigurationError,
    PhotosRefused,
    PlanOutdated,
    Problem,
    ServerError,
    Stopped,
    Unreachable,
    UnsafePlan,
)
from immich_smart_albums.model.stopping import never
from immich_smart_albums.operations.apply.result import AlbumResult, ApplyResult
from immich_smart_albums.operations.apply.staleness import require_current_album
from immich_smart_albums.operations.apply.writer import AlbumWriter, RunContext, was_refused

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from immich_smart_albums.changes.change import Change
    from immich_smart_albums.changes.plan import AlbumPlan, Plan
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.operations.ports.ledger import Journal
    from immich_smart_albums.operations.ports.server import PhotoServer


def apply(  # noqa: PLR0913 - what is written, by whom, and who wants to know
    plan: Plan,
    servers: Mapping[str, PhotoServer],
    journal: Journal,
    result: ApplyResult,
    now: Callable[[], str],
    stop: Stop = never,
) -> None:
    """Write a plan, album by album, and fill the result. `now` returns the time as ISO 8601 in UTC.

    A failure in one album is noted in its result and ends that album only; but once the server cannot be reached, the
    remaining albums are not tried. An album that its guard refuses is left alone. `stop` is asked before each request
    that writes whether to end.

    Raises UnsafePlan if a guard refuses the run as a whole, PlanOutdated if the ledger changed since, and
    ConfigurationError if an account is missing: then nothing is written. Raises LedgerError at any time: a request that
    cannot be recorded is not sent. When Stopped is raised, everything that was written is recorded.
    """
    if plan.refusals:
        message = "; ".join(plan.refusals)
        raise UnsafePlan(message, hint="Nothing was written. Look at the plan; if it is right, allow more in `guard`.")
    if journal.state != plan.ledger:
        message = "something was written, or the ledger is another one, since the plan was made"
        raise PlanOutdated(message, hint="Make the plan again.")
    require_accounts(plan, servers)
    result.albums[:] = [AlbumResult(album.rule, album.album) for album in plan.albums]
    # Since the plan was made the server may have got another address.
    base = next((server.base for server in servers.values()), plan.server)
    if stop():
        raise Stopped
    id_ = journal.begin(plan.verb, base, now(), plan.undoes)
    run = RunContext(id_, servers, plan.users, journal, now, stop, is_undo=plan.undoes is not None)
    result.run = run.id
    ending = Ending.INTERRUPTED
    try:
        _apply(plan, run, result)
        if stop():
            raise Stopped
        has_problems = any(album.problems for album in plan.albums)
        ending = Ending.FAILED if result.failures or has_problems else Ending.DONE
    finally:
        journal.finish(run.id, ending, now())


def require_accounts(
    plan: Plan, at_hand: Collection[str], absent: Mapping[str, Problem] = MappingProxyType({})
) -> None:
    """Raise ConfigurationError if the plan needs accounts that are not at hand; `absent` has the reasons."""
    needed = {album.writer(change): None for album in plan.albums for change in album.changes}
    missing = tuple(
        absent.get(name) or Problem(f"account {name}", "the plan writes with its key, which is not given")
        for name in needed
        if name not in at_hand
    )
    if missing:
        raise ConfigurationError(missing)


def _apply(plan: Plan, run: RunContext, result: ApplyResult) -> None:
    written: set[str] = set()
    for album_plan, album_result in zip(plan.albums, result.albums, strict=True):
        album_result.tried = True
        key = AlbumKey(plan.users.get(album_plan.owner, ""), album_plan.rule)
        try:
            _apply_album(album_plan, key, run, album_result, written)
        except (PlanOutdated, UnsafePlan, ServerError) as error:
            album_result.failures.append(error)
            if isinstance(error, Unreachable):
                return  # every further album would only wait for its time-outs


def _apply_album(plan: AlbumPlan, key: AlbumKey, run: RunContext, result: AlbumResult, written: set[str]) -> None:
    if plan.refusals:
        message = f"{plan.name}: {'; '.join(plan.refusals)}"
        raise UnsafePlan(message, hint="Nothing was written to it. If the plan is right, allow more in its `guard`.")
    if plan.album is None and not plan.changes and plan.learned == Observed() and plan.was is None:
        return  # no album, and none to make: nothing to record, and perhaps the owner is not known
    if plan.album is not None and (plan.changes or plan.learned != Observed()):
        # If an earlier rule of the plan has written to the same album, the album differs because of that.
        if plan.album.id not in written:
            require_current_album(plan, run.servers)
        written.add(plan.album.id)
    if not run.is_undo:
        if plan.was is not None:
            run.journal.rename(plan.was, key, plan.split)
        if plan.album is not None:
            run.journal.bind(key, plan.album)
        run.journal.learn(key, plan.learned, None if plan.problems else plan.matched, plan.split)
    _write(plan.changes, AlbumWriter(run, key, plan.owner, result), result)


def _write(changes: Sequence[Change], writer: AlbumWriter, result: AlbumResult) -> None:
    for change in changes:
        if result.failures and isinstance(change, ShareAlbum) and change.role is not None:
            continue  # nobody is let in while a photo is there that should have been taken out
        try:
            writer.write(change)
        except PhotosRefused as error:
            result.failures.append(error)
        except ServerError as error:
            if not (isinstance(change, AddAssets) and was_refused(error)):
                raise
            result.failures.append(error)  # that account's part only
