"""Explains a whole selection from the records that its searches returned, without another request.

Each photo gets a verdict on each leaf of its rule, and its places in rankings. A photo that a single leaf keeps out is
a near miss of that leaf. Photos that no search found were never seen, and are not explained.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from immich_smart_albums.rules.tree import All, Any, Filter, Not, Reference, Search, signed_leaves, verdict
from immich_smart_albums.selection.explain.explain import Verdict
from immich_smart_albums.selection.explain.leaf_evidence import EvidenceLookup
from immich_smart_albums.selection.words import query_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.rules.tree import Leaf, Node
    from immich_smart_albums.selection.run.evaluate import RuleEvidence, Selection
    from immich_smart_albums.selection.words import NameOf


@dataclass(frozen=True, slots=True)
class ExplainedLeaf:
    """One search or filter of a rule."""

    text: str
    """The leaf in the user's words."""
    origin: str
    """Where it stands: a place in a file, or a flag. Empty if that is not known."""
    is_negated: bool
    """Whether it stands under an odd number of `not`."""
    holding: int
    """How many of the photos that were seen it surely holds for."""
    failing: int
    """How many it surely does not hold for."""


@dataclass(frozen=True, slots=True)
class ExplainedPhoto:
    """One photo, with a verdict on each leaf."""

    asset: Asset
    verdicts: tuple[Verdict, ...]
    """In the order of `SelectionExplanation.leaves`."""
    ranks: tuple[int | None, ...]
    """For each leaf the photo's place, from 1, if it is a ranking or a capped search."""
    near: tuple[int, ...] = ()
    """The numbers of the leaves that each alone keep it out."""
    is_cut: bool = False
    """Whether it matches, and is left out by the rule's limit or split."""


@dataclass(frozen=True, slots=True)
class SelectionExplanation:
    """Why one account's rule selects what it does."""

    leaves: tuple[ExplainedLeaf, ...]
    selected: tuple[ExplainedPhoto, ...]
    """In the order of the selection."""
    cut: tuple[ExplainedPhoto, ...]
    """Photos that match and are left out by the limit or the split, newest first."""
    near_misses: Mapping[int, tuple[ExplainedPhoto, ...]]
    """By the number of the leaf that alone keeps them out, newest first."""
    looked_at: int
    """How many photos were seen."""

    def in_favour(self, photo: ExplainedPhoto) -> tuple[str, ...]:
        """Returns what speaks for a photo, in words: the leaves that hold, and those under a `not` that do not."""
        leaves = zip(self.leaves, photo.verdicts, strict=True)
        return tuple(
            f"not {leaf.text}" if leaf.is_negated else leaf.text
            for leaf, verdict in leaves
            if verdict is (Verdict.FAILED if leaf.is_negated else Verdict.PASSED)
        )


def explain_selection(selection: Selection, *, name_of: NameOf) -> SelectionExplanation:
    """Returns why each photo of a selection is in it, and the photos that only just miss it.

    `name_of` names ids. Near misses are known of a selection that was made with `keeps_rejected`. Raises ValueError for
    one without evidence.
    """
    if selection.evidence is None:
        message = "a selection without evidence cannot be explained"
        raise ValueError(message)
    return _SelectionExplainer(selection.evidence, name_of).explain(selection)


@dataclass(slots=True)
class _SelectionExplainer:
    evidence: RuleEvidence
    name_of: NameOf

    def explain(self, selection: Selection) -> SelectionExplanation:
        match = self.evidence.plan.rule.match
        leaves: dict[Search | Filter, bool] = {}
        for leaf, negated in signed_leaves(match):
            leaves.setdefault(_looked_up(leaf), negated)
        tree, lookup = _Tree(match, tuple(leaves)), EvidenceLookup(self.evidence)
        waiting = chain.from_iterable(selection.waiting.values())
        shown = {asset.id for asset in chain(selection.assets, waiting)}
        photos = {
            asset_id: self._explained(asset, tree, lookup, is_shown=asset_id in shown)
            for asset_id, asset in self._seen().items()
        }
        misses: dict[int, list[ExplainedPhoto]] = {}
        for photo in photos.values():
            for number in photo.near:
                misses.setdefault(number, []).append(photo)
        verdicts = [Counter(photo.verdicts[number] for photo in photos.values()) for number in range(len(leaves))]
        return SelectionExplanation(
            tuple(
                ExplainedLeaf(
                    query_text(leaf, self.name_of),
                    str(leaf.origin or ""),
                    negated,
                    holding=counts[Verdict.PASSED],
                    failing=counts[Verdict.FAILED],
                )
                for (leaf, negated), counts in zip(leaves.items(), verdicts, strict=True)
            ),
            tuple(photos[asset.id] for asset in selection.assets),
            _newest_first([photo for photo in photos.values() if photo.is_cut]),
            {number: _newest_first(misses[number]) for number in sorted(misses)},
            len(photos),
        )

    def _explained(self, asset: Asset, tree: _Tree, lookup: EvidenceLookup, *, is_shown: bool) -> ExplainedPhoto:
        evidence = [lookup.of(leaf, asset.id) for leaf in tree.leaves]
        values = [None if fact is None else fact.holds for fact in evidence]
        is_match = asset.id in self.evidence.matching
        if is_match:
            tree.settle(tree.match, values)
        return ExplainedPhoto(
            asset,
            verdicts=tuple(map(_verdict, values)),
            ranks=tuple(None if fact is None else fact.rank for fact in evidence),
            near=() if is_match else tree.near(tuple(values)),
            is_cut=is_match and not is_shown,
        )

    def _seen(self) -> dict[str, Asset]:
        """Returns every photo, by id, that the drivers of the rule found and that is still in memory."""
        seen = dict(self.evidence.matching)
        for branch in self.evidence.plan.branches:
            result = self.evidence.results.results[branch.driver]
            seen |= result.assets
            seen |= {asset_id: rejected.asset for asset_id, rejected in result.rejected.items()}
        return seen


@dataclass(slots=True)
class _Tree:
    """Evaluates a rule over the values of its leaves; None stands for what is not known."""

    match: Node
    leaves: tuple[Search | Filter, ...]
    _numbers: dict[Leaf, int] = field(default_factory=dict)
    _nears: dict[tuple[bool | None, ...], tuple[int, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._numbers = {leaf: number for number, leaf in enumerate(self.leaves)}

    def near(self, values: tuple[bool | None, ...]) -> tuple[int, ...]:
        """Returns the numbers of the leaves of which each alone, with the other value, would make the tree hold."""
        if values not in self._nears:
            turned = (
                number
                for number, value in enumerate(values)
                if value is not None and self._holds((*values[:number], not value, *values[number + 1 :]))
            )
            self._nears[values] = tuple(turned)
        return self._nears[values]

    def _holds(self, values: tuple[bool | None, ...]) -> bool | None:
        return verdict(self.match, lambda leaf: values[self._numbers[leaf]])

    def settle(self, node: Node, values: list[bool | None], *, holds: bool = True) -> None:
        """Fill in the values that follow from the verdict on a node: if `all` holds, each child does."""
        match node:
            case Search() | Filter():
                values[self._numbers[node]] = holds
            case Not():
                self.settle(node.child, values, holds=not holds)
            case All() | Any():
                if isinstance(node, All) is holds:
                    for child in node.children:
                        self.settle(child, values, holds=holds)
            case _:
                message = f"{node.key} was not looked up"
                raise TypeError(message)


def _looked_up(leaf: Leaf) -> Search | Filter:
    if isinstance(leaf, Reference):
        message = f"{leaf.key} was not looked up"
        raise TypeError(message)
    return leaf


def _verdict(value: bool | None) -> Verdict:
    return Verdict.NOT_ASKED if value is None else Verdict.PASSED if value else Verdict.FAILED


def _newest_first(photos: list[ExplainedPhoto]) -> tuple[ExplainedPhoto, ...]:
    return tuple(sorted(photos, key=lambda photo: photo.asset.newest_first()))
