"""A plan: what a run would write to one album, as a value. Nothing in it is written by making it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from immich_smart_albums.model.album import Album
    from immich_smart_albums.model.asset import Asset


@dataclass(frozen=True, slots=True)
class Plan:
    """Photos to add to one album. Nothing is ever removed."""

    name: str
    album: Album | None
    """None: the album is to be created first."""
    additions: tuple[Asset, ...]
    already_there: int

    @property
    def has_changes(self) -> bool:
        """Whether applying it would write anything. An album that would stay empty is not created."""
        return bool(self.additions)


def diff(wanted: Sequence[Asset], album: Album | None, name: str, present: AbstractSet[str]) -> Plan:
    """What is missing in the album, in the order of `wanted`."""
    additions = tuple(asset for asset in wanted if asset.id not in present)
    return Plan(name, album, additions, len(wanted) - len(additions))
