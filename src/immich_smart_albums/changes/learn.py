"""What the contents of an album tell about people's hands, held against what the ledger remembers of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.changes.memory import Standing
from immich_smart_albums.changes.plan import Learned

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from immich_smart_albums.changes.memory import Memory
    from immich_smart_albums.model.asset import Asset


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is ours, what is to stay out, and what is new about either."""

    ours: frozenset[str]
    """We added them, and they are in the album. All else in it is hand-made."""
    out: frozenset[str]
    """Not in the album, and not to be added."""
    learned: Learned
    warnings: tuple[str, ...]


def learn(memory: Memory, inside: AbstractSet[str], selected: AbstractSet[str], updated: str) -> Lesson:
    """Look at what is `inside` an album that was last `updated` then, in the trash included.

    Nothing counts as ours that cannot be proved, and nothing is added that a person may have taken out:

    - What we added and is not there was taken out by a person, if it still matches; otherwise it was taken out, locked
      or deleted. Either way it stays out.
    - What had been taken out and is there again was put there by a person.
    - Of a request to add photos that was interrupted, all or nothing was carried out. If nothing of it is there and the
      album was not touched since, nothing was. Otherwise what is there counts as hand-made, and what is not stays out.
    """
    ours, out = memory.ours.keys(), memory.out.keys()
    missing = ours - inside
    unsure: dict[str, Asset] = {}
    unproved = 0
    for request in memory.interrupted:
        there = {asset.id for asset in request.assets} & inside
        if there or request.updated != updated:
            unproved += len(there)
            unsure.update((asset.id, asset) for asset in request.assets if asset.id not in inside)
    unsure = {id_: asset for id_, asset in unsure.items() if id_ not in memory.memberships}
    # Such a photo was locked or in the trash when it was last missed, and matches again without being there.
    resurfaced = {id_ for id_ in out & selected if memory.memberships[id_].standing is Standing.GONE} - inside
    learned = Learned(
        taken_out=tuple(sorted((missing & selected) | resurfaced)),
        gone=tuple(sorted(missing - selected)),
        back=tuple(sorted(out & inside)),
        unsure=tuple(unsure.values()),
        settled=tuple(request.write for request in memory.interrupted),
    )
    return Lesson(
        ours=frozenset(ours & inside),
        out=frozenset((ours | out | unsure.keys()) - inside),
        learned=learned,
        warnings=tuple(_warnings(len(unsure), unproved)),
    )


def needs_trash(memory: Memory, members: AbstractSet[str], selected: AbstractSet[str]) -> bool:
    """Whether it matters which photos of the album are in the trash: something is missed that does not match."""
    return bool(memory.interrupted or memory.ours.keys() - members - selected)


def _warnings(unsure: int, unproved: int) -> list[str]:
    said = []
    if unsure:
        said.append(
            f"a run was interrupted while it added {unsure:,} photos that are not in the album now: somebody may have"
            " taken them out, so they stay out until `ledger forget`"
        )
    if unproved:
        said.append(
            f"a run was interrupted while it added {unproved:,} photos that are in the album now: somebody may have"
            " added them, so they count as hand-made"
        )
    return said
