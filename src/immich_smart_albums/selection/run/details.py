"""What only an asset asked for by itself shows: its tags, stack, owner, and after a smart search its people."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from immich_smart_albums.errors import FilterError
from immich_smart_albums.rules.tree import roots
from immich_smart_albums.selection.query_plan import is_late

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from immich_smart_albums.rules.tree import Check, Key
    from immich_smart_albums.selection.ports import Searches
    from immich_smart_albums.selection.query_plan import RunPlan


@dataclass(slots=True)
class Details:
    """Reads assets that are asked about, each once in a run, and looks at them for all rules."""

    plan: RunPlan
    searches: Searches
    gone: set[str] = field(default_factory=set)
    """Assets that were deleted between the search that found them and the look at their details."""
    _checks: tuple[Check, ...] = ()
    _keys: tuple[Key, ...] = ()
    _passed: dict[str, int] = field(default_factory=dict)
    _values: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    _failures: dict[Check, FilterError] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parts = [(rule, part) for rule in self.plan.rules for part in rule.parts]
        self._checks = tuple(dict.fromkeys(check for _, part in parts for check in part.late_checks))
        self._keys = tuple(
            dict.fromkeys(
                key for rule, part in parts for key in rule.rule.split if is_late(roots(key.fields), part.frame)
            )
        )

    def passing(self, check: Check, ids: AbstractSet[str]) -> set[str]:
        """Those of some assets that pass a check. Raises ServerError, and FilterError where it cannot be made."""
        self._read(ids)
        if check in self._failures:
            raise self._failures[check]
        bit = 1 << self._checks.index(check)
        return {each for each in ids if self._passed.get(each, 0) & bit}

    def values(self, key: Key, ids: AbstractSet[str]) -> dict[str, tuple[str, ...]]:
        """The values of a key that some assets have. Raises ServerError."""
        self._read(ids)
        at = self._keys.index(key)
        return {each: self._values[each][at] for each in ids if each in self._values}

    def _read(self, ids: AbstractSet[str]) -> None:
        """Ask for each asset once, and look at everything that any rule wants to know of it."""
        missing = sorted(ids - self._passed.keys() - self.gone)
        for record in self.searches.details(missing):
            asset_id, mask = str(record["id"]), 0
            for at, check in enumerate(self._checks):
                try:
                    mask |= check.holds(record) << at
                except FilterError as error:
                    self._failures.setdefault(check, error)
            self._passed[asset_id] = mask
            self._values[asset_id] = tuple(key.values(record) for key in self._keys)
        self.gone.update(each for each in missing if each not in self._passed)
