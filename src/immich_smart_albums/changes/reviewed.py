"""Compares a saved plan with the plan that the same rules make now, and keeps the changes that both have.

Anybody who can write a plan file can put any change into it. So every change that is applied comes from a plan that was
just made from rules, ledger and server; the saved plan only chooses among these changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from immich_smart_albums.changes.change import AddAssets, RemoveAssets, SetDetails
from immich_smart_albums.errors import PlanOutdated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from immich_smart_albums.changes.change import Change
    from immich_smart_albums.changes.plan import AlbumPlan, Plan

_HINT = "Nothing was written. Make the plan again, and look at it."


def reviewed(saved: Plan, fresh: Plan) -> Plan:
    """Returns the plan to apply: those changes of the `fresh` plan that the saved one has, too.

    Raises PlanOutdated with every change that the saved plan has and the fresh one lacks.
    """
    now = {(album.rule, album.owner): album for album in fresh.albums}
    wrong: list[str] = []
    albums = []
    for album in saved.albums:
        planned_now = now.get((album.rule, album.owner))
        if planned_now is None:
            wrong += [f"{album.rule!r} is none of the rules' albums now"] * album.has_changes
            continue
        missing = list(_missing(album, planned_now))
        wrong += [f"{album.rule!r}: {change}" for change in missing]
        if not missing:
            more = len(planned_now.additions) + len(planned_now.removals) - len(album.additions) - len(album.removals)
            albums.append(
                msgspec.structs.replace(
                    planned_now,
                    changes=_chosen(album, planned_now),
                    reasons=album.reasons,
                    warnings=(*planned_now.warnings, *_later(more)),
                )
            )
    if wrong:
        raise PlanOutdated(f"the rules do not say any more what the plan does: {'; '.join(wrong)}", hint=_HINT)
    return msgspec.structs.replace(fresh, made_at=saved.made_at, albums=tuple(albums))


def _later(more: int) -> Iterator[str]:
    if more:
        what = "1 photo more has" if more == 1 else f"{more:,} photos more have"
        yield f"{what} come to change since the plan was made: the next run sees to that"


def _missing(saved: AlbumPlan, fresh: AlbumPlan) -> Iterator[str]:
    """The changes of an album that the saved plan has and the fresh one lacks, in words."""
    if not saved.has_changes:
        return
    if (saved.album and saved.album.id) != (fresh.album and fresh.album.id):
        yield "it feeds another album now"
        return
    for kind, what in ((AddAssets, "do not belong in it"), (RemoveAssets, "are not to be taken out")):
        left = _photos(saved.changes, kind) - _photos(fresh.changes, kind)
        if left:
            photos = "1 photo of the plan" if len(left) == 1 else f"{len(left):,} photos of the plan"
            yield f"{photos} {what}"
    for change in saved.changes:
        if isinstance(change, AddAssets | RemoveAssets):
            continue
        if isinstance(change, SetDetails):
            if not _covers(change, fresh, saved):
                yield "its details are to be others"
        elif change not in fresh.changes:
            yield f"the rules do not have it {_WORDS.get(type(change).__name__, 'changed')} like that"


_WORDS = {"CreateAlbum": "created", "ShareAlbum": "shared", "DeleteAlbum": "deleted"}


def _photos(changes: Iterable[Change], kind: type[AddAssets | RemoveAssets]) -> set[tuple[str, str]]:
    """The ids of the photos of these changes, each with the account that writes it."""
    return {(change.account, asset.id) for change in changes if isinstance(change, kind) for asset in change.assets}


def _covers(change: SetDetails, fresh: AlbumPlan, saved: AlbumPlan) -> bool:
    """Whether the fresh plan has these details as well; the newest photo, as a cover, may be another one by now."""
    now = next((change for change in fresh.changes if isinstance(change, SetDetails)), SetDetails())
    texts = (change.name, change.description, change.order) == (now.name, now.description, now.order)
    if change.cover == now.cover or not texts:
        return texts
    if change.cover is None or now.cover is None or change.cover.old != now.cover.old:
        return False
    return change.cover.new in {asset.id for asset in saved.additions}


def _chosen(saved: AlbumPlan, fresh: AlbumPlan) -> tuple[Change, ...]:
    """Those of the fresh changes that the saved plan has, in the order of the fresh ones."""
    changes: list[Change] = []
    for change in fresh.changes:
        if isinstance(change, AddAssets | RemoveAssets):
            ids = _photos(saved.changes, type(change))
            assets = tuple(asset for asset in change.assets if (change.account, asset.id) in ids)
            changes += [type(change)(change.account, assets)] if assets else []
        elif isinstance(change, SetDetails):
            changes += [change for change in saved.changes if isinstance(change, SetDetails)]
        elif change in saved.changes:
            changes.append(change)
    return tuple(changes)
