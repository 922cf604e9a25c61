"""Asking a server about one asset: is it in a search's result, and at which place."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Condition, Kind, Visibility
from immich_smart_albums.rules.leaves import Check, Search
from immich_smart_albums.selection.explain import Answer
from immich_smart_albums.selection.shown import shown

if TYPE_CHECKING:
    from immich_smart_albums.model.query import Query
    from immich_smart_albums.rules.leaves import Record
    from immich_smart_albums.selection.ports import Searches

FURTHER = 10
"""How many times as far as a cut-off a ranking is looked at for an asset that is beyond it."""

MOST = 10_000
"""Places of a ranking that are looked at for an asset beyond the cut-off, at the most."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Answers the leaves of a rule about one asset, given its details."""

    searches: Searches
    record: Record

    def __call__(self, leaf: Search | Check) -> Answer:
        """Whether a leaf holds, and what decided. Raises ServerError, and FilterError where a check cannot be made."""
        if isinstance(leaf, Check):
            return Answer(leaf.holds(self.record), leaf.value(self.record))
        query = leaf.query
        if query.kind is Kind.METADATA and query.limit is None:
            return Answer(self.finds(query), shown(query, self.record))
        return self._ranked(query)

    def finds(self, query: Query) -> bool:
        """Whether a metadata search finds the asset."""
        narrowed = self._narrowed(query)
        if narrowed is None:
            return False
        with closing(self.searches.find(narrowed, frozenset())) as batches:
            return any(record["id"] == self.record["id"] for batch in batches for record in batch)

    def _narrowed(self, query: Query) -> Query | None:
        """The search for this asset alone; None where the query says itself that it cannot be in it."""
        asset_id = str(self.record["id"])
        here = self._places(query)
        if not here:
            return None
        if query.is_structured:
            only = Condition("id", "eq", asset_id)
            own = [each for each in query.conditions if (each.field, each.operator) == ("id", "eq")]
            if any(each.value != asset_id for each in own):
                return None
            return replace(query, conditions=tuple(sorted({*query.conditions, only})), visibility=here)
        if query.get("id") not in {None, asset_id}:
            return None
        filters = {**dict(query.filters), "id": asset_id}
        return replace(query, filters=tuple(sorted(filters.items())), visibility=here)

    def _places(self, query: Query) -> frozenset[Visibility]:
        """Where the asset can be of the places that a query looks at; before 1.133 a record does not tell."""
        told = self.record.get("visibility")
        return query.visibility if told is None else frozenset(each for each in query.visibility if each.value == told)

    def _ranked(self, query: Query) -> Answer:
        """The asset's place in a ranking, or among the first of a search, also where it is beyond the cut-off."""
        seen = shown(query, self.record)
        if query.kind is Kind.SMART:
            # Each visibility is ranked, and cut off, for itself.
            query = replace(query, visibility=self._places(query))
        elif not self.finds(replace(query, limit=None)):
            return Answer(holds=False, value=seen)
        place, read = self._place(query)
        if place is not None or not query.visibility:
            return Answer(place is not None, seen, rank=place, read=read)
        further = min(read * FURTHER, MOST)
        if further > read:
            place, read = self._place(replace(query, limit=further, until=()))
        return Answer(holds=False, value=seen, rank=place, read=read)

    def _place(self, query: Query) -> tuple[int | None, int]:
        """The asset's place, from 1, and how many were looked at."""
        read = 0
        place = None
        with closing(self.searches.find(query, frozenset())) as batches:
            for batch in batches:
                for record in batch:
                    read += 1
                    if place is None and record["id"] == self.record["id"]:
                        place = read
        return place, read
