"""Details of photos: what only `GET /assets/{id}` returns, such as tags and stack; after a smart search also people."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from immich_smart_albums.errors import FilterError
from immich_smart_albums.rules.tree import roots
from immich_smart_albums.selection.query_plan import needs_details

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from immich_smart_albums.rules.tree import Filter, SplitKey
    from immich_smart_albums.selection.ports import SearchApi
    from immich_smart_albums.selection.query_plan import QueryPlan


@dataclass(slots=True)
class DetailFetcher:
    """Asks for the details of each photo at most once in a run, and checks them for all rules at once."""

    plan: QueryPlan
    searches: SearchApi
    gone: set[str] = field(default_factory=set)
    """Photos that were deleted after a search found them."""
    _bits: dict[Filter, int] = field(default_factory=dict)
    """The bit of each filter in `_passed`."""
    _keys: tuple[SplitKey, ...] = ()
    _passed: dict[str, int] = field(default_factory=dict)
    """By id."""
    _values: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    """By id, for each of `_keys`."""
    _failures: dict[Filter, FilterError] = field(default_factory=dict)

    def __post_init__(self) -> None:
        branches = [(rule.rule, branch) for rule in self.plan.rules for branch in rule.branches]
        filters = dict.fromkeys(filter_ for _, branch in branches for filter_ in branch.detail_filters)
        self._bits = {filter_: 1 << number for number, filter_ in enumerate(filters)}
        self._keys = tuple(
            dict.fromkeys(
                key
                for rule, branch in branches
                for key in rule.split
                if needs_details(roots(key.fields), branch.driver)
            )
        )

    def passing(self, filter_: Filter, ids: AbstractSet[str]) -> set[str]:
        """Returns the photos that pass a filter. Raises ServerError, and FilterError if it cannot be evaluated."""
        self._read(ids)
        if filter_ in self._failures:
            raise self._failures[filter_]
        bit = self._bits[filter_]
        return {id_ for id_ in ids if self._passed.get(id_, 0) & bit}

    def verdict(self, filter_: Filter, asset_id: str) -> bool | None:
        """Returns whether a photo passes a filter. None if that was not worked out in this run."""
        if asset_id not in self._passed or filter_ not in self._bits or filter_ in self._failures:
            return None
        return bool(self._passed[asset_id] & self._bits[filter_])

    def values(self, key: SplitKey, ids: AbstractSet[str]) -> dict[str, tuple[str, ...]]:
        """Returns the values of a split key for some photos. Raises ServerError."""
        self._read(ids)
        number = self._keys.index(key)
        return {id_: self._values[id_][number] for id_ in ids if id_ in self._values}

    def _read(self, ids: AbstractSet[str]) -> None:
        """Ask for photos that were not asked for yet, and work out all that any rule needs of them."""
        missing = sorted(ids - self._passed.keys() - self.gone)
        for record in self.searches.details(missing):
            asset_id, mask = str(record["id"]), 0
            for filter_, bit in self._bits.items():
                try:
                    if filter_.holds(record):
                        mask |= bit
                except FilterError as error:
                    self._failures.setdefault(filter_, error)
            self._passed[asset_id] = mask
            self._values[asset_id] = tuple(key.values(record) for key in self._keys)
        self.gone.update(asset_id for asset_id in missing if asset_id not in self._passed)
