"""Which assets are best, and in which order they are shown."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from immich_smart_albums.model.asset import Asset
from immich_smart_albums.rules.tree import Sort

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence


_UNRANKED = sys.maxsize


def newest_first(assets: Iterable[Asset]) -> list[Asset]:
    """By the instant they were taken, ties by id."""
    return sorted(assets, key=Asset.newest_first)


def top(
    assets: Collection[Asset], limit: int | None, sort: Sort, rankings: Sequence[Mapping[str, int]]
) -> Collection[Asset]:
    """At most `limit` assets; ties by id.

    The newest, the oldest, or the best: by their best place in any of the rankings, then the newest.
    """
    if limit is None or len(assets) <= limit:
        return assets

    def goodness(asset: Asset) -> tuple[int, int, str]:
        if sort is Sort.OLDEST:
            return 0, asset.taken, asset.id
        ranks = (ranking[asset.id] for ranking in rankings if asset.id in ranking) if sort is Sort.BEST else ()
        return min(ranks, default=_UNRANKED), -asset.taken, asset.id

    return sorted(assets, key=goodness)[:limit]
