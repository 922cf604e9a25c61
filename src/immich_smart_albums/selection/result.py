"""Results of searches, built while records stream by: only photos that may match are kept in memory.

A result depends on the scan and the records alone, so that a cache can store it and bring it up to date.
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
from immich_smart_albums.selection.sparse_verdict import SparseVerdict, deciding_filters, filters_in
from immich_smart_albums.selection.stages import shows_metadata

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from immich_smart_albums.rules.tree import Filter, Node, Record
    from immich_smart_albums.selection.query_plan import Scan


NOTHING_KNOWN: Mapping[str, Asset] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Judged:
    """Some photos that a search found, and which filters of its scan each of them passes."""

    ids: Sequence[str]
    assets: Sequence[Asset]
    masks: Sequence[int]
    """For each photo, as in `SearchResult.passed`."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A photo that a search found and that cannot match."""

    asset: Asset
    place: int
    """In the search's order."""
    passed: int
    """A bit for each of the scan's filters, set if the photo passes it."""
    decided: int
    """A bit for each of the scan's filters, set if it could be evaluated."""


@dataclass(slots=True)
class SearchResult:
    """What rules need of the result of one search. All mappings are by asset id."""

    places: dict[str, int] = field(default_factory=dict)
    """The place in the search's order: of everything that was found, or of what may match (`Scan.is_complete`)."""
    assets: dict[str, Asset] = field(default_factory=dict)
    """The photos that may match."""
    passed: dict[str, int] = field(default_factory=dict)
    """For each of `assets` a bit for each of the scan's filters, set if it passes, and one more, set if EXIF shows that
    Immich has read the file."""
    groups: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    """For each of `assets` its values of each of the scan's split keys."""
    count: int = 0
    """How many photos the search found."""
    failures: dict[Filter, FilterError] = field(default_factory=dict)
    """Filters that could not be evaluated on some photo: nothing that depends on them may be used."""
    rejected: dict[str, Rejected] = field(default_factory=dict)
    """The photos that cannot match, if a `ResultBuilder` keeps them: for explanations only."""

    def drop(self, ids: Collection[str]) -> None:
        """Remove photos, such as those that are about to be read anew."""
        for asset_id in ids:
            for by_id in (self.places, self.assets, self.passed, self.groups):
                by_id.pop(asset_id, None)

    def add(self, other: SearchResult) -> None:
        """Add what another search found of the same scan, without its places and its count."""
        self.assets.update(other.assets)
        self.passed.update(other.passed)
        self.groups.update(other.groups)


class ResultBuilder:
    """Builds a `SearchResult` from the records of one scan."""

    def __init__(
        self,
        scan: Scan,
        result: SearchResult | None = None,
        *,
        keeps_rejected: bool = False,
        assets: Mapping[str, Asset] = NOTHING_KNOWN,
    ) -> None:
        """Add to a result, or to a new one. `known` are assets by id that need not be made from a record again."""
        self._keeps_rejected = keeps_rejected
        self._assets = assets
        self.result = SearchResult() if result is None else result
        self._scan = scan
        tree = _any_tree(scan)
        needed = _needed(tree, scan.filters)
        filters = frozenset(scan.filters)
        self._verdict = None if tree is None else SparseVerdict(tree, lambda leaf: False if leaf in filters else None)
        order = sorted(range(len(needed)), key=lambda number: needed[number] is None)
        # Filters that alone decide that a photo cannot match come first: then the others are not evaluated.
        self._filters = [(1 << number, scan.filters[number].holds, needed[number]) for number in order]
        # A filter that every match passes is always evaluated.
        self._sought = SoughtTexts([(scan.filters[number], needed[number] is not True) for number in order])
        self._seen: set[str] = set()
        self._possible: dict[int, bool] = {}

    def take(self, records: Iterable[Record]) -> None:
        """Add the photos of some records, each once. Raises KeyError or ValueError for a record that is no asset."""
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
                self._add(asset_id, record)

    def take_judged(self, judged: Judged) -> None:
        """Add some photos whose filters are evaluated already; each appears once."""
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

    def _add(self, asset_id: str, record: Record) -> None:
        place = self.result.count
        self.result.count += 1
        if self._scan.keeps_ids:
            self.result.places[asset_id] = place
        mask = self._evaluate(record)
        if mask is not None and self._may_match(mask):
            self._keep(asset_id, record, place, mask)
        elif self._keeps_rejected:
            self.result.rejected[asset_id] = self._rejected(record, place)

    def _evaluate(self, record: Record) -> int | None:
        """Returns a bit for each filter that a record passes. None as soon as it is clear that it cannot match."""
        mask = 0
        try:
            for number in self._sought.may_pass(record):
                bit, holds, needed = self._filters[number]
                if holds(record):
                    if needed is False:
                        return None
                    mask |= bit
                elif needed:
                    return None
        except FilterError:
            return self._evaluate_with_failures(record)
        return mask

    def _may_match(self, mask: int) -> bool:
        if mask not in self._possible:
            passing = filters_in(self._scan.filters, mask)
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
        """Returns a photo that cannot match, with all filters evaluated; that one of them fails does not matter."""
        passed = decided = 0
        for number, filter_ in enumerate(self._scan.filters):
            with suppress(FilterError):
                passed |= filter_.holds(record) << number
                decided |= 1 << number
        return Rejected(self._asset(str(record["id"]), record), place, passed, decided)

    def _asset(self, asset_id: str, record: Record) -> Asset:
        return self._assets.get(asset_id) or Asset.of(record)

    def _evaluate_with_failures(self, record: Record) -> int:
        """Returns a bit for each filter that a record passes, and notes those that fail on it."""
        mask = 0
        for number, filter_ in enumerate(self._scan.filters):
            try:
                mask |= filter_.holds(record) << number
            except FilterError as error:
                self.result.failures.setdefault(filter_, error)
        return mask


def _any_tree(scan: Scan) -> Node | None:
    """Returns the tree that a photo must match to be kept. None if all are kept."""
    trees = tuple(tree for tree in scan.trees if tree is not None)
    return Any(trees) if trees and len(trees) == len(scan.trees) else None


def _needed(tree: Node | None, filters: Sequence[Filter]) -> list[bool | None]:
    """Returns for each filter whether every match passes it (True), or none does (False). None if some may."""
    if tree is None:
        return [None] * len(filters)
    _, ruling_out = deciding_filters(tree)
    return [
        True if (filter_, False) in ruling_out else False if (filter_, True) in ruling_out else None
        for filter_ in filters
    ]
