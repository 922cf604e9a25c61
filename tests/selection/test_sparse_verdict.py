"""The verdict of a tree where few leaves pass is that of the whole tree."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.rules.tree import All, Any, Filter, Leaf, Node, Not, leaves, verdict
from immich_smart_albums.selection.sparse_verdict import SparseVerdict, deciding_filters, filters_in
from tests.support.in_memory_searches import city, exactly

if TYPE_CHECKING:
    from collections.abc import Callable

A, B, C = (exactly("rating", number) for number in (1, 2, 3))
NICE = city("Nice")

TREES: tuple[Node, ...] = (
    A,
    NICE,
    Not(A),
    Not(NICE),
    All((A, B)),
    Any((A, B)),
    Any((A, NICE)),
    All((Not(A), NICE)),
    Any((All((A, B)), Not(All((B, C))))),
    All((Any((A, B)), Any((Not(A), C)))),
    Not(Any((A, All((NICE, Not(B)))))),
    Any((All((A, B)), All((A, C)))),
    All((A, Any((Not(A), Not(A), B)))),
    Not(All((Not(A), Not(B), Any((C, NICE))))),
)


@pytest.mark.parametrize("tree", TREES, ids=map(str, range(len(TREES))))
def test_it_is_the_verdict_of_the_whole_tree(tree: Node) -> None:
    own = tuple(dict.fromkeys(leaves(tree)))
    for mostly in product((False, None), repeat=len(own)):
        of_leaf = dict(zip(own, mostly, strict=True))
        sparse = SparseVerdict(tree, of_leaf.__getitem__)
        for count in range(len(own) + 1):
            for passing in combinations(own, count):
                whole = of_leaf | dict.fromkeys(passing, True)
                assert sparse.of((*passing, exactly("rating", 9))) is verdict(tree, whole.__getitem__)


@pytest.mark.parametrize("tree", TREES, ids=map(str, range(len(TREES))))
def test_a_filter_decides_if_nothing_else_has_to_be_known(tree: Node) -> None:
    holding, out = deciding_filters(tree)
    for check in leaves(tree):
        for passes in (True, False) if isinstance(check, Filter) else ():
            alone = verdict(tree, _only(check, passes=passes))
            # Twice the same filter, once negated, is no contradiction that anybody looks for.
            assert ((check, passes) in holding) is (alone is True)
            assert ((check, passes) in out) is (alone is False)


def _only(known: Leaf, *, passes: bool) -> Callable[[Leaf], bool | None]:
    return lambda leaf: passes if leaf == known else None


@pytest.mark.parametrize(("mask", "checks"), [(0, []), (1, [A]), (0b110, [B, C]), (0b1100, [C]), (0b11000, [])])
def test_filters_are_chosen_by_their_bits(mask: int, checks: list[Filter]) -> None:
    assert list(filters_in((A, B, C), mask)) == checks
