"""Renames entries, and wraps values into lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.config.yaml.emit import flow, item, key
from immich_smart_albums.config.yaml.nodes import YamlMapping, YamlSequence
from immich_smart_albums.config.yaml.splices import Splice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from immich_smart_albums.config.yaml.emit import Plain
    from immich_smart_albums.config.yaml.splices import Collection, Pieces


def rename(parent: YamlMapping, index: int, word: str) -> list[Splice]:
    """Returns the splices that rename an entry."""
    old, _ = parent.entries[index]
    return [Splice(old.start, old.end, key(word))]


def wrap(pieces: Pieces, parent: Collection, index: int, word: str, more: Sequence[Plain]) -> list[Splice]:
    """Returns the splices that put a value into a list under a word, with more values after it."""
    node = pieces.entry_ranges(parent)[index].value
    if parent.is_flow or (pieces.is_inline(node) and isinstance(parent, YamlSequence)):
        others = "".join(f", {flow(other)}" for other in more)
        return [Splice(node.start, node.start, f"{{{key(word)}: ["), Splice(node.end, node.end, f"{others}]}}")]
    on_key_line = isinstance(parent, YamlMapping) and pieces.layout.line(node.start) == pieces.layout.line(
        pieces.colon(parent, index)
    )
    outer, own = pieces.layout.column(parent.start), pieces.layout.column(node.start)
    is_level = isinstance(parent, YamlMapping) and own <= outer
    column = outer + pieces.style.step if on_key_line or is_level else own
    dashes = column + pieces.style.dash_step
    head = f"{key(word)}:\n{' ' * dashes}- "
    added = [line for other in more for line in _item_lines(pieces, other, dashes)]
    if on_key_line:
        start = len(pieces.text[: node.start].rstrip(" "))
        splices = [Splice(start, node.start, f"\n{' ' * column}{head}")]
    else:
        splices = [Splice(node.start, node.start, " " * (column - own) + head)]
    shift = " " * (dashes + 2 - (outer if on_key_line else own))
    for start in pieces.layout.starts:
        is_inside = node.start < start <= node.end and bool(pieces.text[start : pieces.layout.line_end(start)].strip())
        if is_inside:
            splices.append(Splice(start, start, shift))
    return [*splices, *pieces.lines_after(pieces.layout.line_end(node.end), added)] if added else splices


def _item_lines(pieces: Pieces, value: Plain, column: int) -> list[str]:
    first, *rest = item(value, column, pieces.style)
    return [" " * column + first, *rest]
