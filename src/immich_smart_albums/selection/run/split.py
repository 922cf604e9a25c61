"""Split selections: which albums of a rule each asset belongs in."""

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
"""One value of each key of a rule, in the order of its keys: one album."""


@dataclass(frozen=True, slots=True)
class Split:
    """Sorts what a rule matches into its albums."""

    plan: RulePlan
    evidence: SearchResults
    details: DetailFetcher

    def groups(
        self, matching: Mapping[str, Asset], rankings: Sequence[Mapping[str, int]]
    ) -> tuple[dict[str, tuple[Combination, ...]], str]:
        """Returns for each asset the combinations that keep it, and a note on those that have no value for some key.

        The rule's limit is that of each combination. Raises ServerError.
        """
        rule = self.plan.rule
        values = [self._values(key, matching) for key in rule.split]
        members: dict[Combination, list[Asset]] = defaultdict(list)
        lacking: dict[str, int] = defaultdict(int)
        for asset in newest_first(matching.values()):
            own = [of_key.get(asset.id, ()) for of_key in values]
            for key, own_values in zip(rule.split, own, strict=True):
                lacking[key.name] += not own_values
            for combination in product(*own):
                members[combination].append(asset)
        groups: dict[str, tuple[Combination, ...]] = {}
        for combination in sorted(members):
            for asset in top(members[combination], rule.limit, rule.sort, rankings):
                groups[asset.id] = (*groups.get(asset.id, ()), combination)
        return groups, ", ".join(_lacking(lacking))

    def _values(self, key: SplitKey, ids: Mapping[str, Asset]) -> dict[str, tuple[str, ...]]:
        """The values of a key for each asset, from any search that showed it, else from the asset itself."""
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
