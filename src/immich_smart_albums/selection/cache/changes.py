"""Asks for changes since an earlier run: all photos that changed, or those that a search finds."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from immich_smart_albums.errors import ServerError
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.instants import from_milliseconds
from immich_smart_albums.model.query import Condition, Kind, Query, Visibility
from immich_smart_albums.selection.result import ResultBuilder, SearchResult

if TYPE_CHECKING:
    from immich_smart_albums.selection.ports import SearchApi
    from immich_smart_albums.selection.query_plan import Scan

MOST_CHANGED = 20_000
"""With more changed photos than this, reading in full is as cheap."""


class CacheMissError(Exception):
    """An earlier result cannot be used; the message is the reason."""


class UpdatedResult(NamedTuple):
    """A result that was brought up to date."""

    result: SearchResult
    ids: bytes
    """The ids of everything that the search finds now, packed (`entry`)."""
    changed: frozenset[str]
    """Those of them that changed, as far as that was asked for."""


class ChangeFeed:
    """Asks for the photos that changed, once for all searches of a run."""

    def __init__(self, searches: SearchApi) -> None:
        self._searches = searches
        self._lock = threading.Lock()
        self._changed: dict[int, frozenset[str] | CacheMissError] = {}

    @property
    def seen(self) -> frozenset[str]:
        """The ids of all changed photos that the run has seen."""
        return frozenset().union(*(changed for changed in self._changed.values() if isinstance(changed, frozenset)))

    def since(self, watermark: int) -> frozenset[str]:
        """Returns the ids of every photo that changed since an instant in ms, in any visibility and in the trash.

        Raises CacheMissError if they cannot be read, or are too many.
        """
        with self._lock:
            if watermark not in self._changed:
                try:
                    self._changed[watermark] = self._read(watermark)
                except CacheMissError as miss:
                    self._changed[watermark] = miss
                except ServerError as error:
                    self._changed[watermark] = CacheMissError(error.message)
            changed = self._changed[watermark]
        if isinstance(changed, CacheMissError):
            raise changed
        return changed

    def _read(self, watermark: int) -> frozenset[str]:
        query = Query(
            Kind.METADATA, where(updatedAfter=from_milliseconds(watermark), withDeleted=True), frozenset(Visibility)
        )
        changed: set[str] = set()
        with closing(self._searches.find(query, frozenset())) as batches:
            for batch in batches:
                changed.update(str(record["id"]) for record in batch)
                if len(changed) > MOST_CHANGED:
                    raise CacheMissError(f"more than {MOST_CHANGED:,} photos changed")
        return frozenset(changed)


def among_changed(scan: Scan, searches: SearchApi, watermark: int) -> SearchResult:
    """Returns what a search finds among the photos that changed since an instant in ms.

    Raises CacheMissError if a filter cannot be evaluated: the search is then read in full, and fails there.
    """
    builder = ResultBuilder(replace(scan, keeps_ids=True))
    with closing(searches.find(changed_since(scan.query, watermark), scan.requested_fields)) as batches:
        for batch in batches:
            builder.take(batch)
    if builder.result.failures:
        raise CacheMissError("a check could not be made")
    return builder.result


def changed_since(query: Query, watermark: int) -> Query:
    """Returns the search for those of its photos that changed since an instant in ms."""
    bound, own = from_milliseconds(watermark), query.get("updatedAt", "gte")
    return query.narrowed(Condition("updatedAt", "gte", max(bound, own) if isinstance(own, str) else bound))
