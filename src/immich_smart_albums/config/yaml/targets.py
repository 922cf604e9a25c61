"""Finds the target of an edit in a YAML text, and refuses targets that aliases repeat."""

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
    """An entry or item of a mapping or list."""

    parent: Collection
    index: int | None
    """Its index. None if it does not exist yet."""


def find_target(layout: Layout, path: Path) -> EditTarget:
    """Returns the target of a path. Raises KeyError if it has no parent, EditRefused if an alias is on the way."""
    if layout.root is None:
        raise KeyError(path)
    parent = _collection(layout, layout.root, path[:-1])
    return EditTarget(parent, _place(parent, path[-1]))


def in_words(path: Path) -> str:
    """Returns a path for people, who count from 1: `albums → 1 → match → any → 2`."""
    return " → ".join(str(step + 1) if isinstance(step, int) else step for step in path)


def _collection(layout: Layout, node: YamlNode, way: Path) -> Collection:
    """Returns the list or mapping at a path. Raises EditRefused if a change in it would be one elsewhere, too."""
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
        index = _place(node, step)
        if index is None:
            refuse_merged(layout, node, step)
            raise KeyError(step)
        node = value_node(node, index)
    raise KeyError(way)  # never: the last step returns


def _place(parent: Collection, step: str | int) -> int | None:
    if isinstance(parent, YamlSequence):
        return step if isinstance(step, int) and 0 <= step < len(parent.items) else None
    words = [word.text if isinstance(word, YamlScalar) else None for word, _ in parent.entries]
    return words.index(str(step)) if step in words else None


def value_node(parent: Collection, index: int) -> YamlNode:
    """Returns the value of an entry, or an item."""
    return parent.items[index] if isinstance(parent, YamlSequence) else parent.entries[index][1]


def is_last_of_block(parent: Collection) -> bool:
    """Returns whether a list or mapping is in block style and has only one entry."""
    return not parent.is_flow and len(parent.items if isinstance(parent, YamlSequence) else parent.entries) == 1


def _repeated(layout: Layout) -> frozenset[str]:
    """Returns the anchors that aliases repeat."""
    nodes = descendants(layout.root) if layout.root is not None else ()
    return frozenset(node.anchor for node in nodes if isinstance(node, YamlAlias))


def refuse_repeated(layout: Layout, node: YamlNode) -> None:
    """Raise EditRefused if an alias elsewhere repeats a node, or a part of it."""
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
    """Raise EditRefused for an entry that `<<` merges: it is written elsewhere."""
    words = [word for word, _ in parent.entries] if isinstance(parent, YamlMapping) else []
    merge = next((word for word in words if isinstance(word, YamlScalar) and word.text == "<<"), None)
    if merge is not None:
        message = f"{step} comes from << in line {layout.line(merge.start)}, and is written elsewhere"
        raise EditRefused(message, hint=BY_HAND)


def aliases(node: YamlNode | None, path: Path = ()) -> Iterator[Path]:
    """Yields the paths of aliases."""
    match node:
        case YamlAlias():
            yield path
        case YamlSequence():
            for index, item in enumerate(node.items):
                yield from aliases(item, (*path, index))
        case YamlMapping():
            for word, value in node.entries:
                if isinstance(word, YamlScalar):
                    yield from aliases(value, (*path, word.text))
        case _:
            pass
