"""Prices searches: guesses that only have to put candidates in order, and better ones if sizes are known.

    >>> from immich_smart_albums.immich.versions import Capabilities
    >>> from immich_smart_albums.model.version import Version
    >>> from immich_smart_albums.selection.compile.notation import search
    >>> emma = search(personIds=("emma",)).query
    >>> emma_in_nice = search(city="Nice", personIds=("emma",)).query
    >>> costs = Costs(Capabilities(Version(3, 1)), {search().query: 100_000, emma: 9_000})
    >>> round(costs.size(emma_in_nice))
    180
    >>> costs.read_price(emma_in_nice, frozenset()) < costs.read_price(emma, frozenset())
    True

The unit is one page of 1,000 photos without EXIF. On a real server with 100,000 photos (Immich 3.1.0), read page by
page by key, EXIF took 60 % longer, people another 40 %, and a smart search four times as long. The network takes the
same for each, so the weights are smaller. What a search costs before its first row makes one search cheaper than two
that have as many pages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING

from immich_smart_albums.model.condition import Condition
from immich_smart_albums.model.dialects import as_flat, where
from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query, Visibility
from immich_smart_albums.model.search_field import Proof, Stage, Type, Widens
from immich_smart_albums.model.search_fields import BY_NAME
from immich_smart_albums.selection.compile.relations import is_superset

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.model.condition import Branch
    from immich_smart_albums.selection.ports import Capabilities

PAGE = 1000
_FIRST_ROW = 0.5
_REQUEST = 0.2
"""The part of a page's price that an empty one costs, too."""
_DETAILS = 0.2
"""Of one photo."""
CHEAPEST = _FIRST_ROW + _REQUEST
"""No search costs less."""
_LIBRARY = 100_000
"""Photos of a library whose size is not known."""
_YEARS = 20
"""Years in which a library has photos, if they are not known."""
_BESIDES_TIMELINE = 0.05
"""The size of the archive, and of the hidden videos, as a part of the timeline."""

NOTHING_KNOWN: Mapping[Query, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Costs:
    """Prices searches in pages of 1,000 photos, each once."""

    server: Capabilities
    sizes: Mapping[Query, int]
    """How many photos some searches find, as the server counts them."""
    years: tuple[int, int] | None = None
    """The first and the last year in which the library has photos. None if they are not known."""
    _guesses: dict[Query, float] = field(default_factory=dict, init=False, compare=False, repr=False)
    _prices: dict[tuple[Query, frozenset[str]], float] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def size(self, query: Query) -> float:
        """Returns about how many photos a search finds: the server's count if there is one, else a guess."""
        if query in self.sizes:
            return self.sizes[query]
        if query not in self._guesses:
            self._guesses[query] = self._guess(query)
        return self._guesses[query]

    def _guess(self, query: Query) -> float:
        total = sum(self._in(visibility) for visibility in query.visibility)
        shares = [self._share_of_branch(query.where, query.visibility)]
        if query.any_of:
            branches = (self._share_of_branch(branch, query.visibility) for branch in query.any_of)
            shares.append(min(1.0, sum(branches)))
        guess = min([total * prod(shares), *(size for wider, size in self.sizes.items() if is_superset(wider, query))])
        return guess if query.limit is None else min(guess, query.limit)

    def _share_of_branch(self, branch: Branch, shown: frozenset[Visibility]) -> float:
        """Returns about which part of the photos with some visibilities passes conditions that hold together."""
        ends = {condition.operator: condition.value for condition in branch if _is_taken(condition)}
        period = self._share_of_period(ends.get("gte"), ends.get("lte"), shown)
        others = [condition for condition in branch if period is None or not _is_taken(condition)]
        return (1.0 if period is None else period) * prod(self._share_of(condition, shown) for condition in others)

    def _share_of_period(self, after: object, before: object, shown: frozenset[Visibility]) -> float | None:
        """Returns which part of a library was taken in a period, if each year has as many photos.

        None if the period has no bounds, or one of them was counted by itself.
        """
        if (self.years is None and (after is None or before is None)) or (after is None and before is None):
            return None
        bounds = where(takenAfter=str(after), takenBefore=str(before))
        if any(Query(Kind.METADATA, (bound,), shown) in self.sizes for bound in bounds):
            return None
        first, last = self.years or (0, 10_000)
        begin = first if after is None else max(first, _in_years(str(after)))
        end = last + 1 if before is None else min(last + 1, _in_years(str(before)))
        return min(1.0, max(0.0, end - begin) / (_YEARS if self.years is None else last + 1 - first))

    def read_price(self, query: Query, fields: frozenset[str]) -> float:
        """Returns the price of reading a search with some top-level fields, such as `exifInfo`."""
        key = query, fields
        price = self._prices.get(key)
        if price is None:
            price = self._prices[key] = self._price(query, fields | _needed(query))
        return price

    def _price(self, query: Query, fields: frozenset[str]) -> float:
        weight = 1.0 + 0.4 * ("exifInfo" in fields) + 0.25 * ("people" in fields) + 2.0 * (query.kind is Kind.SMART)
        size = self.size(query)
        requests = len(query.visibility) + size // PAGE
        # A search that returns EXIF leaves out photos without, so that a count has to show if there are any.
        requests += "exifInfo" in fields and self.server.leaves_out_unread(query)
        controls = bool(query.any_of) + any(condition.operator == "none" for condition in query.where)
        return (
            _FIRST_ROW
            + (query.kind is Kind.SMART)
            + _REQUEST * (requests + controls)
            + (1.0 - _REQUEST) * weight * size / PAGE
        )

    def proof_price(self, query: Query) -> float:
        """Returns the price of the proof that a scoped search will do: of a part of an album it is a count."""
        return CHEAPEST * (query.kind is Kind.METADATA)

    def details_price(self, query: Query) -> float:
        """Returns the price of the details of each photo that a search finds (`GET /assets/{id}`)."""
        return self.size(query) * _DETAILS

    def _in(self, visibility: Visibility) -> float:
        size = self.sizes.get(Query(Kind.METADATA, visibility=frozenset({visibility})))
        if size is not None:
            return size
        timeline = self.sizes.get(WHOLE_LIBRARY, _LIBRARY)
        return timeline if visibility is Visibility.TIMELINE else timeline * _BESIDES_TIMELINE

    def _share_of(self, condition: Condition, shown: frozenset[Visibility]) -> float:
        """Returns about which part of the photos with some visibilities passes a condition."""
        values = condition.value if isinstance(condition.value, tuple) else ()
        match condition.operator:
            case "all":
                return prod([self._share_of_one(condition._replace(value=(str(id_),)), shown) for id_ in values])
            case "any":
                ones = [Condition(condition.field, "all", (str(id_),)) for id_ in values]
                return min(1.0, sum(self._share_of_one(one, shown) for one in ones))
            case "in":
                ones = [Condition(condition.field, "eq", value) for value in values]
                return min(1.0, sum(self._share_of_one(one, shown) for one in ones))
            case "none" | "ne" | "notIn":
                return 1.0
            case _:
                return self._share_of_one(condition, shown)

    def _share_of_one(self, condition: Condition, shown: frozenset[Visibility]) -> float:
        name, value = as_flat(condition) or (condition.field, condition.value)
        row = BY_NAME[name]
        if value in row.without_effect or row.widens is Widens.WITH_TRASH:
            return 1.0
        size = self.sizes.get(Query(Kind.METADATA, (condition,), shown))
        if size is None:
            return row.share if value is not False else 1.0 - self._share_of_one(condition._replace(value=True), shown)
        return min(1.0, size / max(1.0, sum(map(self._in, shown))))


def _is_taken(condition: Condition) -> bool:
    return BY_NAME[condition.field].stage is Stage.DATES


def _in_years(instant: str) -> float:
    """Returns an instant in years, about: 2024.5 for July."""
    return int(instant[:4]) + (int(instant[5:7]) - 1) / 12 + (int(instant[8:10]) - 1) / 365


def _needed(query: Query) -> frozenset[str]:
    """Returns the top-level fields that a search reads anyway, to verify its answers."""
    rows = [BY_NAME[name] for name in {one.field for one in query.conditions if one.operator != "none"}]
    shown = {"exifInfo" for row in rows if row.is_in_exif}
    shown |= {str(row.record_path) for row in rows if row.type is Type.IDS and row.proof is Proof.SOMEBODY}
    return frozenset(shown)
