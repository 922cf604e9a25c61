"""Brings a result up to date by the ids of what the search finds now; the records are known from before.

For searches whose results may change while no `updatedAt` moves: by people, albums, recognised text, or a ranking. A
face that is moved from one photo to another changes the result and neither photo, and the count stays. So the ids are
read in full in every run. That is less than the records: without EXIF and people an answer takes half the time, a
ranking is sent once and not twice, and nothing is counted.

The proof. Each id comes with the photo's `updatedAt`. A photo that was found before, and has not changed since then,
shows what it showed: every change of the fields that are read moves `updatedAt` (`tracking`). One that has changed is
read again, by the same search among what changed. One that has not changed, and was not found before, came in by
something else, such as a face: its record is not known, and the search is read in full.

The answer is verified without EXIF: unchanged photos were verified by it when they were read, and changed ones are now.
Nor are people asked for: a server that ignores a person finds photos that were not found before, and a control tests
whether it heeds people. Everything else is verified as ever.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from immich_smart_albums.model.instants import to_milliseconds
from immich_smart_albums.model.query import Kind
from immich_smart_albums.selection.cache.changes import CacheMissError, UpdatedResult, among_changed
from immich_smart_albums.selection.cache.entry import contains, pack, packed
from immich_smart_albums.selection.cache.tracking import untracked_part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.selection.cache.entry import CacheEntry
    from immich_smart_albums.selection.ports import CacheSearchApi
    from immich_smart_albums.selection.query_plan import Scan


def update_by_listing(scan: Scan, entry: CacheEntry, watermark: int, searches: CacheSearchApi) -> UpdatedResult:
    """Returns what a search finds now. Raises CacheMissError and ServerError."""
    instants: dict[str, int] = {}
    with closing(searches.listing(scan.query, untracked_part(scan.query))) as batches:
        for batch in batches:
            for record in batch:
                instants.setdefault(str(record["id"]), _changed_at(record))
    changed = frozenset(asset_id for asset_id, instant in instants.items() if instant >= watermark)
    if not all(contains(entry.ids, pack(asset_id)) for asset_id in instants.keys() - changed):
        raise CacheMissError("photos came in that did not change")
    result = entry.as_result()
    result.drop(changed | (result.assets.keys() - instants.keys()))
    if changed:
        if scan.query.kind is Kind.SMART or scan.query.limit is not None:
            raise CacheMissError("photos among the first of a search changed")
        new = among_changed(scan, searches, watermark)
        if new.places.keys() != changed:
            raise CacheMissError("the library changed meanwhile")
        result.add(new)
    is_whole = scan.keeps_ids or not scan.trees
    result.places = {
        asset_id: place for place, asset_id in enumerate(instants) if is_whole or asset_id in result.assets
    }
    result.count = len(instants)
    return UpdatedResult(result, packed(instants), changed)


def _changed_at(record: Mapping[str, object]) -> int:
    return to_milliseconds(str(record["updatedAt"]))
