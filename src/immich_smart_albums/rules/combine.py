"""Making one node out of several: a list of values, the options of a mapping."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from immich_smart_albums.rules.nodes import All, Any, Node, Not
from immich_smart_albums.rules.value import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from immich_smart_albums.rules.reading import Reading
    from immich_smart_albums.rules.value import Value


def together(nodes: Iterable[Node | None]) -> Node | None:
    """All of some nodes; None where one of them could not be read."""
    read = every(nodes)
    return None if read is None else read[0] if len(read) == 1 else All(read)


def one_of(nodes: Iterable[Node | None]) -> Node | None:
    """Any of some nodes; None where one of them could not be read."""
    read = every(nodes)
    return None if read is None else read[0] if len(read) == 1 else Any(read)


def any_of(value: Value, reading: Reading, meant: str, read: Callable[[Value], Node | None]) -> Node | None:
    """A value that may be a list, of which any holds; each entry is read by `read`."""
    values = reading.each(value, meant)
    # A list, so that every entry is read and every problem noted.
    return None if values is None else one_of([labelled(read(each), str(each.span)) for each in values])


def options(
    value: Value, reading: Reading, meant: str, readers: Mapping[str, Callable[[Value], Node | None]]
) -> Node | None:
    """A mapping of options that must all hold; each is read by the reader of its word."""
    entries = reading.entries(value, readers, meant)
    if entries is None:
        return None
    if not entries:
        reading.problem(value, f"{meant} is empty", hint=f"It takes {', '.join(readers)}.")
        return None
    return together([labelled(readers[word](entry), str(entry.span)) for word, entry in entries.items()])


def every(nodes: Iterable[Node | None]) -> tuple[Node, ...] | None:
    """The nodes, or None where one of them could not be read."""
    found = tuple(nodes)
    read = tuple(each for each in found if each is not None)
    return read if len(read) == len(found) else None


def labelled(node: Node | None, label: str) -> Node | None:
    """The node with this label wherever it, or a part of it, has none."""
    match node:
        case None:
            return None
        case All() | Any():
            parts = (labelled(child, label) for child in node.children)
            return replace(node, children=tuple(part for part in parts if part is not None), label=node.label or label)
        case Not():
            return replace(node, child=labelled(node.child, label) or node.child, label=node.label or label)
        case _:
            return node if node.label else replace(node, label=label)


def is_none(value: Value) -> bool:
    """Whether a value says "has none": none, null or ~, without quotes."""
    return isinstance(value, Text) and not value.quoted and value.text in {"none", "None", "null", "Null", "NULL", "~"}
