"""Splices, and the parts of a YAML text that they are made with: entries, dashes, commas, comments, lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.config.yaml.emit import BlockStyle, entry
from immich_smart_albums.config.yaml.nodes import YamlMapping, YamlScalar, YamlSequence, descendants

if TYPE_CHECKING:
    from collections.abc import Sequence

    from immich_smart_albums.config.yaml.emit import Plain
    from immich_smart_albums.config.yaml.nodes import Layout, YamlNode

Collection = YamlMapping | YamlSequence


@dataclass(frozen=True, slots=True)
class Splice:
    """A range of the text, and its replacement."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class EntryRange:
    """The range of an entry of a mapping, or of an item of a list."""

    start: int
    """The offset of its key, or of its dash."""
    end: int
    value: YamlNode


class Pieces:
    """The parts of a text, for one edit of it."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.text = layout.text
        self.style = _block_style(layout)

    def needs_block(self, value: Plain) -> bool:
        """Returns whether a value needs several lines."""
        short = entry("x", value, 0, self.style)
        return len(short) > 1

    def is_inline(self, node: YamlNode) -> bool:
        """Returns whether a value is beside its key or dash, and no block."""
        match node:
            case YamlScalar():
                return node.style not in {"|", ">"}
            case YamlMapping() | YamlSequence():
                return node.is_flow
            case _:
                return True

    def entry_ranges(self, parent: Collection) -> list[EntryRange]:
        """Returns the entries or items, each with its range."""
        if isinstance(parent, YamlMapping):
            return [
                EntryRange(
                    word.start,
                    max(value.end, self.colon(parent, index)) if value.start == value.end else value.end,
                    value,
                )
                for index, (word, value) in enumerate(parent.entries)
            ]
        units: list[EntryRange] = []
        position = parent.start
        for node in parent.items:
            start = node.start if parent.is_flow else self._dash(position, node)
            units.append(EntryRange(start, max(node.end, start + (not parent.is_flow)), node))
            position = max(node.end, start + 1)
        return units

    def colon(self, parent: Collection, index: int) -> int:
        """Returns the offset after the colon of an entry."""
        word, value = parent.entries[index]  # type: ignore[union-attr]
        colon = self.text.find(":", word.end)
        return word.end if colon < 0 or colon > max(value.start, word.end) else colon + 1

    def comma(self, position: int, end: int) -> int | None:
        """Returns the offset of the comma after a position. None if there is none."""
        comments = self.layout.comments_in(position, end)
        while position < end:
            inside = next((last for first, last in comments if first == position), None)
            if inside is not None:
                position = inside
            elif self.text[position] == ",":
                return position
            elif self.text[position].isspace():
                position += 1
            else:
                return None
        return None

    def gap(self, unit: EntryRange) -> int:
        """Returns the number of spaces after the dash of an item."""
        between = self.text[unit.start + 1 : unit.value.start]
        return len(between) if between and between.isspace() and "\n" not in between else 1

    def comments(self, start: int, end: int, column: int) -> list[str]:
        """Returns the comments of a range as lines, indented to a column."""
        return [" " * column + self.text[first:last].rstrip() for first, last in self.layout.comments_in(start, end)]

    def comments_in_flow(self, start: int, end: int) -> str:
        """Returns the comments of a range between brackets, so that what follows is on a line of its own."""
        column = self.layout.column(start)
        comments = self.comments(start, end, column)
        return "".join([" ", "\n".join(comments).lstrip(), "\n", " " * column]) if comments else ""

    def with_comments(self, node: YamlNode, lines: list[str], column: int) -> Splice:
        """Returns the splice that replaces a node by lines; the comments in it, and beside its end, come below them."""
        end = self.layout.line_end(node.end) if self.layout.comments_in(node.start, node.end) else node.end
        return Splice(node.start, end, "\n".join([*lines, *self.comments(node.start, end, column)]))

    def lines_after(self, line_end: int, lines: Sequence[str]) -> list[Splice]:
        """Returns the splices that add lines below a line."""
        return [Splice(line_end, line_end, "\n" + "\n".join(lines))]

    def _dash(self, position: int, node: YamlNode) -> int:
        """Returns the offset of the dash of an item, after a position."""
        comments = [(first, last) for first, last in self.layout.comments if position <= first <= node.start]
        while True:
            dash = self.text.find("-", position)
            inside = next((last for first, last in comments if first <= dash < last), None)
            if inside is None:
                return dash
            position = inside


def _block_style(layout: Layout) -> BlockStyle:
    """Returns the indentation of a text."""
    steps: list[int] = []
    dashes: list[int] = []
    for node in descendants(layout.root) if layout.root is not None else ():
        if isinstance(node, YamlMapping) and not node.is_flow:
            column = layout.column(node.start)
            for _, value in node.entries:
                if isinstance(value, YamlMapping | YamlSequence) and not value.is_flow:
                    columns = steps if isinstance(value, YamlMapping) else dashes
                    columns.append(layout.column(value.start) - column)
    step = next((step for step in steps if step > 0), 2)
    dash_step = next((dash for dash in dashes if dash >= 0), step if steps else 2)
    return BlockStyle(step, dash_step)
