"""Compares the desired album with the current one and the ledger's memory, and makes the plan."""

from __future__ import annotations

from itertools import starmap
from typing import TYPE_CHECKING

import msgspec

from immich_smart_albums.changes.change import AddAssets, CreateAlbum, RemoveAssets
from immich_smart_albums.changes.details import details
from immich_smart_albums.changes.guard import refusals, refusals_of_emptied, refusals_of_nothing
from immich_smart_albums.changes.memory import NOTHING, MembershipState
from immich_smart_albums.changes.plan import AlbumPlan, Losses, Waiting
from immich_smart_albums.changes.reconcile import reconcile
from immich_smart_albums.changes.sharing import Sharing, sharing
from immich_smart_albums.rules.album import Keep

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from immich_smart_albums.changes.desired import CurrentAlbum, DesiredAlbum
    from immich_smart_albums.changes.memory import AlbumMemory
    from immich_smart_albums.changes.plan import Observed
    from immich_smart_albums.model.album import AlbumDetails
    from immich_smart_albums.model.asset import Asset


def plan_album(desired: DesiredAlbum, current: CurrentAlbum | None, memory: AlbumMemory = NOTHING) -> AlbumPlan:
    """Returns the plan for one album. It is created if `current` is None and there is something to add.

    - Photos are added that are selected and not in the album, except those that a person took out.
    - Photos are removed that we added, that are in the album and no longer match, if the rule keeps the album in step.
    - Photos that wait are neither added nor removed.
    - All other photos in the album were put there by hand, and stay.

    If the owner's account failed, changes that only the owner can write are left out.
    """
    selected = desired.assets()
    members = current.members if current else frozenset()
    inside = current.inside if current else frozenset()
    album = current.details if current else None
    observed = reconcile(memory, current, selected, desired.name)

    additions, waiting = _additions(desired, selected, inside | observed.out)
    has_owner = desired.owner in desired.selections
    if current is None and not has_owner:
        additions = {}  # only the owner may create the album
    writes_as_owner = has_owner and bool(album or (additions and not current))
    shared = sharing(desired, album, memory) if writes_as_owner else Sharing()
    barred = _barred(desired, additions, shared)
    for id_ in barred:
        del additions[id_]

    lost = (observed.ours & members) - selected.keys() - desired.sticky
    staying = [memory.memberships[id_].asset for id_ in sorted(lost & desired.staying.keys())]
    removals = _removals(desired, album, memory, lost - desired.staying.keys())

    def shown() -> list[Asset]:
        return [asset for id_, asset in selected.items() if id_ in members or id_ in additions]

    edits, doubts = details(desired, album, members, shown) if writes_as_owner else ([], [])
    created = [CreateAlbum(desired.name, desired.rule.description or "")] if additions and not current else []
    removed = _grouped([asset for _, asset in removals], [account for account, _ in removals])
    added = _grouped([selected[id_] for id_ in additions], list(additions.values()))
    learned = msgspec.structs.replace(
        observed.learned, shares=shared.remembered, settled=(*observed.learned.settled, *shared.settled)
    )
    plan = AlbumPlan(
        rule=desired.name,
        owner=desired.owner,
        album=current.album if current else None,
        changes=(*created, *starmap(RemoveAssets, removed), *shared.changes, *starmap(AddAssets, added), *edits),
        matched=len(selected),
        present=len(members),
        already_there=len(selected.keys() & inside),
        hand_made=len(members - observed.ours),
        kept_out=tuple(asset for id_, asset in selected.items() if id_ in observed.out) if observed.out else (),
        waiting=_by_reason(waiting, desired.reasons_to_wait()),
        staying=_by_reason(staying, desired.staying),
        reasons=tuple(_reasons(len(additions), len(removals))),
        warnings=(*observed.warnings, *shared.warnings, *_waiting(len(barred)), *doubts),
        problems=desired.problems,
        seen=current.seen if current else None,
        losses=_losses(memory, learned, selected.keys()),
        learned=learned,
    )
    return msgspec.structs.replace(plan, refusals=_refused(desired, plan, observed.ours, memory))


def _additions(
    desired: DesiredAlbum, selected: Mapping[str, Asset], settled: AbstractSet[str]
) -> tuple[dict[str, str], list[Asset]]:
    """The account that adds each photo, by id, and the photos that wait. Those in `settled` are neither."""
    adders = desired.adders()
    missing = [id_ for id_ in selected if id_ not in settled]
    additions = {id_: adders[id_] for id_ in missing if id_ in adders}
    waiting = [selected[id_] for id_ in missing if id_ not in adders] if len(additions) < len(missing) else []
    return additions, waiting


def _losses(memory: AlbumMemory, learned: Observed, selected: AbstractSet[str]) -> Losses:
    ours = memory.having({MembershipState.OURS})
    gone = ours & {*learned.gone, *(asset.id for asset in learned.taken_out)}
    return Losses(len(ours), len(gone), len(gone & selected))


def _refused(desired: DesiredAlbum, plan: AlbumPlan, ours: AbstractSet[str], memory: AlbumMemory) -> tuple[str, ...]:
    """Why guards stop a plan. `ours` are the photos that we added and that are still there."""
    taken = sum(asset.id not in desired.elsewhere for asset in plan.removals)
    refused = refusals(desired.rule.guard, plan.present, taken, len(plan.additions))
    refused += refusals_of_emptied(plan, plan.losses)
    if desired.selections and not plan.matched:
        stays_ours = ours - desired.elsewhere
        # If all photos of ours only move to other albums, it is no accident that nothing is left.
        before = memory.matched if stays_ours or not ours else 0
        refused += refusals_of_nothing(desired.rule.guard, len(stays_ours), before)
    return refused


def _barred(desired: DesiredAlbum, additions: Mapping[str, str], shared: Sharing) -> set[str]:
    """Photos that cannot be added, because their account is no longer an editor of the album."""
    no_editors = {account for account in desired.selections if _user_id(desired, account) in shared.no_editors}
    return {id_ for id_, account in additions.items() if account in no_editors} if no_editors else set()


def _user_id(desired: DesiredAlbum, account: str) -> str:
    return desired.users[account].id if account in desired.users else ""


def _waiting(number: int) -> Iterator[str]:
    if number:
        what = (
            "1 photo of an account that is no editor of the album any more is"
            if number == 1
            else (f"{number:,} photos of accounts that are no editors of the album any more are")
        )
        yield f"{what} not added"


def _removals(
    desired: DesiredAlbum, album: AlbumDetails | None, memory: AlbumMemory, unwanted: AbstractSet[str]
) -> list[tuple[str, Asset]]:
    """The photos to take out, newest first, each with the account that does it.

    The album's owner may take out every photo; if the owner is none of our accounts, each account those that it added.
    If an account failed, it is not known whether the photos that it added still match, and they stay.
    """
    if desired.rule.keep is not Keep.IN_STEP:
        return []
    owner = desired.account_of(album.owner.id) if album else None
    removals = []
    for id_ in unwanted:
        membership = memory.memberships[id_]
        adder = desired.account_of(membership.user)
        if adder is not None or not desired.problems:
            removals.append((owner or adder or desired.owner, membership.asset))
    return sorted(removals, key=lambda removal: removal[1].newest_first())


def _by_reason(assets: Sequence[Asset], reasons: Mapping[str, str]) -> tuple[Waiting, ...]:
    return tuple(Waiting(*group) for group in _grouped(assets, [reasons[asset.id] for asset in assets]))


def _grouped(assets: Sequence[Asset], keys: Sequence[str]) -> list[tuple[str, tuple[Asset, ...]]]:
    """Returns the assets grouped by key, in the order in which keys come first. `keys` has the key of each asset."""
    groups: dict[str, list[Asset]] = {}
    for key, asset in zip(keys, assets, strict=True):
        groups.setdefault(key, []).append(asset)
    return [(key, tuple(group)) for key, group in groups.items()]


def _reasons(additions: int, removals: int) -> Iterator[str]:
    if additions:
        what = "1 photo matches and is" if additions == 1 else f"{additions:,} photos match and are"
        yield f"{what} not in the album"
    if removals:
        what = (
            "1 photo that was added by this rule matches"
            if removals == 1
            else (f"{removals:,} photos that were added by this rule match")
        )
        yield f"{what} no more"
