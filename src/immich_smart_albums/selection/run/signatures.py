"""What the searches of a run know of a photo. Of many photos they know the same, and what follows is the same.

    signature: (a bit for each filter that passes, is it in the first search?, in the second?, …)

So a tree is evaluated once for each signature that occurs, and not for each photo.
"""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING

from immich_smart_albums.rules.tree import Reference, Search
from immich_smart_albums.selection.sparse_verdict import SparseVerdict, chosen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from immich_smart_albums.rules.tree import Leaf, Node
    from immich_smart_albums.selection.query_plan import Branch
    from immich_smart_albums.selection.run.fetch import SearchResults

Signature = tuple[int | bool | None, ...]
"""First of all None for a photo that the branch's driver does not find."""


def signatures(branch: Branch, evidence: SearchResults, ids: Sequence[str] | None = None) -> list[Signature]:
    """Returns what is known for a branch, without details, of each of some photos in their order.

    None: of all that may match.
    """
    result = evidence.results[branch.driver]
    of_ids = result.assets if ids is None else ids
    passed = map(result.passed.get, of_ids)
    searched = (map(evidence.ids(branch.driver, query).__contains__, of_ids) for query in branch.memberships)
    return list(zip(passed, *searched, strict=True))


def passing(branch: Branch, evidence: SearchResults, signature: Signature) -> tuple[Leaf, ...]:
    """Returns the leaves of a branch that hold for what its driver finds and has this signature."""
    passed, *searched = signature
    assert passed is not None
    checks = chosen(evidence.scans[branch.driver].filters, passed)
    return (*checks, *map(Search, compress(branch.memberships, searched)))


def verdict_of(node: Node, branch: Branch) -> SparseVerdict:
    """Returns the verdict of a tree without filters on details for what a branch's driver finds."""

    def mostly(leaf: Leaf) -> bool:
        if isinstance(leaf, Reference):
            message = f"{leaf.key} was not looked up"
            raise TypeError(message)
        # Everything that the driver finds is in the driver, unless it stands for another search.
        return isinstance(leaf, Search) and leaf.query == branch.driver and leaf.query not in branch.memberships

    return SparseVerdict(node, mostly)
