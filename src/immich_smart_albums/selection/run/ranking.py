"""Ranking: which photos a limit keeps, and the order in which photos are shown."""

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
    """Returns photos by the instant they were taken, the newest first; those of the same instant by id."""
    # Most are in order and few share an instant: sorting these alone takes a third of the time of `Asset.newest_first`.
    ordered = sorted(assets, key=attrgetter("taken"), reverse=True)
    instants = [asset.taken for asset in ordered]
    start = end = 0
    for place in compress(count(), map(eq, instants, islice(instants, 1, None))):
        if place != end:
            _sort_by_id(ordered, start, end)
            start = place
        end = place + 1
    _sort_by_id(ordered, start, end)
    return ordered


def _sort_by_id(assets: list[Asset], first: int, last: int) -> None:
    """Sort the photos from one place to another, both included."""
    if last > first:
        assets[first : last + 1] = sorted(assets[first : last + 1], key=attrgetter("id"))


def top(
    assets: Collection[Asset], limit: int | None, sort: Sort, rankings: Sequence[Mapping[str, int]]
) -> Collection[Asset]:
    """Returns at most `limit` photos: the newest, the oldest, or the best; ties by id.

    The best are those with the best place in any ranking, and then the newest.
    """
    if limit is None or len(assets) <= limit:
        return assets

    def order(asset: Asset) -> tuple[int, int, str]:
        if sort is Sort.OLDEST:
            return 0, asset.taken, asset.id
        ranks = (ranking[asset.id] for ranking in rankings if asset.id in ranking) if sort is Sort.BEST else ()
        return min(ranks, default=_UNRANKED), -asset.taken, asset.id

    return sorted(assets, key=order)[:limit]
