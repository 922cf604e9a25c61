"""Which assets are best, and in which order they are shown."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.selection.evidence import Evidence

_UNRANKED = sys.maxsize


def newest_first(assets: Iterable[Asset]) -> list[Asset]:
    """By the instant they were taken, ties by id."""
    return sorted(assets, key=lambda asset: (-asset.taken, asset.id))


def best(ids: Collection[str], evidence: Evidence, limit: int | None) -> list[str]:
    """At most `limit` assets: by their best rank in the rule's smart searches, then newest first, ties by id."""
    if limit is None or len(ids) <= limit:
        return list(ids)
    ranks = [evidence.found[query] for query in evidence.plan.ranking]

    def goodness(asset_id: str) -> tuple[int, int, str]:
        rank = min((rank[asset_id] for rank in ranks if asset_id in rank), default=_UNRANKED)
        return rank, -evidence.assets[asset_id].taken, asset_id

    return sorted(ids, key=goodness)[:limit]
