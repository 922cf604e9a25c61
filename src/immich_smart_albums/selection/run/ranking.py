"""Ranking: the best assets under a limit, and the order in which they are shown."""

from __future__ import annotations

import sys
from itertools import compress, count, islice
from operator import attrgetter, eq
from typing import TYPE_CHECKING

from immich_smart_albums.rules.tree import Sort

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from immich_smart_albums.model.asset import Asset

_UNRANKED = sys.maxsize


def newest_first(assets: Iterable[Asset]) -> list[Asset]:
    """Returns assets by the instant they were taken, the newest first, ties by id."""
    ordered = sorted(assets, key=attrgetter("taken"), reverse=True)  # most are in order, and few share an instant
    instants = [asset.taken for asset in ordered]
    start = end = 0
    for place in compress(count(), map(eq, instants, islice(instants, 1, None))):
        if place != end:
            _sort_by_id(ordered, start, end)
            start = place
        end = place + 1
    _sort_by_id(ordered, start, end)
    return ordered


def _sort_by_id(assets: list[Asset], start: int, end: int) -> None:
    """Sort what shares an instant: from one place to another, both included."""
    if end > start:
        assets[start : end + 1] = sorted(assets[start : end + 1], key=attrgetter("id"))


def top(
    assets: Collection[Asset], limit: int | None, sort: Sort, rankings: Sequence[Mapping[str, int]]
) -> Collection[Asset]:
    """Returns at most `limit` assets: the newest, the oldest, or the best; ties by id.

    The best are those with the best place in any of the rankings, then the newest.
    """
    if limit is None or len(assets) <= limit:
        return assets

    def goodness(asset: Asset) -> tuple[int, int, str]:
        if sort is Sort.OLDEST:
            return 0, asset.taken, asset.id
        ranks = (ranking[asset.id] for ranking in rankings if asset.id in ranking) if sort is Sort.BEST else ()
        return min(ranks, default=_UNRANKED), -asset.taken, asset.id

    return sorted(assets, key=goodness)[:limit]
