"""Photos with five stars, and the album that a rule makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from immich_sandbox import Sandbox

RULES = b"albums: [{name: Best, match: {rating: 5}, keep: in-step, guard: {remove: 100 %}}]"
TOGETHER = b"""
accounts: {alice: {key_env: ALICE}, bob: {key_env: BOB}}
albums: [{name: Best, accounts: [alice, bob], match: {rating: 5}}]
"""


def inside(sandbox: Sandbox, name: str = "Best") -> set[str]:
    """What is in the album; nothing where there is none."""
    return {id_ for album in sandbox.library.albums.values() if album.name == name for id_ in album.asset_ids}


def best(sandbox: Sandbox) -> set[str]:
    """Everybody's photos with five stars."""
    return {asset.id for asset in sandbox.library.assets.values() if asset.exif and asset.exif.rating == 5}
