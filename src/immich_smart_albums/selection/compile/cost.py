"""What searches cost: guesses, better where sizes are known, that only have to order the access paths.

    >>> from immich_smart_albums.selection.compile.notation import search
    >>> emma, nice = search(personIds=("emma",)).query, search(city="Nice", personIds=("emma",)).query
    >>> costs = Costs({search().query: 100_000, emma: 9_000})
    >>> round(costs.size(nice)), costs.reading(nice, frozenset()) < costs.reading(emma, frozenset())
    (180, True)

The unit is one page of 1000 assets without EXIF. On a real server with 100,000 assets (Immich 3.1.0), read page by page
by key, EXIF took 60 % longer and people another 40 %, a smart search four times a page; the network, which is the same
for all, makes that less. What a search costs before its first row keeps one search ahead of two with as many pages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query, Visibility
from immich_smart_albums.model.search_field import Proof, Stage, Type, Widens
from immich_smart_albums.model.search_fields import BY_NAME
from immich_smart_albums.selection.compile.algebra import is_superset

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.model.query import Branch, Condition

PAGE = 1000
_FIRST_ROW = 0.5
_REQUEST = 0.2
"""Of a page's price what it costs though nobody is on it."""
_ASKED_FOR_BY_ITSELF = 0.2
CHEAPEST = _FIRST_ROW + _REQUEST
"""No search costs less."""
_FULL_LIBRARY = 100_000
_YEARS = 20
"""Of which a library has photos, where nobody knows."""
_BESIDES_TIMELINE = 0.05
"""How large archive and hidden videos are, compared with the timeline."""

NOTHING_KNOWN: Mapping[Query, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Costs:
    """Prices searches; the same search is priced once."""

    sizes: Mapping[Query, int]
    """How many assets some searches find."""
    years: tuple[int, int] | None = None
    """The first and the last of which the library has photos. None if that is not known."""
    _guesses: dict[Query, float] = field(default_factory=dict, init=False, compare=False, repr=False)
    _prices: dict[tuple[Query, frozenset[str]], float] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def size(self, query: Query) -> float:
        """About how many assets a search finds."""
        if query in self.sizes:
            return self.sizes[query]
        if query not in self._guesses:
            self._guesses[query] = self._guess(query)
        return self._guesses[query]

    def _guess(self, query: Query) -> float:
        total = sum(self._in(visibility) for visibility in query.visibility)
        period = self._share_of_period(query.get("takenAfter"), query.get("takenBefore"), query.visibility)
        shares = [period] if period is not None else []
        shares += [
            self._share(name, value, query.visibility)
            for name, value in query.filters
            if period is None or BY_NAME[name].stage is not Stage.DATES
        ]
        shares.append(self._share_of_branch(query.conditions, query.visibility))
        if query.either:
            branches = (self._share_of_branch(branch, query.visibility) for branch in query.either)
            shares.append(min(1.0, sum(branches)))
        guess = min([total * prod(shares), *(size for known, size in self.sizes.items() if is_superset(known, query))])
        return guess if query.limit is None else min(guess, query.limit)

    def _share_of_branch(self, branch: Branch, shown: frozenset[Visibility]) -> float:
        """About how much of what is shown somewhere passes some conditions together."""
        ends = {condition.operator: condition.value for condition in branch if _is_taken(condition)}
        period = self._share_of_period(ends.get("gte"), ends.get("lte"), shown)
        others = [condition for condition in branch if period is None or not _is_taken(condition)]
        return (1.0 if period is None else period) * prod(self._share_of(condition, shown) for condition in others)

    def _share_of_period(self, after: object, before: object, shown: frozenset[Visibility]) -> float | None:
        """How much of a library was taken in a period, if as much is of any year; None where nobody knows."""
        if (self.years is None and (after is None or before is None)) or (after is None and before is None):
            return None
        bounds = (("takenAfter", str(after)), ("takenBefore", str(before)))
        if any(Query(Kind.METADATA, (bound,), shown) in self.sizes for bound in bounds):
            return None
        first, last = self.years or (0, 10_000)
        begin = first if after is None else max(first, _in_years(str(after)))
        end = last + 1 if before is None else min(last + 1, _in_years(str(before)))
        return min(1.0, max(0.0, end - begin) / (_YEARS if self.years is None else last + 1 - first))

    def reading(self, query: Query, fields: frozenset[str]) -> float:
        """What it costs to read a search with some top-level fields of assets."""
        if (query, fields) not in self._prices:
            self._prices[query, fields] = self._price(query, fields | _needed(query))
        return self._prices[query, fields]

    def _price(self, query: Query, fields: frozenset[str]) -> float:
        weight = 1.0 + 0.4 * ("exifInfo" in fields) + 0.25 * ("people" in fields) + 2.0 * (query.kind is Kind.SMART)
        size = self.size(query)
        requests = len(query.visibility) + size // PAGE
        # Where EXIF is shown, photos without are left out, and so all are counted.
        requests += (
            "exifInfo" in fields
            and not query.is_structured
            and not any(BY_NAME[name].is_in_exif for name, _ in query.filters)
        )
        controls = bool(query.either) + any(condition.operator == "none" for condition in query.conditions)
        return (
            _FIRST_ROW
            + (query.kind is Kind.SMART)
            + _REQUEST * (requests + controls)
            + (1.0 - _REQUEST) * weight * size / PAGE
        )

    def asking(self, query: Query) -> float:
        """What it costs to ask for each asset of a search by itself."""
        return self.size(query) * _ASKED_FOR_BY_ITSELF

    def _in(self, visibility: Visibility) -> float:
        known = self.sizes.get(Query(Kind.METADATA, visibility=frozenset({visibility})))
        if known is not None:
            return known
        timeline = self.sizes.get(WHOLE_LIBRARY, _FULL_LIBRARY)
        return timeline if visibility is Visibility.TIMELINE else timeline * _BESIDES_TIMELINE

    def _share(self, name: str, value: object, shown: frozenset[Visibility]) -> float:
        """About how much of what is shown somewhere passes a filter."""
        if isinstance(value, tuple):
            return prod(self._share_of_one(name, (element,), shown) for element in value)
        return self._share_of_one(name, value, shown)

    def _share_of_one(self, name: str, value: object, shown: frozenset[Visibility]) -> float:
        row = BY_NAME[name]
        if value in row.without_effect or row.widens is Widens.WITH_TRASH:
            return 1.0
        known = self.sizes.get(Query(Kind.METADATA, ((name, value),), shown))  # type: ignore[arg-type]
        if known is None:
            return row.share if value is not False else 1.0 - self._share_of_one(name, value=True, shown=shown)
        return min(1.0, known / max(1.0, sum(map(self._in, shown))))

    def _share_of(self, condition: Condition, shown: frozenset[Visibility]) -> float:
        """About how much of what is shown somewhere passes a condition."""
        value = condition.value
        match condition.operator:
            case "any" if isinstance(value, tuple):
                return min(1.0, sum(self._share_of_one(condition.field, (element,), shown) for element in value))
            case "in" if isinstance(value, tuple):
                return min(1.0, sum(self._share_of_one(condition.field, element, shown) for element in value))
            case "none" | "ne" | "notIn":
                return 1.0
            case _:
                return self._share({"takenAt": "takenAfter"}.get(condition.field, condition.field), value, shown)


def _is_taken(condition: Condition) -> bool:
    return BY_NAME[condition.field].stage is Stage.DATES


def _in_years(instant: str) -> float:
    """An instant in years, about."""
    return int(instant[:4]) + (int(instant[5:7]) - 1) / 12 + (int(instant[8:10]) - 1) / 365


def _needed(query: Query) -> frozenset[str]:
    """The top-level fields that a search reads in any case, to hold its answers against what was asked."""
    conditions = (*query.conditions, *(condition for branch in query.either for condition in branch))
    names = {name for name, _ in query.filters} | {
        condition.field for condition in conditions if condition.operator != "none"
    }
    rows = [BY_NAME[name] for name in names]
    shown = {"exifInfo" for row in rows if row.is_in_exif}
    shown |= {str(row.record_path) for row in rows if row.type is Type.IDS and row.proof is Proof.SOMEBODY}
    return frozenset(shown)
