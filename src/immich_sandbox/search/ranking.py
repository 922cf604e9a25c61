"""How near the pictures of a library are to a direction: all of them at once, since that is much cheaper."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import repeat, starmap
from operator import add, mul
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from immich_sandbox.library.records import Asset

FAR = 1_000_000_000
"""The distance of pictures that have nothing in common; differences below 1 do not count."""


class Embeddings:
    """The directions of the pictures of a library, as it is now; those without embedding are left out."""

    def __init__(self, assets: Iterable[Asset]) -> None:
        """Take in all assets, in any order."""
        self._assets = sorted((asset for asset in assets if asset.concepts), key=lambda asset: asset.id)
        groups: defaultdict[tuple[int, ...], list[tuple[Asset, tuple[float, ...]]]] = defaultdict(list)
        for asset in self._assets:
            concepts, weights = zip(*asset.concepts, strict=True)
            groups[concepts].append((asset, weights))
        self._groups = {concepts: _Group(*zip(*group, strict=True)) for concepts, group in groups.items()}

    def ranked(self, query: Sequence[float], first: Asset | None = None) -> dict[Asset, int]:
        """Return all assets with their cosine distances from a direction, the nearest first, ties by id.

        The distance is 0 for the same direction and `FAR` for nothing in common. `first` goes before all others.
        """
        distances = dict.fromkeys(self._assets, FAR)
        for concepts, group in self._groups.items():
            wanted = [query[concept] for concept in concepts]
            if any(wanted):
                distances.update(zip(group.assets, group.distances(wanted), strict=True))
        if first is not None:
            distances[first] = -1
        return _nearest_first(distances)

    def placed(self, places: Mapping[str, int]) -> dict[Asset, int]:
        """Return all assets by the places given by id; those without a place are last."""
        last = len(places)
        return _nearest_first({asset: places.get(asset.id, last) for asset in self._assets})


class _Group:
    """Pictures with the same concepts: for each concept a column of weights."""

    def __init__(self, assets: Sequence[Asset], weights: Sequence[tuple[float, ...]]) -> None:
        self.assets = assets
        parts = [FAR / length for length in starmap(math.hypot, weights)]
        self._columns = [list(map(mul, column, parts)) for column in zip(*weights, strict=True)]

    def distances(self, wanted: Sequence[float]) -> list[int]:
        """Return the distances from a direction, of which it is given how much it has of each concept."""
        near: Iterable[float] = repeat(0.0, len(self.assets))
        for share, column in zip(wanted, self._columns, strict=True):
            if share:
                near = map(add, near, [share * weight for weight in column])
        return [FAR - round(one) for one in near]


def _nearest_first(distances: Mapping[Asset, int]) -> dict[Asset, int]:
    """Return distances in their order; those that are equal stay in the order in which they came."""
    return {asset: distances[asset] for asset in sorted(distances, key=distances.__getitem__)}
