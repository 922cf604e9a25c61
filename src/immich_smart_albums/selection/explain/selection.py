"""Explains a whole selection from the records that its searches returned, without another request.

Each photo gets what is known of each leaf of its rule, and the places that it has in rankings. Photos that a single
leaf keeps out are near misses of that leaf. What was not read is not known: of a search that the server made, photos
that it did not find were never seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from immich_smart_albums.rules.tree import All, Any, Filter, Not, Reference, Search, signed_leaves, verdict
from immich_smart_albums.selection.explain.explain import Verdict
from immich_smart_albums.selection.explain.leaf_facts import LeafFacts
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
    """What it asks for."""
    origin: str
    """Where it stands: a place in a file, or a flag."""
    is_negated: bool
    """Whether photos are in because it does not hold."""
    holding: int
    """For how many of the photos that were looked at it is known to hold."""
    failing: int
    """For how many it is known not to hold."""


@dataclass(frozen=True, slots=True)
class ExplainedPhoto:
    """One photo, and what each leaf says of it."""

    asset: Asset
    verdicts: tuple[Verdict, ...]
    """Of each leaf, in the order of `SelectionExplanation.leaves`."""
    ranks: tuple[int | None, ...]
    """Its place in the ranking or capped search that a leaf is, from 1."""
    near: tuple[int, ...] = ()
    """The leaves that each alone keep it out."""
    is_cut: bool = False
    """Whether it matches, and only the rule's limit, or its split, leaves it out."""


@dataclass(frozen=True, slots=True)
class SelectionExplanation:
    """Why one account's rule selects what it does."""

    leaves: tuple[ExplainedLeaf, ...]
    selected: tuple[ExplainedPhoto, ...]
    """In the order of the selection."""
    cut: tuple[ExplainedPhoto, ...]
    """What matches and is left out by the limit or the split, newest first."""
    near_misses: Mapping[int, tuple[ExplainedPhoto, ...]]
    """By the number of the leaf that alone keeps them out, newest first."""
    looked_at: int
    """How many photos were looked at."""

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
        tree = _Tree(match, tuple(leaves))
        facts = LeafFacts(self.evidence)
        chosen = {asset.id for asset in selection.assets}
        waiting = {asset.id for assets in selection.waiting.values() for asset in assets}
        counts = [[0, 0] for _ in leaves]
        photos: dict[str, ExplainedPhoto] = {}
        misses: dict[int, list[ExplainedPhoto]] = {}
        cut: list[ExplainedPhoto] = []
        seen = self._seen()
        for asset_id, asset in seen.items():
            facts_of_leaves = [facts.of(leaf, asset_id) for leaf in tree.leaves]
            values = [None if fact is None else fact.holds for fact in facts_of_leaves]
            is_match = asset_id in self.evidence.matching
            if is_match:
                tree.settle(match, values)
            for count, value in zip(counts, values, strict=True):
                if value is not None:
                    count[not value] += 1
            near = () if is_match else tree.near(tuple(values))
            ranks = tuple(None if fact is None else fact.rank for fact in facts_of_leaves)
            is_cut = is_match and asset_id not in chosen and asset_id not in waiting
            photo = ExplainedPhoto(asset, tuple(map(_verdict, values)), ranks, near, is_cut)
            photos[asset_id] = photo
            for number in near:
                misses.setdefault(number, []).append(photo)
            if photo.is_cut:
                cut.append(photo)
        return SelectionExplanation(
            tuple(
                ExplainedLeaf(query_text(leaf, self.name_of), str(leaf.origin or ""), negated, *count)
                for (leaf, negated), count in zip(leaves.items(), counts, strict=True)
            ),
            tuple(photos[asset.id] for asset in selection.assets),
            _newest_first(cut),
            {number: _newest_first(misses[number]) for number in sorted(misses)},
            len(seen),
        )

    def _seen(self) -> dict[str, Asset]:
        """Every photo that the searches which feed the rule found, and looked at."""
        seen = dict(self.evidence.matching)
        for branch in self.evidence.plan.branches:
            result = self.evidence.results.results[branch.driver]
            seen |= result.assets
            seen |= {asset_id: rejected.asset for asset_id, rejected in result.rejected.items()}
        return seen


@dataclass(slots=True)
class _Tree:
    """A rule's tree, over the values of its leaves; None stands for what is not known."""

    match: Node
    leaves: tuple[Search | Filter, ...]
    _numbers: dict[Leaf, int] = field(default_factory=dict)
    _nears: dict[tuple[bool | None, ...], tuple[int, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._numbers = {leaf: number for number, leaf in enumerate(self.leaves)}

    def near(self, values: tuple[bool | None, ...]) -> tuple[int, ...]:
        """Returns the leaves of which each alone, with the other answer, would make the tree hold."""
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
        """Fill in what must be so for a node to hold, or not to hold: all parts of "all", none of "any"."""
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
