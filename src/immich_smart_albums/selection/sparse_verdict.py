"""Evaluates one tree for many photos of which each passes few leaves: the time goes with these few.

    >>> from immich_smart_albums.selection.compile.notation import equal
    >>> stars = [equal("rating", number) for number in range(1, 6)]
    >>> tree = SparseVerdict(Not(Any(tuple(stars))), lambda leaf: False)
    >>> tree.of([]), tree.of(stars[3:4])
    (True, False)

A rule may list thousands of file names, and each photo has one.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from immich_smart_albums.rules.tree import All, Any, Filter, Not, fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from immich_smart_albums.rules.tree import Leaf, Node

_Truth = bool | None
_Counts = dict[_Truth, int]
"""How many children of a node hold, do not hold, and are unknown."""

Deciding = frozenset[tuple[Filter, bool]]
"""Filters, each with the result that alone decides a tree."""


class SparseVerdict:
    """A tree with a usual result of each leaf, and its verdict if some leaves pass instead."""

    def __init__(self, tree: Node, usual: Callable[[Leaf], _Truth]) -> None:
        """Number the nodes, and evaluate each with the `usual` results of its leaves."""
        self._usual = usual
        self._nodes: list[Node] = []
        """All nodes, parents before their children. The lists below go with it."""
        self._parents: list[int] = []
        """The number of the parent; -1 for the whole tree."""
        self._truths: list[_Truth] = []
        self._counts: list[_Counts] = []
        self._numbers: defaultdict[Leaf, list[int]] = defaultdict(list)
        """Of each leaf, which may stand in several places."""
        self._add(tree, -1)

    def of(self, passing: Iterable[Leaf]) -> _Truth:
        """Returns whether the tree holds where these leaves pass. None if it could turn out either way."""
        truths: dict[int, _Truth] = {}
        counts: dict[int, _Counts] = {}
        for leaf in passing:
            for number in self._numbers.get(leaf, ()):
                self._let_pass(number, truths, counts)
        return truths.get(0, self._truths[0])

    def _let_pass(self, number: int, truths: dict[int, _Truth], counts: dict[int, _Counts]) -> None:
        """Make a leaf true, and each node above it what follows, up to the first that stays as it is."""
        truth: _Truth = True
        while number >= 0:
            before = truths.get(number, self._truths[number])
            if truth is before:
                return
            truths[number] = truth
            number = self._parents[number]
            if number >= 0:
                own_counts = counts.setdefault(number, dict(self._counts[number]))
                own_counts[before] -= 1
                own_counts[truth] += 1
                truth = _combined(self._nodes[number], own_counts)

    def _add(self, node: Node, parent: int) -> _Truth:
        number = len(self._nodes)
        counts: _Counts = {True: 0, False: 0, None: 0}
        self._nodes.append(node)
        self._parents.append(parent)
        self._truths.append(None)
        self._counts.append(counts)
        match node:
            case All() | Any() | Not():
                for child in (node.child,) if isinstance(node, Not) else node.children:
                    counts[self._add(child, number)] += 1
                truth = _combined(node, counts)
            case _:
                self._numbers[node].append(number)
                truth = self._usual(node)
        self._truths[number] = truth
        return truth


def _combined(node: Node, counts: _Counts) -> _Truth:
    """Returns whether a combination holds, given how many of its children do."""
    match node:
        case All():
            return False if counts[False] else None if counts[None] else True
        case Any():
            return True if counts[True] else None if counts[None] else False
        case _:
            return None if counts[None] else bool(counts[False])


def deciding_filters(tree: Node) -> tuple[Deciding, Deciding]:
    """Returns the filters that alone make a tree hold, and those that alone rule it out.

    Nothing alone makes `a & (b or c)` hold, and `a` rules it out by failing.
    """
    return fold(tree, _of_leaf, all_of=_of_all, any_of=_of_any, negate=lambda deciding: (deciding[1], deciding[0]))


def _of_leaf(leaf: Leaf) -> tuple[Deciding, Deciding]:
    if not isinstance(leaf, Filter):
        return frozenset(), frozenset()
    return frozenset({(leaf, True)}), frozenset({(leaf, False)})


def _of_all(parts: list[tuple[Deciding, Deciding]]) -> tuple[Deciding, Deciding]:
    return _common(holding for holding, _ in parts), frozenset().union(*(out for _, out in parts))


def _of_any(parts: list[tuple[Deciding, Deciding]]) -> tuple[Deciding, Deciding]:
    return frozenset().union(*(holding for holding, _ in parts)), _common(out for _, out in parts)


def _common(deciding: Iterable[Deciding]) -> Deciding:
    first, *others = deciding
    return first.intersection(*others)


def filters_in(filters: Sequence[Filter], mask: int) -> Iterator[Filter]:
    """Yields the filters whose bit is set in a mask, which may have more bits: the first of a, b and c for 0b1001."""
    # Found in a text, because a shift for each bit would copy the whole of a long mask.
    text = f"{mask:b}"[::-1]
    number = text.find("1")
    while 0 <= number < len(filters):
        yield filters[number]
        number = text.find("1", number + 1)
