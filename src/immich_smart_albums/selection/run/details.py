"""Details: what only `GET /assets/{id}` shows: tags, stack, owner, and after a smart search people."""

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
    """Reads assets that are asked about, each once in a run, and looks at them for all rules."""

    plan: QueryPlan
    searches: SearchApi
    gone: set[str] = field(default_factory=set)
    """Assets that were deleted between the search that found them and the look at their details."""
    _checks: dict[Filter, int] = field(default_factory=dict)
    """With the bit of each."""
    _keys: tuple[SplitKey, ...] = ()
    _passed: dict[str, int] = field(default_factory=dict)
    _values: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    _failures: dict[Filter, FilterError] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parts = [(rule, part) for rule in self.plan.rules for part in rule.branches]
        checks = dict.fromkeys(check for _, part in parts for check in part.detail_filters)
        self._checks = {check: number for number, check in enumerate(checks)}
        self._keys = tuple(
            dict.fromkeys(
                key for rule, part in parts for key in rule.rule.split if needs_details(roots(key.fields), part.driver)
            )
        )

    def passing(self, check: Filter, ids: AbstractSet[str]) -> set[str]:
        """Returns the assets that pass a filter. Raises ServerError, and FilterError if it cannot be evaluated."""
        self._read(ids)
        if check in self._failures:
            raise self._failures[check]
        bit = 1 << self._checks[check]
        return {id_ for id_ in ids if self._passed.get(id_, 0) & bit}

    def seen(self, check: Filter, asset_id: str) -> bool | None:
        """Returns whether an asset passes a filter. None if its details were not asked for."""
        if asset_id not in self._passed or check not in self._checks or check in self._failures:
            return None
        return bool(self._passed[asset_id] >> self._checks[check] & 1)

    def values(self, key: SplitKey, ids: AbstractSet[str]) -> dict[str, tuple[str, ...]]:
        """Returns the values of a split key for some assets. Raises ServerError."""
        self._read(ids)
        number = self._keys.index(key)
        return {id_: self._values[id_][number] for id_ in ids if id_ in self._values}

    def _read(self, ids: AbstractSet[str]) -> None:
        """Ask for each asset once, and look at everything that any rule wants to know of it."""
        missing = sorted(ids - self._passed.keys() - self.gone)
        for record in self.searches.details(missing):
            asset_id, mask = str(record["id"]), 0
            for check, number in self._checks.items():
                try:
                    if check.holds(record):
                        mask |= 1 << number
                except FilterError as error:
                    self._failures.setdefault(check, error)
            self._passed[asset_id] = mask
            self._values[asset_id] = tuple(key.values(record) for key in self._keys)
        self.gone.update(asset_id for asset_id in missing if asset_id not in self._passed)
