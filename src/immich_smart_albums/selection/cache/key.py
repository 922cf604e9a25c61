"""Makes the key of a scan in the cache: a digest of all that decides its result, the same in every run."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from immich_smart_albums.rules.tree import Search, fold

if TYPE_CHECKING:
    from immich_smart_albums.model.query import Query
    from immich_smart_albums.rules.tree import Leaf, Node
    from immich_smart_albums.selection.query_plan import Scan


def cache_key(scan: Scan, *context: str) -> str:
    """Returns a digest that two scans share only if they have the same result, in the same context.

    Filters are told apart by their keys, and split keys by their names and fields.
    """
    parts = [
        list(context),
        _query(scan.query),
        sorted(scan.fields),
        [filter_.key for filter_ in scan.filters],
        [[key.name, *sorted(key.fields)] for key in scan.keys],
        [_tree(tree) for tree in scan.trees],
        scan.keeps_ids,
    ]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def _query(query: Query) -> list[object]:
    return [
        query.kind.value,
        query.where,
        sorted(visibility.value for visibility in query.visibility),
        query.limit,
        query.until,
        query.any_of,
    ]


def _tree(node: Node | None) -> object:
    if node is None:
        return None
    return fold(
        node,
        _leaf,
        all_of=lambda parts: ["All", *parts],
        any_of=lambda parts: ["Any", *parts],
        negate=lambda part: ["Not", part],
    )


def _leaf(leaf: Leaf) -> list[object]:
    if isinstance(leaf, Search):
        return ["Search", _query(leaf.query)]
    return ["Check", leaf.key]
