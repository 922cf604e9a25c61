"""How many photos each row of a rule lets through: by itself, and after the rows above it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from immich_smart_albums.config.editing.rows import Row, RowKind, row_id
from immich_smart_albums.model.span import Span
from immich_smart_albums.rules.tree import All, Any, Not, Rule, leaves

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.rules.album import AlbumRule
    from immich_smart_albums.rules.tree import Leaf, Node
    from immich_smart_albums.session.session import Session


def row_nodes(text: str, rows: Sequence[Row], match: Node) -> dict[str, Node]:
    """The part of a rule's tree that each row stands for, by the row's id."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    found: dict[str, Node] = {}
    for row in rows:
        start = text.rfind(row.word, 0, row.span[0]) if row.word else row.span[0]
        node = _largest_within(match, range(max(start, 0), max(row.span[1], row.span[0] + 1)), starts)
        if node is not None and row.kind is RowKind.CONDITION and "not" in row.path and isinstance(node, Not):
            node = node.child  # the group around it says "none of these"
        if node is not None:
            found[row_id(row.path)] = node
    return found


def row_counts(
    session: Session, rule: AlbumRule, text: str, rows: Sequence[Row], stop: Stop
) -> Mapping[str, tuple[int | None, int | None]]:
    """For each row, by its id, how many it lets through by itself, and of those at the margin, after those above.

    None: it could not be told. Raises SmartAlbumsError, and Stopped.
    """
    nodes = row_nodes(text, rows, rule.rule.match)
    asked = {f"own {id_}": node for id_, node in nodes.items()}
    above: list[Node] = []
    for row in rows:
        id_ = row_id(row.path)
        if row.depth == 0 and id_ in nodes:
            above.append(nodes[id_])
            asked[f"after {id_}"] = All(tuple(above)) if len(above) > 1 else nodes[id_]
    variants = [replace(rule, name=name, rule=Rule(node)) for name, node in asked.items()]
    answers = session.select(variants, stop=stop) if variants else {}
    counts = {name: None if answer.problems else len(answer.selected) for name, answer in answers.items()}
    return {id_: (counts.get(f"own {id_}"), counts.get(f"after {id_}")) for id_ in nodes}


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
