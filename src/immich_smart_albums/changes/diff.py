"""Compares what a rule wants with what its album has and the ledger remembers, and makes the plan for it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from immich_smart_albums.changes.change import AddAssets, Change, CreateAlbum, RemoveAssets, SetDetails
from immich_smart_albums.changes.details import details
from immich_smart_albums.changes.guard import refusals, refusals_of_emptied, refusals_of_nothing
from immich_smart_albums.changes.memory import NOTHING, MembershipState
from immich_smart_albums.changes.plan import AlbumPlan, Losses, Waiting
from immich_smart_albums.changes.reconcile import reconcile
from immich_smart_albums.changes.sharing import Sharing, sharing
from immich_smart_albums.rules.album import Keep

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from immich_smart_albums.changes.desired import CurrentAlbum, DesiredAlbum
    from immich_smart_albums.changes.memory import AlbumMemory
    from immich_smart_albums.model.album import AlbumDetails
    from immich_smart_albums.model.asset import Asset


def plan_album(wanted: DesiredAlbum, view: CurrentAlbum | None, memory: AlbumMemory = NOTHING) -> AlbumPlan:
    """Returns the plan for one album; `view` is None if it is to be created, which it is not to stay empty.

    Added is what is selected and not there, but for what a person took out. Removed, where the rule keeps the album in
    step, is what we added, is there, and matches no more. Everything else in the album is hand-made and stays. Where
    the owner's account failed, nothing is written that is for the owner to write. What waits is neither added nor taken
    out.
    """
    selected = wanted.assets()
    members = view.members if view else frozenset()
    inside = view.inside if view else frozenset()
    current = view.details if view else None
    lesson = reconcile(memory, view, selected, wanted.name)
    adders, settled = wanted.adders(), inside | lesson.out
    missing = [id_ for id_ in selected if id_ not in settled]
    additions = {id_: adders[id_] for id_ in missing if id_ in adders}
    waiting = [selected[id_] for id_ in missing if id_ not in adders] if len(additions) < len(missing) else []
    has_owner = wanted.owner in wanted.selections
    if view is None and not has_owner:
        additions = {}
    is_ours_to_share = has_owner and bool(current or (additions and not view))
    shared = sharing(wanted, current, memory) if is_ours_to_share else Sharing()
    barred = _barred(wanted, additions, shared)
    for id_ in barred:
        del additions[id_]
    lost = (lesson.ours & members) - selected.keys() - wanted.sticky
    removals = _removals(wanted, current, memory, lost - wanted.staying.keys())
    staying = [memory.memberships[id_].asset for id_ in sorted(lost & wanted.staying.keys())]
    edits: list[SetDetails] = []
    doubts: list[str] = []
    if is_ours_to_share:
        edits, doubts = details(
            wanted,
            current,
            members,
            lambda: [asset for id_, asset in selected.items() if id_ in members or id_ in additions],
        )
    changes: list[Change] = [CreateAlbum(wanted.name, wanted.rule.description or "")] if additions and not view else []
    changes += [RemoveAssets(*removal) for removal in _by_account(removals)]
    changes += shared.changes
    changes += [AddAssets(*addition) for addition in _by_account((additions[id_], selected[id_]) for id_ in additions)]
    changes += edits
    gone = memory.having({MembershipState.OURS}) & {*lesson.learned.gone, *_ids(lesson.learned.taken_out)}
    plan = AlbumPlan(
        rule=wanted.name,
        owner=wanted.owner,
        album=view.album if view else None,
        changes=tuple(changes),
        matched=len(selected),
        present=len(members),
        already_there=len(selected.keys() & inside),
        hand_made=len(members - lesson.ours),
        kept_out=tuple(asset for id_, asset in selected.items() if id_ in lesson.out) if lesson.out else (),
        waiting=_by_reason(waiting, wanted.reasons_to_wait()),
        staying=_by_reason(staying, wanted.staying),
        reasons=tuple(_reasons(len(additions), len(removals))),
        warnings=(*lesson.warnings, *shared.warnings, *_waiting(len(barred)), *doubts),
        problems=wanted.problems,
        seen=view.seen if view else None,
        losses=Losses(len(memory.having({MembershipState.OURS})), len(gone), len(gone & selected.keys())),
        learned=msgspec.structs.replace(
            lesson.learned, shares=shared.remembered, settled=(*lesson.learned.settled, *shared.settled)
        ),
    )
    return msgspec.structs.replace(plan, refusals=_refused(wanted, plan, lesson.ours, memory))


def _refused(wanted: DesiredAlbum, plan: AlbumPlan, ours: AbstractSet[str], memory: AlbumMemory) -> tuple[str, ...]:
    """Why guards stop a plan; `ours` is what we added, as far as it is still there."""
    taken = sum(asset.id not in wanted.elsewhere for asset in plan.removals)
    refused = refusals(wanted.rule.guard, plan.present, taken, len(plan.additions))
    refused += refusals_of_emptied(plan, plan.losses)
    if wanted.selections and not plan.matched:
        stays_ours = ours - wanted.elsewhere
        # Where all that was ours only moves, it is no wonder that nothing is left.
        before = memory.matched if stays_ours or not ours else 0
        refused += refusals_of_nothing(wanted.rule.guard, len(stays_ours), before)
    return refused


def _barred(wanted: DesiredAlbum, additions: Mapping[str, str], shared: Sharing) -> set[str]:
    """What cannot be added, because its account is no editor of the album any more."""
    no_editors = {account for account in wanted.selections if _user_id(wanted, account) in shared.no_editors}
    return {id_ for id_, account in additions.items() if account in no_editors} if no_editors else set()


def _user_id(wanted: DesiredAlbum, account: str) -> str:
    return wanted.users[account].id if account in wanted.users else ""


def _waiting(number: int) -> Iterator[str]:
    if number:
        what = (
            "1 photo of an account that is no editor of the album any more is"
            if number == 1
            else (f"{number:,} photos of accounts that are no editors of the album any more are")
        )
        yield f"{what} not added"


def _removals(
    wanted: DesiredAlbum, album: AlbumDetails | None, memory: AlbumMemory, unwanted: AbstractSet[str]
) -> list[tuple[str, Asset]]:
    """What we added and is to go, newest first, each with the account that may take it out.

    The album's owner may take out all; where that is nobody of us, who added a photo may. Where an account failed,
    nobody knows whether what it added still matches.
    """
    if wanted.rule.keep is not Keep.IN_STEP:
        return []
    owner = wanted.account_of(album.owner.id) if album else None
    removals = []
    for id_ in unwanted:
        membership = memory.memberships[id_]
        adder = wanted.account_of(membership.user)
        if adder is not None or not wanted.problems:
            removals.append((owner or adder or wanted.owner, membership.asset))
    return sorted(removals, key=lambda removal: removal[1].newest_first())


def _ids(assets: Iterable[Asset]) -> frozenset[str]:
    return frozenset(asset.id for asset in assets)


def _by_account(assets: Iterable[tuple[str, Asset]]) -> list[tuple[str, tuple[Asset, ...]]]:
    groups: defaultdict[str, list[Asset]] = defaultdict(list)
    for account, asset in assets:
        groups[account].append(asset)
    return [(account, tuple(group)) for account, group in groups.items()]


def _by_reason(assets: Iterable[Asset], reasons: Mapping[str, str]) -> tuple[Waiting, ...]:
    groups: defaultdict[str, list[Asset]] = defaultdict(list)
    for asset in assets:
        groups[reasons[asset.id]].append(asset)
    return tuple(Waiting(reason, tuple(group)) for reason, group in groups.items())


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
