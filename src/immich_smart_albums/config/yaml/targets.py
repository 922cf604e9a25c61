"""Finds the place of an edit in a YAML text, and refuses places that are repeated elsewhere."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.config.yaml.nodes import YamlAlias, YamlMapping, YamlScalar, YamlSequence, descendants
from immich_smart_albums.errors import EditRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.config.yaml.nodes import Layout, Path, PathStep, YamlNode
    from immich_smart_albums.config.yaml.splices import Collection

BY_HAND = "Change it in the text."


@dataclass(frozen=True, slots=True)
class EditTarget:
    """The entry or item that a path leads to, in what it stands in."""

    parent: Collection
    place: int | None
    """Which one it is. None if there is none yet."""


def find_target(layout: Layout, path: Path) -> EditTarget:
    """Returns where a path leads. Raises KeyError if its way ends early, EditRefused if the way leads elsewhere."""
    if layout.root is None:
        raise KeyError(path)
    parent = _collection(layout, layout.root, path[:-1])
    return EditTarget(parent, _place(parent, path[-1]))


def in_words(path: Path) -> str:
    """Returns a path for people, who count from 1: `albums → 1 → match → any → 2`."""
    return " → ".join(str(step + 1) if isinstance(step, int) else step for step in path)


def _collection(layout: Layout, node: YamlNode, way: Path) -> Collection:
    """The list or mapping at a path; refused where a change in it would be one elsewhere as well."""
    for step in (*way, None):
        if isinstance(node, YamlAlias):
            message = f"*{node.anchor} in line {layout.line(node.start)} repeats what is written elsewhere"
            raise EditRefused(message, hint=f"Change it where &{node.anchor} stands, for both, or write it out here.")
        if not isinstance(node, YamlMapping | YamlSequence):
            raise KeyError(step)
        if node.anchor is not None and node.anchor in _repeated(layout):
            raise _repeated_elsewhere(layout, node)
        if step is None:
            return node
        place = _place(node, step)
        if place is None:
            refuse_merged(layout, node, step)
            raise KeyError(step)
        node = value_node(node, place)
    raise KeyError(way)  # never: the last step returns


def _place(parent: Collection, step: str | int) -> int | None:
    if isinstance(parent, YamlSequence):
        return step if isinstance(step, int) and 0 <= step < len(parent.items) else None
    words = [word.text if isinstance(word, YamlScalar) else None for word, _ in parent.entries]
    return words.index(str(step)) if step in words else None


def value_node(parent: Collection, place: int) -> YamlNode:
    """Returns the value of an entry, or an item."""
    return parent.items[place] if isinstance(parent, YamlSequence) else parent.entries[place][1]


def is_last_of_block(parent: Collection) -> bool:
    """Returns whether a list or mapping in block style has one entry only."""
    return not parent.is_flow and len(parent.items if isinstance(parent, YamlSequence) else parent.entries) == 1


def _repeated(layout: Layout) -> frozenset[str]:
    """The anchors that aliases repeat."""
    nodes = descendants(layout.root) if layout.root is not None else ()
    return frozenset(node.anchor for node in nodes if isinstance(node, YamlAlias))


def refuse_repeated(layout: Layout, node: YamlNode) -> None:
    """Refuse to change or to move what is repeated elsewhere."""
    inside = list(descendants(node))
    own = Counter(alias.anchor for alias in inside if isinstance(alias, YamlAlias))
    every = Counter(
        descendant.anchor for descendant in descendants(layout.root or node) if isinstance(descendant, YamlAlias)
    )
    for alias in inside:
        if isinstance(alias, YamlAlias) or alias.anchor is None:
            continue
        if every[alias.anchor] > (0 if alias is node else own[alias.anchor]):
            raise _repeated_elsewhere(layout, alias)


def _repeated_elsewhere(layout: Layout, node: YamlScalar | Collection) -> EditRefused:
    message = f"what is marked &{node.anchor} near line {layout.line(node.start)} is repeated by *{node.anchor}"
    return EditRefused(message, hint=f"A change would hold there as well. {BY_HAND}")


def refuse_merged(layout: Layout, parent: Collection, step: PathStep) -> None:
    """Refuse to change what `<<` brings in: it stands elsewhere. Raises EditRefused."""
    words = [word for word, _ in parent.entries] if isinstance(parent, YamlMapping) else []
    merge = next((word for word in words if isinstance(word, YamlScalar) and word.text == "<<"), None)
    if merge is not None:
        message = f"{step} comes from << in line {layout.line(merge.start)}, and is written elsewhere"
        raise EditRefused(message, hint=BY_HAND)


def aliases(node: YamlNode | None, path: Path = ()) -> Iterator[Path]:
    """Returns where aliases stand."""
    match node:
        case YamlAlias():
            yield path
        case YamlSequence():
            for place, item in enumerate(node.items):
                yield from aliases(item, (*path, place))
        case YamlMapping():
            for word, value in node.entries:
                if isinstance(word, YamlScalar):
                    yield from aliases(value, (*path, word.text))
        case _:
            pass
