"""A plan: what a run would write to one album, as a value. Nothing in it is written by making it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from immich_smart_albums.model.album import Album
    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.selection.evaluate import Selection


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


def diff(selection: Selection, album: Album | None, name: str, present: AbstractSet[str]) -> Plan:
    """What is missing in the album, newest first."""
    additions = tuple(asset for asset in selection.assets if asset.id not in present)
    return Plan(name, album, additions, len(selection.assets) - len(additions))
