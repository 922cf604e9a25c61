"""Signatures: what the searches of a run know of a photo. A tree is evaluated once for all photos that share one.

For the branch `(city='Nice') | <rating=5> & not (personIds=[ben]) & not (personIds=[noah])`:

    (1, False, True)   passes the first filter, is not on the search for Ben, but on that for Noah
    (None, …)          the driver does not find it
"""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING

from immich_smart_albums.rules.tree import Reference, Search
from immich_smart_albums.selection.sparse_verdict import SparseVerdict, filters_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from immich_smart_albums.rules.tree import Leaf, Node
    from immich_smart_albums.selection.query_plan import Branch
    from immich_smart_albums.selection.run.fetch import SearchResults

Signature = tuple[int | bool | None, ...]
"""`SearchResult.passed` of the driver, and for each of `Branch.memberships` whether it finds the photo."""


def signatures(branch: Branch, evidence: SearchResults, ids: Sequence[str] | None = None) -> list[Signature]:
    """Returns the signatures of photos for one branch, in their order. `ids` of None stands for all that may match."""
    result = evidence.results[branch.driver]
    of_ids = result.assets if ids is None else ids
    passed = map(result.passed.get, of_ids)
    searched = (map(evidence.ids(branch.driver, query).__contains__, of_ids) for query in branch.memberships)
    return list(zip(passed, *searched, strict=True))


def passing_leaves(branch: Branch, evidence: SearchResults, signature: Signature) -> tuple[Leaf, ...]:
    """Returns the leaves of a branch that hold for photos which its driver finds and that have this signature."""
    passed, *searched = signature
    assert passed is not None
    filters = filters_in(evidence.scans[branch.driver].filters, passed)
    return (*filters, *map(Search, compress(branch.memberships, searched)))


def verdict_of(node: Node, branch: Branch) -> SparseVerdict:
    """Returns the verdict of a tree that needs no details, on photos that a branch's driver finds."""

    def usual(leaf: Leaf) -> bool:
        if isinstance(leaf, Reference):
            message = f"{leaf.key} was not looked up"
            raise TypeError(message)
        # The driver finds all of these photos, unless it is also a scoped search.
        return isinstance(leaf, Search) and leaf.query == branch.driver and leaf.query not in branch.memberships

    return SparseVerdict(node, usual)
