"""Replaces values in a YAML text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from immich_smart_albums.config.yaml.emit import Unquoted, block, flow, scalar
from immich_smart_albums.config.yaml.nodes import YamlAlias, YamlScalar, YamlSequence
from immich_smart_albums.config.yaml.splices import Splice

if TYPE_CHECKING:
    from immich_smart_albums.config.yaml.emit import Plain
    from immich_smart_albums.config.yaml.nodes import YamlNode
    from immich_smart_albums.config.yaml.splices import Collection, Pieces


def replace(pieces: Pieces, parent: Collection, index: int, value: Plain) -> list[Splice]:
    """Returns the splices that replace the value of an entry or an item."""
    unit = pieces.entry_ranges(parent)[index]
    node = unit.value
    if parent.is_flow or (pieces.is_inline(node) and not pieces.needs_block(value)):
        short = _lead(pieces, node) + _like(node, value)
        if parent.is_flow:
            return [Splice(node.start, node.end, short + pieces.comments_in_flow(node.start, node.end))]
        kept_comments = pieces.comments(node.start, node.end, pieces.layout.column(unit.start))
        below = pieces.lines_after(pieces.layout.line_end(node.end), kept_comments) if kept_comments else []
        return [Splice(node.start, node.end, short), *below]
    if isinstance(parent, YamlSequence):
        return [_in_place(pieces, node, value)]
    colon = pieces.colon(parent, index)
    if pieces.layout.line_start(node.start) == pieces.layout.line_start(colon) and not pieces.needs_block(value):
        return [_in_place(pieces, node, value)]
    if pieces.needs_block(value):
        return _block_below(pieces, parent, colon, node, value)
    # A block becomes a short value beside its key; the comments in it stay.
    first, last = pieces.layout.line_end(colon) + 1, pieces.layout.line_end(node.end) + 1
    comments = pieces.comments(first, last, pieces.layout.column(node.start))
    after = _after_anchor(pieces, colon, node)
    return [
        Splice(after, after, f" {flow(value)}"),
        Splice(first, last, "".join(f"{comment}\n" for comment in comments)),
    ]


def _block_below(pieces: Pieces, parent: Collection, colon: int, node: YamlNode, value: Plain) -> list[Splice]:
    """Returns the splices for a value of several lines below its key. The comment beside the key stays."""
    step = pieces.style.step if isinstance(value, Mapping) else pieces.style.dash_step
    column = pieces.layout.column(parent.start) + step
    lines = [
        " " * column + line if number == 0 else line for number, line in enumerate(block(value, column, pieces.style))
    ]
    line_end = pieces.layout.line_end(colon)
    if node.end <= line_end:
        gap = len(pieces.text[colon : node.start]) - len(pieces.text[colon : node.start].lstrip())
        start = node.start - gap
        return [Splice(start, node.end, ""), *pieces.lines_after(line_end, lines)]
    if node.start <= line_end:  # what begins beside the key and goes on over several lines
        below = pieces.with_comments(node, lines, column)
        return [Splice(_after_anchor(pieces, colon, node), below.end, f"\n{below.text}")]
    first, last = pieces.layout.line_start(node.start), pieces.layout.line_end(node.end)
    lines += pieces.comments(first, last, column)
    return [Splice(first, last, "\n".join(lines))]


def _in_place(pieces: Pieces, node: YamlNode, value: Plain) -> Splice:
    column = pieces.layout.column(node.start)
    lines = block(value, column, pieces.style) if pieces.needs_block(value) else [flow(value)]
    return pieces.with_comments(node, lines, column)


def _after_anchor(pieces: Pieces, colon: int, node: YamlNode) -> int:
    """Returns the offset after a colon and the anchor beside it."""
    anchor = None if isinstance(node, YamlAlias) else node.anchor
    return colon if anchor is None else pieces.text.index(f"&{anchor}", colon) + len(anchor) + 1


def _like(node: YamlNode, value: Plain) -> str:
    """Returns a short value, in the same quotes as the text before."""
    if isinstance(node, YamlScalar) and isinstance(value, str) and not isinstance(value, Unquoted):
        return scalar(value, node.style if node.style in {"'", '"'} else "")
    return flow(value)


def _lead(pieces: Pieces, node: YamlNode) -> str:
    """Returns the space that is missing before a value that is missing."""
    is_missing = isinstance(node, YamlScalar) and node.is_missing
    return " " if is_missing and not pieces.text[node.start - 1 : node.start].isspace() else ""
