"""Diff: the desired album against the current one and what the ledger remembers, as the plan of what would change."""

from __future__ import annotations

from itertools import compress, starmap
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
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from immich_smart_albums.changes.desired import CurrentAlbum, DesiredAlbum
    from immich_smart_albums.changes.memory import AlbumMemory
    from immich_smart_albums.model.album import AlbumDetails
    from immich_smart_albums.model.asset import Asset


def plan_album(desired: DesiredAlbum, current: CurrentAlbum | None, memory: AlbumMemory = NOTHING) -> AlbumPlan:
    """Returns the plan for one album, which is created if `current` is None and there is something to add.

    - Added is what is selected and not in the album, but for what a person took out.
    - Removed is what we added, is in the album and matches no more, if the rule keeps the album in step.
    - What waits is neither added nor removed.
    - Everything else in the album was put there by hand, and stays.

    If the owner's account failed, nothing is written that is for the owner to write.
    """
    selected = desired.assets()
    members = current.members if current else frozenset()
    inside = current.inside if current else frozenset()
    album = current.details if current else None
    has_owner = desired.owner in desired.selections
    lesson = reconcile(memory, current, selected, desired.name)

    adders, settled = desired.adders(), inside | lesson.out
    missing = [id_ for id_ in selected if id_ not in settled]
    additions = {id_: adders[id_] for id_ in missing if id_ in adders}
    waiting = [selected[id_] for id_ in missing if id_ not in adders] if len(additions) < len(missing) else []
    if current is None and not has_owner:
        additions = {}  # it is for the owner to create the album
    is_ours_to_share = has_owner and bool(album or (additions and not current))
    shared = sharing(desired, album, memory) if is_ours_to_share else Sharing()
    barred = _barred(desired, additions, shared)
    for id_ in barred:
        del additions[id_]

    lost = (lesson.ours & members) - selected.keys() - desired.sticky
    staying = [memory.memberships[id_].asset for id_ in sorted(lost & desired.staying.keys())]
    removals = _removals(desired, album, memory, lost - desired.staying.keys())

    def shown() -> list[Asset]:
        return [asset for id_, asset in selected.items() if id_ in members or id_ in additions]

    edits, doubts = details(desired, album, members, shown) if is_ours_to_share else ([], [])
    created = [CreateAlbum(desired.name, desired.rule.description or "")] if additions and not current else []
    removed = _grouped([asset for _, asset in removals], [account for account, _ in removals])
    added = _grouped([selected[id_] for id_ in additions], list(additions.values()))
    gone = memory.having({MembershipState.OURS}) & {*lesson.learned.gone, *_ids(lesson.learned.taken_out)}
    plan = AlbumPlan(
        rule=desired.name,
        owner=desired.owner,
        album=current.album if current else None,
        changes=(*created, *starmap(RemoveAssets, removed), *shared.changes, *starmap(AddAssets, added), *edits),
        matched=len(selected),
        present=len(members),
        already_there=len(selected.keys() & inside),
        hand_made=len(members - lesson.ours),
        kept_out=tuple(asset for id_, asset in selected.items() if id_ in lesson.out) if lesson.out else (),
        waiting=_by_reason(waiting, desired.reasons_to_wait()),
        staying=_by_reason(staying, desired.staying),
        reasons=tuple(_reasons(len(additions), len(removals))),
        warnings=(*lesson.warnings, *shared.warnings, *_waiting(len(barred)), *doubts),
        problems=desired.problems,
        seen=current.seen if current else None,
        losses=Losses(len(memory.having({MembershipState.OURS})), len(gone), len(gone & selected.keys())),
        learned=msgspec.structs.replace(
            lesson.learned, shares=shared.remembered, settled=(*lesson.learned.settled, *shared.settled)
        ),
    )
    return msgspec.structs.replace(plan, refusals=_refused(desired, plan, lesson.ours, memory))


def _refused(desired: DesiredAlbum, plan: AlbumPlan, ours: AbstractSet[str], memory: AlbumMemory) -> tuple[str, ...]:
    """Why guards stop a plan; `ours` is what we added and is still there."""
    taken = sum(asset.id not in desired.elsewhere for asset in plan.removals)
    refused = refusals(desired.rule.guard, plan.present, taken, len(plan.additions))
    refused += refusals_of_emptied(plan, plan.losses)
    if desired.selections and not plan.matched:
        stays_ours = ours - desired.elsewhere
        # Where all that was ours only moves, it is no wonder that nothing is left.
        before = memory.matched if stays_ours or not ours else 0
        refused += refusals_of_nothing(desired.rule.guard, len(stays_ours), before)
    return refused


def _barred(desired: DesiredAlbum, additions: Mapping[str, str], shared: Sharing) -> set[str]:
    """What cannot be added, because its account is no editor of the album any more."""
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
    """What we added and is to go, newest first, each with the account that may take it out.

    The album's owner may take out all; where that is nobody of us, who added a photo may. Where an account failed,
    nobody knows whether what it added still matches.
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


def _ids(assets: Iterable[Asset]) -> frozenset[str]:
    return frozenset(asset.id for asset in assets)


def _by_reason(assets: Sequence[Asset], reasons: Mapping[str, str]) -> tuple[Waiting, ...]:
    return tuple(Waiting(*group) for group in _grouped(assets, [reasons[asset.id] for asset in assets]))


def _grouped(assets: Sequence[Asset], keys: Sequence[str]) -> list[tuple[str, tuple[Asset, ...]]]:
    """Returns assets by what stands for each of them, in the order in which that comes first."""
    return [(key, tuple(compress(assets, map(key.__eq__, keys)))) for key in dict.fromkeys(keys)]


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
