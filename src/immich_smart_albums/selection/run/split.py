"""Splits a selection: which albums of its rule each photo belongs in.

With `split: [year, person]` a photo of 2024 that shows Emma and Noah has the combinations `("2024", "Emma")` and
`("2024", "Noah")`, and so belongs in two albums.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from immich_smart_albums.selection.run.ranking import newest_first, top

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.rules.tree import SplitKey
    from immich_smart_albums.selection.query_plan import RulePlan
    from immich_smart_albums.selection.run.details import DetailFetcher
    from immich_smart_albums.selection.run.fetch import SearchResults

Combination = tuple[str, ...]
"""A value of each split key, in the order of the rule's keys: it stands for one album."""


@dataclass(frozen=True, slots=True)
class Split:
    """Splits what one rule matches."""

    plan: RulePlan
    evidence: SearchResults
    details: DetailFetcher

    def groups(
        self, matching: Mapping[str, Asset], rankings: Sequence[Mapping[str, int]]
    ) -> tuple[dict[str, tuple[Combination, ...]], str]:
        """Returns the combinations of each photo, and a note on photos without a value of some key.

        The rule's limit is for each combination. Raises ServerError.
        """
        rule = self.plan.rule
        values = [self._values(key, matching) for key in rule.split]
        members: dict[Combination, list[Asset]] = defaultdict(list)
        lacking: dict[str, int] = defaultdict(int)
        for asset in newest_first(matching.values()):
            values_by_key = [values_of_key.get(asset.id, ()) for values_of_key in values]
            for key, own_values in zip(rule.split, values_by_key, strict=True):
                lacking[key.name] += not own_values
            for combination in product(*values_by_key):
                members[combination].append(asset)
        groups: dict[str, tuple[Combination, ...]] = {}
        for combination in sorted(members):
            for asset in top(members[combination], rule.limit, rule.sort, rankings):
                groups[asset.id] = (*groups.get(asset.id, ()), combination)
        return groups, ", ".join(_lacking(lacking))

    def _values(self, key: SplitKey, ids: Mapping[str, Asset]) -> dict[str, tuple[str, ...]]:
        """Returns the values of a key for each photo, from a search that returned it, or else from its details."""
        values: dict[str, tuple[str, ...]] = {}
        for driver in dict.fromkeys(branch.driver for branch in self.plan.branches):
            scan = self.evidence.scans[driver]
            if key in scan.keys:
                number, shown = scan.keys.index(key), self.evidence.results[driver].groups
                values.update((id_, shown[id_][number]) for id_ in ids if id_ in shown)
        missing = ids.keys() - values.keys()
        return values | self.details.values(key, missing) if missing else values


def _lacking(counts: Mapping[str, int]) -> Iterator[str]:
    for name, count in counts.items():
        if count:
            yield f"{count:,} without {name} {'is' if count == 1 else 'are'} in no album"
