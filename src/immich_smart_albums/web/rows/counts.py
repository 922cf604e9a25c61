"""How many photos each row of a rule lets through, alone and after those above it, and which photos just miss."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import filterfalse
from typing import TYPE_CHECKING

from immich_smart_albums.config.editing.rows import Row, RowKind, row_id
from immich_smart_albums.rules.scope import TIMELINE_ONLY, everything_of, scope_of
from immich_smart_albums.rules.tree import All, Any, Not, Rule, leaves
from immich_smart_albums.selection.run.ranking import newest_first
from immich_smart_albums.web.rows.places import RowPlaces, row_places

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.operations.plan.selections import AlbumSelections
    from immich_smart_albums.rules.album import AlbumRule
    from immich_smart_albums.rules.tree import Node
    from immich_smart_albums.session.session import Session

MOST_NEAR = 500
"""Near misses of each row that are shown."""


def row_nodes(text: str, rows: Sequence[Row], match: Node) -> dict[str, Node]:
    """Returns the part of a rule's tree that each row stands for, by the row's id."""
    places = row_places(text, rows)
    nodes: dict[str, Node] = {}
    for row in reversed(rows):  # so that what is in a group comes before it
        node = _of_group(row, rows, nodes) if row.kind is RowKind.GROUP else _of_condition(row, places, match)
        if node is not None:
            nodes[row_id(row.path)] = node
    return dict(reversed(nodes.items()))


def _of_condition(row: Row, places: RowPlaces, match: Node) -> Node | None:
    node = _largest_within(match, places.range(row), places)
    group = places.parent(row)
    if group is not None and group.word == "not" and isinstance(node, Not):
        return node.child  # the group around it says "none of these"
    return node


def _of_group(row: Row, rows: Sequence[Row], nodes: Mapping[str, Node]) -> Node | None:
    """Returns the combination of a group's members. None if the node of some member is not known."""
    members = [nodes.get(row_id(other.path)) for other in members_of(row, rows)]
    parts = tuple(node for node in members if node is not None)
    if not parts or len(parts) < len(members):
        return None
    match row.word:
        case "any":
            return Any(parts)
        case "not":
            return Not(parts[0] if len(parts) == 1 else Any(parts))
        case _:
            return parts[0] if len(parts) == 1 else All(parts)


def members_of(row: Row, rows: Sequence[Row]) -> list[Row]:
    """Returns the rows that a group consists of."""
    size = len(row.path)
    return [other for other in rows if other.depth == row.depth + 1 and other.path[:size] == row.path]


@dataclass(frozen=True, slots=True)
class Group:
    """Photos of a tab that have something in common."""

    words: str
    """What they have in common."""
    assets: tuple[Asset, ...]
    """Those that are shown."""
    more: int = 0
    """Photos beyond those."""

    @property
    def size(self) -> int:
        """How many photos it has."""
        return len(self.assets) + self.more


@dataclass(frozen=True, slots=True)
class RowCounts:
    """How many photos each row of a rule lets through, and the near misses."""

    counts: Mapping[str, tuple[int | None, int | None]]
    """For each row, by its id, how many photos it lets through by itself, and after those above it. None: that is not
    known."""
    near: tuple[Group, ...]
    """For each row that must hold, the photos that fail it alone."""


def count_rows(session: Session, rule: AlbumRule, text: str, rows: Sequence[Row], stop: Stop) -> RowCounts:
    """Select the photos of each row by itself. Returns the counts and near misses that follow from them.

    Raises SmartAlbumsError, and Stopped.
    """
    nodes = row_nodes(text, rows, rule.rule.match)
    if scope_of(rule.rule.match) != TIMELINE_ONLY:
        # By themselves they would look at the timeline.
        nodes = {id_: All((everything_of(rule.rule.match), node)) for id_, node in nodes.items()}
    names = {node: f"row {number}" for number, node in enumerate(dict.fromkeys(nodes.values()))}
    variants = [replace(rule, name=name, rule=Rule(node)) for node, name in names.items()]
    answers = session.select(variants, certain=False, stop=stop) if variants else {}
    photos = {id_: _photos(answers[names[node]]) for id_, node in nodes.items()}
    after = after_rows_above(rows, photos)
    counts = {id_: (None if own is None else len(own), after.get(id_)) for id_, own in photos.items()}
    conjuncts = _conjuncts(rows)
    own_photos = {id_: own for _, id_ in conjuncts if (own := photos.get(id_)) is not None}
    near = (_near(words, id_, own_photos) for words, id_ in conjuncts) if 1 < len(conjuncts) == len(own_photos) else ()
    return RowCounts(counts, tuple(group for group in near if group.assets))


@dataclass(slots=True)
class _Level:
    """A group of rows, while its rows are counted one after another."""

    word: str
    """all, any or not."""
    before: Collection[str] | None
    """The photos that reach it. None: the whole library."""
    now: Collection[str] | None
    """The photos that the rows so far let through. None: the whole library."""
    is_known: bool = True

    def take(self, own: Collection[str] | None) -> int | None:
        """Returns how many photos are left after one more row. None if that is not known."""
        self.is_known = self.is_known and own is not None
        if own is None or not self.is_known:
            return None
        match self.word:
            case "any":
                let_in = set(own) if self.before is None else {id_ for id_ in self.before if id_ in own}
                self.now = let_in.union(self.now or ())
            case "not":
                self.is_known = self.now is not None
                self.now = {id_ for id_ in self.now or () if id_ not in own}
            case _:
                self.now = set(own) if self.now is None else {id_ for id_ in self.now if id_ in own}
        return len(self.now) if self.is_known else None


def after_rows_above(rows: Sequence[Row], photos: Mapping[str, Collection[str] | None]) -> dict[str, int | None]:
    """Returns how many photos are left after each row and those above it, by the rows' ids.

    Within a group only the photos count that reach it. Alternatives add up, and what a group excludes is taken away.
    None where that is not known.
    """
    levels = [_Level("all", None, None)]
    counts: dict[str, int | None] = {}
    for row in rows:
        del levels[row.depth + 1 :]
        level, id_ = levels[-1], row_id(row.path)
        before = level.now if level.word == "all" else level.before
        counts[id_] = level.take(photos.get(id_))
        if row.kind is RowKind.GROUP:
            levels.append(_Level(row.word or "all", before, None if row.word == "any" else before, level.is_known))
    return counts


def _conjuncts(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Returns the words and the id of each row that must hold: the outermost ones, and those of an outermost `all`."""
    conjuncts: list[tuple[str, str]] = []
    depth = 0
    for row in rows:
        if row.depth <= depth and row.kind is RowKind.GROUP and row.word in {"all", ""}:
            depth = row.depth + 1
        elif row.depth <= depth:
            depth = row.depth
            conjuncts.append((_words(row, rows), row_id(row.path)))
    return conjuncts


def _words(row: Row, rows: Sequence[Row]) -> str:
    """Returns what a row says; a group with the rows in it."""
    inside = [member.sentence for member in members_of(row, rows)]
    return f"{row.sentence}: {'; '.join(inside)}" if inside else row.sentence


def _photos(answer: AlbumSelections) -> Mapping[str, Asset] | None:
    """Returns the photos that a row lets through, by id. None if some account could not be asked."""
    if answer.problems:
        return None
    return {asset.id: asset for selection in answer.selections.values() for asset in selection.assets}


def _near(words: str, id_: str, photos: Mapping[str, Mapping[str, Asset]]) -> Group:
    """Returns the photos that all other rows let through, and this one does not."""
    smallest, *others = sorted((own for other, own in photos.items() if other != id_), key=len)
    left: Iterator[str] = filterfalse(photos[id_].__contains__, smallest)
    for own in others:
        left = filter(own.__contains__, left)
    photos_left = newest_first(map(smallest.__getitem__, left))
    return Group(words, tuple(photos_left[:MOST_NEAR]), max(0, len(photos_left) - MOST_NEAR))


def _largest_within(node: Node, place: range, places: RowPlaces) -> Node | None:
    """Returns the largest part of a tree whose leaves all stand in a range of the text. None if no leaf does."""
    inside = [places.offset(leaf.origin) in place for leaf in leaves(node)]
    if all(inside):
        return node
    if not any(inside):
        return None
    match node:
        case Not():
            return _largest_within(node.child, place, places)
        case All() | Any():
            parts = [part for child in node.children if (part := _largest_within(child, place, places)) is not None]
            if len(parts) == 1:
                return parts[0]
            return type(node)(tuple(parts)) if parts else None
        case _:
            return None
