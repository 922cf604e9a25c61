"""The second way of the cache: a search is sent again for ids alone, and its records are known from before.

Who is on a photo, what is in an album, what is read in a picture and how photos rank may change without a word. For
these no count and no look at the newest is a proof: a face that is taken from one photo and given to another leaves
both as they were. So *who is in* is asked in every run, in full. What the records show is another matter: without EXIF
and people an answer is half as large and quick, a ranking is asked for once and not twice, and nothing is counted.

The proof. The server lists what the search finds now, each photo with its `updatedAt`. A photo that was found before,
and did not change since an instant before that reading, shows what it showed: of the fields that are read every change
is told (`tracking`). One that did change is read anew, by the same search of what changed. One that did not change and
was not found before has come in by something else, such as a face: nothing is known of it, and all is read in full.

The answer need not be held against what EXIF shows. Photos that did not change were held against it when they were
read, and it still is true of them; those that changed are held against it now. Nor are people asked for, to see that
somebody is on each photo: a server that drops a person finds photos that were not found before, and a control asks it
whether it hears of people. Everything else is verified as ever.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from immich_smart_albums.model.instants import to_milliseconds
from immich_smart_albums.model.query import Kind
from immich_smart_albums.selection.cache.changes import CacheMissError, among_changed
from immich_smart_albums.selection.cache.entry import contains, pack, packed
from immich_smart_albums.selection.cache.tracking import untracked_part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.selection.cache.entry import CacheEntry
    from immich_smart_albums.selection.ports import CacheSearchApi
    from immich_smart_albums.selection.query_plan import Scan
    from immich_smart_albums.selection.result import SearchResult


def listed(
    scan: Scan, entry: CacheEntry, watermark: int, searches: CacheSearchApi
) -> tuple[SearchResult, bytes, frozenset[str]]:
    """Returns what a search finds now, the ids of it, and those that changed. Raises CacheMissError and ServerError."""
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
    return result, packed(instants), changed


def _changed_at(record: Mapping[str, object]) -> int:
    return to_milliseconds(str(record["updatedAt"]))
