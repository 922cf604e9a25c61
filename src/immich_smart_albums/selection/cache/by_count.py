"""Brings a result up to date by exchanging what changed; a count confirms it.

The proof. Let `I` be the ids that were read, `w` an instant before that, `C` all photos whose `updatedAt` is `w` or
later, and `N` those of `C` that the search finds now. Whatever this search depends on moves `updatedAt`. So a photo
outside of `C` that it finds now was found then as well, and is in `I`: all that it finds now is in `(I - C) + N`. If
the server counts as many, it is the same set. A photo of that set that is found no more was deleted for good, or
locked, and makes the count smaller. Nothing can make up for it, because whatever comes is in `C`, and so in `N`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.selection.cache.changes import CacheMissError, UpdatedResult, among_changed
from immich_smart_albums.selection.cache.entry import contains, exchanged, length, pack, places, unpacked
from immich_smart_albums.selection.result import SearchResult

if TYPE_CHECKING:
    from immich_smart_albums.selection.cache.changes import ChangeFeed
    from immich_smart_albums.selection.cache.entry import CacheEntry
    from immich_smart_albums.selection.ports import SearchApi
    from immich_smart_albums.selection.query_plan import Scan


def update_by_count(
    scan: Scan, entry: CacheEntry, watermark: int, searches: SearchApi, feed: ChangeFeed
) -> UpdatedResult:
    """Returns what a search finds now. Raises CacheMissError and ServerError."""
    total = searches.count(scan.query)
    if total is None:
        raise CacheMissError("the server does not count it for this key")
    changed = feed.since(watermark)
    new = among_changed(scan, searches, watermark) if changed else SearchResult()
    before = {asset_id for asset_id in changed if contains(entry.ids, pack(asset_id))}
    ids = exchanged(entry.ids, map(pack, before), map(pack, new.places))
    if length(ids) != total:
        raise CacheMissError("the server counts other than what was known and what changed add up to")
    result = entry.as_result()
    result.drop(changed | new.places.keys())
    result.add(new)
    result.places = places(unpacked(ids) if scan.keeps_ids or not scan.trees else result.assets)
    result.count = length(ids)
    return UpdatedResult(result, ids, frozenset(before | new.places.keys()))
