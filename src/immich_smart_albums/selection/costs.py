"""What searches cost: guesses, better where sizes are known, that only have to order the ways to answer a rule.

The unit is one page of 1000 assets without EXIF. Weights are ratios measured on a real server with 100,000 assets
(Immich 3.1.0): a page with EXIF took 1.6 times as long, with people 1.3 times, with both 2.1 times; a smart search
three times a page; an asset asked for by itself about a fifth of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query, Visibility
from immich_smart_albums.selection.queries import covers
from immich_smart_albums.selection.structured import IN_EXIF

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.model.query import Branch, Condition, Value

PAGE = 1000
_ASKED_FOR_BY_ITSELF = 0.2
_SMART = 3.0
_FULL_LIBRARY = 100_000
_BESIDES_TIMELINE = 0.05
"""How large archive and hidden videos are, compared with the timeline."""

_SHARES = {
    "albumIds": 0.01,
    "city": 0.02,
    "country": 0.2,
    "description": 0.02,
    "id": 0.0,
    "isFavorite": 0.03,
    "isMotion": 0.05,
    "isNotInAlbum": 0.7,
    "lensModel": 0.05,
    "make": 0.3,
    "model": 0.1,
    "ocr": 0.01,
    "personIds": 0.05,
    "rating": 0.05,
    "state": 0.1,
    "tagIds": 0.02,
    "takenAfter": 0.3,
    "takenBefore": 0.5,
    "type": 0.9,
}
"""How much of a library passes a filter, where nobody knows better."""

_ELSE = 0.1

NOTHING_KNOWN: Mapping[Query, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Costs:
    """Prices searches."""

    sizes: Mapping[Query, int]
    """How many assets some searches find."""

    def size(self, query: Query) -> float:
        """About how many assets a search finds."""
        if query in self.sizes:
            return self.sizes[query]
        share = self._share(query.conditions) * (sum(map(self._share, query.either)) if query.either else 1.0)
        for name, value in query.filters:
            share *= _share(name, value)
        most = [size for known, size in self.sizes.items() if covers(known, query)]
        guess = min([share * sum(self._in(each) for each in query.visibility), *most])
        return guess if query.limit is None else min(guess, query.limit)

    def reading(self, query: Query, fields: frozenset[str]) -> float:
        """What it costs to read a search with some top-level fields of assets."""
        fields |= _needed(query)
        weight = 1.0 + 0.6 * ("exifInfo" in fields) + 0.4 * ("people" in fields)
        if query.kind is Kind.SMART:
            weight += _SMART - 1
        pages = len(query.visibility) + self.size(query) // PAGE
        return pages * weight

    def asking(self, query: Query) -> float:
        """What it costs to ask for each asset of a search by itself."""
        return self.size(query) * _ASKED_FOR_BY_ITSELF

    def _in(self, visibility: Visibility) -> float:
        known = self.sizes.get(Query(Kind.METADATA, visibility=frozenset({visibility})))
        if known is not None:
            return known
        timeline = self.sizes.get(WHOLE_LIBRARY, _FULL_LIBRARY)
        return timeline if visibility is Visibility.TIMELINE else timeline * _BESIDES_TIMELINE

    def _share(self, branch: Branch) -> float:
        share = 1.0
        for each in branch:
            share *= _share_of(each)
        return share


def _share(name: str, value: Value) -> float:
    if isinstance(value, tuple):
        return _SHARES.get(name, _ELSE) ** len(value)
    return _SHARES.get(name, _ELSE)


def _share_of(condition: Condition) -> float:
    name = {"takenAt": "takenAfter"}.get(condition.field, condition.field)
    share = _SHARES.get(name, _ELSE)
    count = len(condition.value) if isinstance(condition.value, tuple) else 1
    match condition.operator:
        case "any" | "in":
            return min(1.0, share * count)
        case "none" | "ne" | "notIn":
            return 1.0
        case "all":
            return share**count
        case _:
            return share


def _needed(query: Query) -> frozenset[str]:
    """The top-level fields that a search reads in any case, to hold its answers against what was asked."""
    conditions = (*query.conditions, *(each for branch in query.either for each in branch))
    names = {name for name, _ in query.filters} | {each.field for each in conditions if each.operator != "none"}
    return frozenset({"exifInfo"} if names & (IN_EXIF | {"description"}) else ()) | frozenset(
        {"people"} if "personIds" in names else ()
    )
