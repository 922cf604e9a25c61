"""How near the pictures of a library are to a direction: all of them at once, since that is much cheaper."""

from __future__ import annotations

import math
from collections import defaultdict
from operator import mul
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from immich_sandbox.library.records import Asset

    _Picture = tuple[Asset, tuple[float, ...], float]
    """With the weights of its concepts, and the length of these together."""


class Embeddings:
    """The directions of the pictures of a library, as it is now; those without embedding are left out."""

    def __init__(self, assets: Iterable[Asset]) -> None:
        """Take in all assets, in any order."""
        self._assets = sorted((asset for asset in assets if asset.concepts), key=lambda asset: asset.id)
        self._by_concepts: defaultdict[tuple[int, ...], list[tuple[Asset, tuple[float, ...], float]]] = defaultdict(
            list
        )
        for asset in self._assets:
            concepts, weights = zip(*asset.concepts, strict=True)
            length = math.sqrt(sum(map(mul, weights, weights)))
            self._by_concepts[concepts].append((asset, weights, length))

    def ranked(self, query: Sequence[float], first: Asset | None = None) -> dict[Asset, float]:
        """Return all assets with their cosine distances from a direction, the nearest first, ties by id.

        The distance is 0 for the same direction and 1 for nothing in common, rounded to 9 places. `first` goes before
        all others.
        """
        distances = dict.fromkeys(self._assets, 1.0)
        for concepts, pictures in self._by_concepts.items():
            wanted = [query[concept] for concept in concepts]
            if any(wanted):
                distances.update(
                    (asset, round(1.0 - sum(map(mul, wanted, weights)) / length, 9))
                    for asset, weights, length in pictures
                )
        if first is not None:
            distances[first] = -1.0
        return nearest_first(distances)

    def placed(self, places: Mapping[str, int]) -> dict[Asset, float]:
        """Return all assets by places that are given by their ids; those without a place come last."""
        last = len(places)
        return nearest_first({asset: float(places.get(asset.id, last)) for asset in self._assets})


def nearest_first(distances: Mapping[Asset, float]) -> dict[Asset, float]:
    """Return distances in their order; those that are equal stay in the order in which they came."""
    return {asset: distances[asset] for asset in sorted(distances, key=distances.__getitem__)}
