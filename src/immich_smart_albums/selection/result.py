"""Results of searches, filled while records stream by, so that memory follows what may match.

A value can be stored and filled again (`SearchCache` in `ports`): it depends on the scan and the records alone.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from itertools import compress, count
from types import MappingProxyType
from typing import TYPE_CHECKING

from immich_smart_albums.errors import FilterError
from immich_smart_albums.model.asset import Asset
from immich_smart_albums.rules.tree import Any
from immich_smart_albums.selection.sought_texts import SoughtTexts
from immich_smart_albums.selection.sparse_verdict import SparseVerdict, chosen, deciding
from immich_smart_albums.selection.stages import shows_metadata

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from immich_smart_albums.rules.tree import Filter, Node, Record
    from immich_smart_albums.selection.query_plan import Scan


NOTHING_KNOWN: Mapping[str, Asset] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Judged:
    """Some assets that a search found, and what the filters of its scan say of each."""

    ids: Sequence[str]
    assets: Sequence[Asset]
    masks: Sequence[int]
    """For each of them, as in `SearchResult.passed`."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """An asset that a search found and that cannot match."""

    asset: Asset
    place: int
    """In the search's order."""
    passed: int
    """A bit for each of the scan's filters that it passes."""
    known: int
    """A bit for each of the scan's filters of which it is known whether it passes."""


@dataclass(slots=True)
class SearchResult:
    """What rules need of the result of one search."""

    places: dict[str, int] = field(default_factory=dict)
    """The ids, with their place in the search's order: of everything, or of what may match (`Scan.keeps_ids`)."""
    assets: dict[str, Asset] = field(default_factory=dict)
    """What may match."""
    passed: dict[str, int] = field(default_factory=dict)
    """For each of `assets` a bit for each of the scan's filters that it passes, and one more if EXIF shows that Immich
    has read the file."""
    groups: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    """For each of `assets` its values of each of the scan's split keys."""
    count: int = 0
    """How many assets the search found."""
    failures: dict[Filter, FilterError] = field(default_factory=dict)
    """Filters that could not be evaluated on some asset: nothing that depends on them may be used."""
    rejected: dict[str, Rejected] = field(default_factory=dict)
    """What was looked at and cannot match, where that was wanted: for explanations only."""

    def drop(self, ids: Collection[str]) -> None:
        """Forget assets, such as those that are about to be taken in anew."""
        for asset_id in ids:
            for by_id in (self.places, self.assets, self.passed, self.groups):
                by_id.pop(asset_id, None)

    def add(self, other: SearchResult) -> None:
        """Take in what another search found of the same, but for places and count."""
        self.assets.update(other.assets)
        self.passed.update(other.passed)
        self.groups.update(other.groups)


class ResultBuilder:
    """Takes the records of one scan into a `SearchResult`."""

    def __init__(
        self,
        scan: Scan,
        result: SearchResult | None = None,
        *,
        keeps_rejected: bool = False,
        known: Mapping[str, Asset] = NOTHING_KNOWN,
    ) -> None:
        """Take into a result, or into a new one; `known` assets are not made again."""
        self._keeps_rejected = keeps_rejected
        self._known = known
        self.result = SearchResult() if result is None else result
        self._scan = scan
        tree = _any_tree(scan)
        needed = _needed(tree, scan.filters)
        filters = frozenset(scan.filters)
        self._verdict = None if tree is None else SparseVerdict(tree, lambda leaf: False if leaf in filters else None)
        order = sorted(range(len(needed)), key=lambda number: needed[number] is None)
        # What settles alone that an asset cannot match goes first, and the rest is not looked at then.
        self._checks = [(1 << number, scan.filters[number].holds, needed[number]) for number in order]
        # One that must pass is looked at in any case.
        self._sought = SoughtTexts([(scan.filters[number], needed[number] is not True) for number in order])
        self._seen: set[str] = set()
        self._possible: dict[int, bool] = {}

    def take(self, records: Iterable[Record]) -> None:
        """Take in some records, each asset at its first appearance. Raises KeyError or ValueError for no asset."""
        if not self._scan.trees:
            places = self.result.places
            for record in records:
                places.setdefault(str(record["id"]), len(places))
            self.result.count = len(places)
            return
        for record in records:
            asset_id = str(record["id"])
            if asset_id not in self._seen:
                self._seen.add(asset_id)
                self._look_at(asset_id, record)

    def take_judged(self, judged: Judged) -> None:
        """Take in some assets of which it is known what the filters say; each appears once."""
        result = self.result
        start, result.count = result.count, result.count + len(judged.ids)
        if not self._scan.trees or self._scan.keeps_ids:
            result.places.update(zip(judged.ids, count(start)))
        if not self._scan.trees:
            return
        possible = {mask: self._may_match(mask) for mask in set(judged.masks)}
        is_kept = list(map(possible.__getitem__, judged.masks))
        ids = list(compress(judged.ids, is_kept))
        if not self._scan.keeps_ids:
            result.places.update(zip(ids, compress(count(start), is_kept), strict=False))
        result.assets.update(zip(ids, compress(judged.assets, is_kept), strict=True))
        result.passed.update(zip(ids, compress(judged.masks, is_kept), strict=True))

    def _look_at(self, asset_id: str, record: Record) -> None:
        place = self.result.count
        self.result.count += 1
        if self._scan.keeps_ids:
            self.result.places[asset_id] = place
        mask = self._passed(record)
        if mask is not None and self._may_match(mask):
            self._keep(asset_id, record, place, mask)
        elif self._keeps_rejected:
            self.result.rejected[asset_id] = self._rejected(record, place)

    def _passed(self, record: Record) -> int | None:
        """A bit for each filter that a record passes. None for one that cannot match, of which no more is asked."""
        mask = 0
        try:
            for number in self._sought.may_pass(record):
                bit, holds, needed = self._checks[number]
                if holds(record):
                    if needed is False:
                        return None
                    mask |= bit
                elif needed:
                    return None
        except FilterError:
            return self._one_by_one(record)
        return mask

    def _may_match(self, mask: int) -> bool:
        if mask not in self._possible:
            passing = chosen(self._scan.filters, mask)
            self._possible[mask] = self._verdict is None or self._verdict.of(passing) is not False
        return self._possible[mask]

    def _keep(self, asset_id: str, record: Record, place: int, mask: int) -> None:
        result = self.result
        result.places[asset_id] = place
        result.assets[asset_id] = self._asset(asset_id, record)
        is_read = self._scan.shows_metadata and shows_metadata(record)
        result.passed[asset_id] = mask | is_read << len(self._scan.filters)
        if self._scan.keys:
            result.groups[asset_id] = tuple(key.values(record) for key in self._scan.keys)

    def _rejected(self, record: Record, place: int) -> Rejected:
        """What the filters say of an asset that cannot match: one that cannot be told does not matter."""
        passed = known = 0
        for number, check in enumerate(self._scan.filters):
            with suppress(FilterError):
                passed |= check.holds(record) << number
                known |= 1 << number
        return Rejected(self._asset(str(record["id"]), record), place, passed, known)

    def _asset(self, asset_id: str, record: Record) -> Asset:
        return self._known.get(asset_id) or Asset.of(record)

    def _one_by_one(self, record: Record) -> int:
        """Returns the bits of a record on which some filter fails, and notes that filter."""
        mask = 0
        for number, check in enumerate(self._scan.filters):
            try:
                mask |= check.holds(record) << number
            except FilterError as error:
                self.result.failures.setdefault(check, error)
        return mask


def _any_tree(scan: Scan) -> Node | None:
    """What an asset has to match to be kept. None if there is nothing."""
    trees = tuple(tree for tree in scan.trees if tree is not None)
    return Any(trees) if trees and len(trees) == len(scan.trees) else None


def _needed(tree: Node | None, filters: Sequence[Filter]) -> list[bool | None]:
    """For each filter whether an asset must pass it (True), or must not (False). None if either may do."""
    if tree is None:
        return [None] * len(filters)
    _, out = deciding(tree)
    return [True if (check, False) in out else False if (check, True) in out else None for check in filters]
