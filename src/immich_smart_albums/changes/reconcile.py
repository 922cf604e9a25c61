"""Works out what people did to an album by hand, from its members and the ledger's memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.changes.memory import KEPT_OUT, KNOWN_INSIDE, MembershipState
from immich_smart_albums.changes.plan import Observed
from immich_smart_albums.model.text.command import command

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from immich_smart_albums.changes.desired import CurrentAlbum
    from immich_smart_albums.changes.memory import AlbumMemory
    from immich_smart_albums.model.asset import Asset


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The photos that are ours, the photos that stay out, and what the ledger should learn."""

    ours: frozenset[str]
    """We added them, and they are in the album. All others in it are hand-made."""
    out: frozenset[str]
    """They are not in the album, and must not be added."""
    learned: Observed
    warnings: tuple[str, ...]


def reconcile(
    memory: AlbumMemory, current: CurrentAlbum | None, selected: Mapping[str, Asset], rule: str = ""
) -> Reconciliation:
    """Compare an album with the ledger's memory of it. Returns what follows. `current` is None if there is no album.

    `rule` is the rule's name, for commands in warnings.

    A photo counts as ours only with proof, and none is added that a person may have taken out:

    - A photo that was there, added by anybody, and is no longer there: if it matches, a person took it out; otherwise
      it was taken out or deleted. Either way it stays out. A photo that is there and not shown, such as a trashed one,
      proves nothing.
    - A photo that had been taken out and is there again: a person put it there.
    - An interrupted request to add photos: all of it was carried out, or nothing. If none of its photos is there and
      the album did not change since, nothing was. Otherwise those that are there count as hand-made, and the others
      stay out.
    - An interrupted request to take photos out: if the album did not change since, photos that are there were never
      out. Otherwise somebody may have put them back, so they count as hand-made. Those that are not there stay out.
    """
    members = current.members if current else frozenset()
    inside = current.inside if current else frozenset()
    updated = current.details.updated if current and current.details else None
    back = memory.having({MembershipState.OURS}) & inside & memory.perhaps_taken_out(updated)
    ours = memory.having({MembershipState.OURS}) - back
    added, removed, unproved = _interrupted(memory, updated, inside)
    unsure = added | removed
    missing = memory.having(KNOWN_INSIDE) - inside - unsure.keys()
    # For example, a photo that was locked when it was found missing, and that matches again.
    resurfaced = (memory.having({MembershipState.GONE}) & selected.keys()) - inside
    learned = Observed(
        hand_made=tuple(sorted((members - memory.having(KNOWN_INSIDE)) | back)),
        taken_out=tuple(selected[id_] for id_ in sorted((missing & selected.keys()) | resurfaced)),
        gone=tuple(sorted(id_ for id_ in missing if id_ not in selected)),
        unsure=tuple(unsure.values()),
        settled=tuple(request.write for request in memory.interrupted),
    )
    return Reconciliation(
        ours=ours & inside,
        out=(memory.having(KEPT_OUT | KNOWN_INSIDE) | unsure.keys()) - inside,
        learned=learned,
        warnings=tuple(_warnings(rule, current, (len(added), len(removed)), unproved, len(back))),
    )


def _interrupted(
    memory: AlbumMemory, updated: str | None, inside: AbstractSet[str]
) -> tuple[dict[str, Asset], dict[str, Asset], int]:
    """The photos of interrupted requests that are not there, added and removed ones, and how many added ones are."""
    added: dict[str, Asset] = {}
    removed: dict[str, Asset] = {}
    unproved = 0
    for request in memory.interrupted:
        absent = {asset.id: asset for asset in request.assets if asset.id not in inside}
        there = len(request.assets) - len(absent)
        if request.is_removal:
            removed |= absent
        elif there or request.updated != updated:
            unproved += there
            added |= absent
    return added, removed, unproved


def _warnings(rule: str, current: CurrentAlbum | None, absent: tuple[int, int], unproved: int, back: int) -> list[str]:
    sentences = [
        f"a run was interrupted while it {what} {_photos_that(count)} not in the album now: somebody may have"
        f" taken them out, so they stay out until {command('ledger', 'forget', rule)}"
        for what, count in zip(("added", "took out"), absent, strict=True)
        if count
    ]
    if unproved and current:
        again = command("adopt", rule, "--id", current.album.id, "--take-over")
        sentences.append(
            f"a run was interrupted while it added {_photos_that(unproved)} in the album now: somebody may have"
            f" added them, so they count as hand-made ({again} makes them its own again)"
        )
    if back:
        sentences.append(
            f"a run was interrupted while it took out {_photos_that(back)} in the album now: somebody may have put"
            " them back, so they count as hand-made"
        )
    return sentences


def _photos_that(count: int) -> str:
    return "1 photo that is" if count == 1 else f"{count:,} photos that are"
