"""The verdict of one tree on many photos, each of which passes few of its leaves: only these are looked at.

    >>> from immich_smart_albums.selection.compile.notation import equal
    >>> stars = [equal("rating", number) for number in range(1, 6)]
    >>> tree = SparseVerdict(Not(Any(tuple(stars))), lambda leaf: False)
    >>> tree.of([]), tree.of(stars[3:4])
    (True, False)

A rule may list thousands of file names, of which each photo has one.
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
"""How many parts of a combination hold, do not, and are unknown."""

Forced = frozenset[tuple[Filter, bool]]
"""Filters, each with the result that settles a tree alone."""


class SparseVerdict:
    """A tree whose leaves have the results that they mostly have; `of` says what holds where some pass instead."""

    def __init__(self, tree: Node, mostly: Callable[[Leaf], _Truth]) -> None:
        """Take in a tree; `mostly` is what holds of each leaf unless it is said to pass."""
        self._mostly = mostly
        self._parts: list[Node] = []
        self._above: list[int] = []
        """For each part the place of the combination that it is in; -1 for the whole."""
        self._truths: list[_Truth] = []
        self._counts: list[_Counts] = []
        self._places: defaultdict[Leaf, list[int]] = defaultdict(list)
        self._add(tree, -1)

    def of(self, passing: Iterable[Leaf]) -> _Truth:
        """Returns whether the tree holds where these leaves pass. None if it could turn out either way."""
        truths: dict[int, _Truth] = {}
        counts: dict[int, _Counts] = {}
        for leaf in passing:
            for place in self._places.get(leaf, ()):
                self._change(place, truths, counts)
        return truths.get(0, self._truths[0])

    def _change(self, place: int, truths: dict[int, _Truth], counts: dict[int, _Counts]) -> None:
        """Let a leaf pass, and whatever changes above it."""
        truth: _Truth = True
        while place >= 0:
            before = truths.get(place, self._truths[place])
            if truth is before:
                return
            truths[place] = truth
            place = self._above[place]
            if place >= 0:
                own = counts.setdefault(place, dict(self._counts[place]))
                own[before] -= 1
                own[truth] += 1
                truth = _combined(self._parts[place], own)

    def _add(self, node: Node, above: int) -> _Truth:
        place = len(self._parts)
        own: _Counts = {True: 0, False: 0, None: 0}
        self._parts.append(node)
        self._above.append(above)
        self._truths.append(None)
        self._counts.append(own)
        match node:
            case All() | Any() | Not():
                for child in (node.child,) if isinstance(node, Not) else node.children:
                    own[self._add(child, place)] += 1
                truth = _combined(node, own)
            case _:
                self._places[node].append(place)
                truth = self._mostly(node)
        self._truths[place] = truth
        return truth


def _combined(node: Node, own: _Counts) -> _Truth:
    match node:
        case All():
            return False if own[False] else None if own[None] else True
        case Any():
            return True if own[True] else None if own[None] else False
        case _:
            return None if own[None] else bool(own[False])


def deciding(tree: Node) -> tuple[Forced, Forced]:
    """Returns the filters that alone make a tree hold, whatever else is known, and those that alone rule it out."""
    return fold(tree, _of_leaf, all_of=_of_all, any_of=_of_any, negate=lambda forced: (forced[1], forced[0]))


def _of_leaf(leaf: Leaf) -> tuple[Forced, Forced]:
    if not isinstance(leaf, Filter):
        return frozenset(), frozenset()
    return frozenset({(leaf, True)}), frozenset({(leaf, False)})


def _of_all(parts: list[tuple[Forced, Forced]]) -> tuple[Forced, Forced]:
    return _common(holding for holding, _ in parts), frozenset().union(*(out for _, out in parts))


def _of_any(parts: list[tuple[Forced, Forced]]) -> tuple[Forced, Forced]:
    return frozenset().union(*(holding for holding, _ in parts)), _common(out for _, out in parts)


def _common(forced: Iterable[Forced]) -> Forced:
    first, *others = forced
    return first.intersection(*others)


def chosen(filters: Sequence[Filter], mask: int) -> Iterator[Filter]:
    """Yields the filters whose bit is set; bits beyond them say something else."""
    # Looked for in a text, because a shift for each bit would copy the whole of a long mask.
    text = f"{mask:b}"[::-1]
    number = text.find("1")
    while 0 <= number < len(filters):
        yield filters[number]
        number = text.find("1", number + 1)
