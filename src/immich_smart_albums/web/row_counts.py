"""How many photos each row of a rule lets through, by itself and after the rows above it, and what just misses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from immich_smart_albums.config.editing.rows import Row, RowKind, row_id
from immich_smart_albums.model.span import Span
from immich_smart_albums.rules.scope import TIMELINE_ONLY, everything_of, scope_of
from immich_smart_albums.rules.tree import All, Any, Not, Rule, leaves
from immich_smart_albums.selection.run.ranking import newest_first

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.operations.plan.selections import AlbumSelections
    from immich_smart_albums.rules.album import AlbumRule
    from immich_smart_albums.rules.tree import Leaf, Node
    from immich_smart_albums.session.session import Session

MOST_NEAR = 500
"""Photos shown that miss by one row, for each of them."""


def row_nodes(text: str, rows: Sequence[Row], match: Node) -> dict[str, Node]:
    """Returns the part of a rule's tree that each row stands for, by the row's id."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    nodes: dict[str, Node] = {}
    for row in rows:
        start = text.rfind(row.word, 0, row.span[0]) if row.word else row.span[0]
        node = _largest_within(match, range(max(start, 0), max(row.span[1], row.span[0] + 1)), starts)
        if node is not None and row.kind is RowKind.CONDITION and "not" in row.path and isinstance(node, Not):
            node = node.child  # the group around it says "none of these"
        if node is not None:
            nodes[row_id(row.path)] = node
    return nodes


@dataclass(frozen=True, slots=True)
class Group:
    """Photos of a tab that belong together, and what they have in common."""

    words: str
    assets: tuple[Asset, ...]


@dataclass(frozen=True, slots=True)
class Further:
    """What is to be known of a rule beyond its photos."""

    counts: Mapping[str, tuple[int | None, int | None]]
    """For each row, by its id, how many photos it lets through by itself, and at the margin after those above it. None:
    it could not be told."""
    near: tuple[Group, ...]
    """The photos for which one row at the margin alone is wrong, by row."""


def look_further(session: Session, rule: AlbumRule, text: str, rows: Sequence[Row], stop: Stop) -> Further:
    """Ask for each row by itself, and put together from that what rows let through together, and what just misses.

    Raises SmartAlbumsError, and Stopped.
    """
    nodes = row_nodes(text, rows, rule.rule.match)
    margin = [(row, row_id(row.path)) for row in rows if row.depth == 0 and row_id(row.path) in nodes]
    if scope_of(rule.rule.match) != TIMELINE_ONLY:
        # By themselves they would look at the timeline.
        nodes = {id_: All((everything_of(rule.rule.match), node)) for id_, node in nodes.items()}
    names = {node: f"row {number}" for number, node in enumerate(dict.fromkeys(nodes.values()))}
    variants = [replace(rule, name=name, rule=Rule(node)) for node, name in names.items()]
    answers = session.select(variants, certain=False, stop=stop) if variants else {}
    photos_of_rows = {id_: _photos(answers[names[node]]) for id_, node in nodes.items()}
    counts: dict[str, tuple[int | None, int | None]] = {
        id_: (None if photos is None else len(photos), None) for id_, photos in photos_of_rows.items()
    }
    margin_photos = {id_: photos for _, id_ in margin if (photos := photos_of_rows[id_]) is not None}
    if len(margin_photos) < len(margin):
        return Further(counts, ())
    together: set[str] | None = None
    for id_, photos in margin_photos.items():
        together = set(photos) if together is None else together & photos.keys()
        counts[id_] = (len(photos), len(together))
    near = (_near(row.sentence, id_, margin_photos) for row, id_ in margin) if len(margin) > 1 else ()
    return Further(counts, tuple(group for group in near if group.assets))


def _photos(answer: AlbumSelections) -> Mapping[str, Asset] | None:
    """What a row lets through, what waits for Immich included. None if some account could not be asked."""
    if answer.problems:
        return None
    return {asset.id: asset for selection in answer.selections.values() for asset in selection.assets}


def _near(sentence: str, id_: str, photos: Mapping[str, Mapping[str, Asset]]) -> Group:
    """What all other rows let through, and this one does not."""
    others = [nodes for other, nodes in photos.items() if other != id_]
    smallest = min(others, key=len)
    left = [asset for key, asset in smallest.items() if key not in photos[id_] and all(key in ids for ids in others)]
    return Group(sentence, tuple(newest_first(left)[:MOST_NEAR]))


def _largest_within(node: Node, place: range, starts: Sequence[int]) -> Node | None:
    """The largest part of a tree of which every leaf stands at a place in the text."""
    inside = [_offset(leaf, starts) in place for leaf in leaves(node)]
    if all(inside):
        return node
    if not any(inside):
        return None
    match node:
        case Not():
            return _largest_within(node.child, place, starts)
        case All() | Any():
            parts = [part for child in node.children if (part := _largest_within(child, place, starts)) is not None]
            if len(parts) == 1:
                return parts[0]
            return type(node)(tuple(parts)) if parts else None
        case _:
            return None


def _offset(leaf: Leaf, starts: Sequence[int]) -> int:
    origin = leaf.origin
    if not isinstance(origin, Span) or origin.line > len(starts):
        return -1
    return starts[origin.line - 1] + origin.column - 1
