"""One edit of a YAML text as the pieces of text that it replaces: the smallest ones, in the style of what is around."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.config.yaml.emit import BlockStyle, Word, block, entry, flow, item, key, scalar
from immich_smart_albums.config.yaml.nodes import AliasNode, MappingNode, ScalarNode, SequenceNode, descendants

if TYPE_CHECKING:
    from collections.abc import Sequence

    from immich_smart_albums.config.yaml.emit import Plain
    from immich_smart_albums.config.yaml.nodes import Layout, Node

Collection = MappingNode | SequenceNode


@dataclass(frozen=True, slots=True)
class Splice:
    """A range of the text, and what it becomes."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Unit:
    """One entry of a mapping, or one item of a list, with all that belongs to it."""

    start: int
    """Of its key, or of its dash."""
    end: int
    value: Node


class Splicer:
    """Edits one laid out text."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._text = layout.text
        self._style = _block_style(layout)

    # -- replacing ---------------------------------------------------------------------------------------------------

    def replace(self, parent: Collection, place: int, value: Plain) -> list[Splice]:
        """Another value in place of that of an entry or an item."""
        unit = self._units(parent)[place]
        node = unit.value
        if parent.is_flow or (self._is_inline(node) and not self._needs_block(value)):
            short = self._lead(node) + self._like(node, value)
            if parent.is_flow:
                return [Splice(node.start, node.end, short + self._comments_in_flow(node.start, node.end))]
            kept = self._comments(node.start, node.end, self._layout.column(unit.start))
            below = self._lines_after(self._layout.line_end(node.end), kept) if kept else []
            return [Splice(node.start, node.end, short), *below]
        if isinstance(parent, SequenceNode):
            return [self._in_place(node, value)]
        colon = self._colon(parent, place)
        if self._layout.line_start(node.start) == self._layout.line_start(colon) and not self._needs_block(value):
            return [self._in_place(node, value)]
        if self._needs_block(value):
            return self._block_below(parent, colon, node, value)
        # A block becomes a short value beside its key; the comments in it stay.
        first, last = self._layout.line_end(colon) + 1, self._layout.line_end(node.end) + 1
        comments = self._comments(first, last, self._layout.column(node.start))
        after = self._after_anchor(colon, node)
        return [
            Splice(after, after, f" {flow(value)}"),
            Splice(first, last, "".join(f"{comment}\n" for comment in comments)),
        ]

    def _block_below(self, parent: Collection, colon: int, node: Node, value: Plain) -> list[Splice]:
        """A value over several lines below its key, which keeps the comment beside it."""
        is_list = not isinstance(value, dict)
        column = self._layout.column(parent.start) + (self._style.dash_step if is_list else self._style.step)
        lines = [" " * column + line if at == 0 else line for at, line in enumerate(block(value, column, self._style))]
        line_end = self._layout.line_end(colon)
        if node.end <= line_end:
            gap = len(self._text[colon : node.start]) - len(self._text[colon : node.start].lstrip())
            start = node.start - gap
            return [Splice(start, node.end, ""), *self._lines_after(line_end, lines)]
        if node.start <= line_end:  # what begins beside the key and goes on over several lines
            below = self._with_comments(node, lines, column)
            return [Splice(self._after_anchor(colon, node), below.end, f"\n{below.text}")]
        first, last = self._layout.line_start(node.start), self._layout.line_end(node.end)
        lines += self._comments(first, last, column)
        return [Splice(first, last, "\n".join(lines))]

    def _in_place(self, node: Node, value: Plain) -> Splice:
        column = self._layout.column(node.start)
        lines = block(value, column, self._style) if self._needs_block(value) else [flow(value)]
        return self._with_comments(node, lines, column)

    def _with_comments(self, node: Node, lines: list[str], column: int) -> Splice:
        """Lines in place of a node, with the comments in it and beside its end below them."""
        end = self._layout.line_end(node.end) if self._layout.comments_in(node.start, node.end) else node.end
        return Splice(node.start, end, "\n".join([*lines, *self._comments(node.start, end, column)]))

    def _after_anchor(self, colon: int, node: Node) -> int:
        """The place after a colon and the anchor beside it."""
        anchor = None if isinstance(node, AliasNode) else node.anchor
        return colon if anchor is None else self._text.index(f"&{anchor}", colon) + len(anchor) + 1

    def _like(self, node: Node, value: Plain) -> str:
        """A short value, in the quotes of the text before."""
        if isinstance(node, ScalarNode) and isinstance(value, str) and not isinstance(value, Word):
            return scalar(value, node.style if node.style in {"'", '"'} else "")
        return flow(value)

    def _lead(self, node: Node) -> str:
        """The space that is missing where a value is missing."""
        is_missing = isinstance(node, ScalarNode) and node.is_missing
        return " " if is_missing and not self._text[node.start - 1 : node.start].isspace() else ""

    def _is_inline(self, node: Node) -> bool:
        match node:
            case ScalarNode():
                return node.style not in {"|", ">"}
            case MappingNode() | SequenceNode():
                return node.is_flow
            case _:
                return True

    def _needs_block(self, value: Plain) -> bool:
        """Whether a value does not go on one line."""
        short = entry("x", value, 0, self._style)
        return len(short) > 1

    def _comments_in_flow(self, start: int, end: int) -> str:
        """The comments of a range between brackets, for what comes after to stand in a line of its own."""
        column = self._layout.column(start)
        kept = self._comments(start, end, column)
        return "".join([" ", "\n".join(kept).lstrip(), "\n", " " * column]) if kept else ""

    # -- adding ------------------------------------------------------------------------------------------------------

    def add_entry(self, parent: MappingNode, word: str, value: Plain) -> list[Splice]:
        """A new entry at the end of a mapping."""
        if parent.is_flow:
            return self._add_to_flow(parent, f"{key(word)}: {flow(value)}")
        column = self._layout.column(parent.start)
        first, *rest = entry(word, value, column, self._style)
        return self._lines_after(self._layout.line_end(parent.end), [" " * column + first, *rest])

    def insert_item(self, parent: SequenceNode, place: int, value: Plain) -> list[Splice]:
        """A new item before one of a list, or at its end."""
        units = self._units(parent)
        if parent.is_flow:
            if place >= len(units):
                return self._add_to_flow(parent, flow(value))
            return [Splice(units[place].start, units[place].start, f"{flow(value)}, ")]
        column = self._layout.column(parent.start)
        first, *rest = item(value, column, self._style, self._gap(units[0]))
        if place == 0:
            above = "\n".join([first, *rest, " " * column])
            return [Splice(parent.start, parent.start, above)]
        before = units[place - 1]
        lines = [" " * column + first, *rest]
        if len(units) > 1 and self._has_blank_line(units[-2], units[-1]):
            lines = ["", *lines]
        return self._lines_after(self._layout.line_end(before.end), lines)

    def start_file(self, word: str, value: Plain) -> list[Splice]:
        """The first entry of a file that says nothing yet."""
        end = len(self._text)
        lines = entry(word, value, 0, self._style)
        lead = "\n" if self._text and not self._text.endswith("\n") else ""
        return [Splice(end, end, lead + "\n".join(lines) + "\n")]

    def _add_to_flow(self, parent: Collection, text: str) -> list[Splice]:
        units = self._units(parent)
        if not units:
            return [Splice(parent.start + 1, parent.start + 1, text)]
        last = units[-1]
        line_end = self._layout.line_end(last.end)
        has_own_line = not self._text[self._layout.line_start(last.start) : last.start].strip()
        comma = self._comma(last.end, parent.end)
        if not has_own_line or parent.end <= line_end:
            return [Splice(last.end, last.end, f", {text}")]
        if comma is not None and comma > line_end:
            return [Splice(comma + 1, comma + 1, f" {text}")]
        new_line = Splice(line_end, line_end, f"\n{' ' * self._layout.column(last.start)}{text}")
        return [new_line] if comma is not None else [Splice(last.end, last.end, ","), new_line]

    def _lines_after(self, line_end: int, lines: Sequence[str]) -> list[Splice]:
        """Lines below one of the text."""
        return [Splice(line_end, line_end, "\n" + "\n".join(lines))]

    def _gap(self, unit: Unit) -> int:
        """Spaces between a dash and what comes after it."""
        between = self._text[unit.start + 1 : unit.value.start]
        return len(between) if between and between.isspace() and "\n" not in between else 1

    def _has_blank_line(self, one: Unit, other: Unit) -> bool:
        return any(not line.strip() for line in self._text[one.end : other.start].split("\n")[1:-1])

    # -- removing ----------------------------------------------------------------------------------------------------

    def remove(self, parent: Collection, place: int) -> list[Splice]:
        """The text without an entry or an item; comments in it stay."""
        units = self._units(parent)
        if parent.is_flow:
            return self._remove_from_flow(parent, units, place)
        unit = units[place]
        column = self._layout.column(unit.start)
        if len(units) == 1:
            empty = "{}" if isinstance(parent, MappingNode) else "[]"
            return [self._with_comments(parent, [empty], column)]
        line_start, line_end = self._layout.line_start(unit.start), self._layout.line_end(unit.end)
        if not self._text[line_start : unit.start].strip():
            kept = self._comments(unit.start, line_end, column)
            return [Splice(line_start, min(line_end + 1, len(self._text)), "".join(f"{each}\n" for each in kept))]
        following = units[place + 1].start
        kept = self._comments(unit.start, following, column)
        if not kept:
            return [Splice(unit.start, following, "")]
        start = len(self._text[: unit.start].rstrip(" "))
        return [Splice(start, following, "\n" + "\n".join(kept) + "\n" + " " * column)]

    def _remove_from_flow(self, parent: Collection, units: Sequence[Unit], place: int) -> list[Splice]:
        unit = units[place]
        kept = self._comments(unit.start, unit.end, self._layout.column(unit.start))
        comma = self._comma(unit.end, parent.end)
        if place + 1 < len(units) and "\n" not in self._text[unit.start : units[place + 1].start]:
            return [Splice(unit.start, units[place + 1].start, "")]
        before = units[place - 1] if place else None
        if place + 1 == len(units) and before and "\n" not in self._text[before.end : unit.end]:
            return [Splice(before.end, unit.end, "")]
        end = unit.end if comma is None else comma + 1
        line_start, line_end = self._layout.line_start(unit.start), self._layout.line_end(end)
        is_alone = not self._text[line_start : unit.start].strip() and not self._text[end:line_end].strip()
        if is_alone:
            return [Splice(line_start, min(line_end + 1, len(self._text)), "".join(f"{each}\n" for each in kept))]
        own = Splice(unit.start, unit.end, self._comments_in_flow(unit.start, unit.end))
        return [own] if comma is None else [own, Splice(comma, comma + 1, "")]

    # -- moving ------------------------------------------------------------------------------------------------------

    def rename(self, parent: MappingNode, place: int, word: str) -> list[Splice]:
        """Another word for an entry."""
        old, _ = parent.entries[place]
        return [Splice(old.start, old.end, key(word))]

    def wrap(self, parent: Collection, place: int, word: str, more: Sequence[Plain]) -> list[Splice]:
        """The value of an entry or an item as the first of a list under a word, with more after it."""
        node = self._units(parent)[place].value
        if parent.is_flow or (self._is_inline(node) and isinstance(parent, SequenceNode)):
            others = "".join(f", {flow(each)}" for each in more)
            return [Splice(node.start, node.start, f"{{{key(word)}: ["), Splice(node.end, node.end, f"{others}]}}")]
        on_key_line = isinstance(parent, MappingNode) and self._layout.line(node.start) == self._layout.line(
            self._colon(parent, place)
        )
        outer, own = self._layout.column(parent.start), self._layout.column(node.start)
        is_level = isinstance(parent, MappingNode) and own <= outer
        column = outer + self._style.step if on_key_line or is_level else own
        dashes = column + self._style.dash_step
        head = f"{key(word)}:\n{' ' * dashes}- "
        added = [line for each in more for line in self._item_lines(each, dashes)]
        if on_key_line:
            start = len(self._text[: node.start].rstrip(" "))
            splices = [Splice(start, node.start, f"\n{' ' * column}{head}")]
        else:
            splices = [Splice(node.start, node.start, " " * (column - own) + head)]
        shift = " " * (dashes + 2 - (outer if on_key_line else own))
        for start in self._layout.starts:
            is_inside = node.start < start <= node.end and bool(
                self._text[start : self._layout.line_end(start)].strip()
            )
            if is_inside:
                splices.append(Splice(start, start, shift))
        return [*splices, *self._lines_after(self._layout.line_end(node.end), added)] if added else splices

    def _item_lines(self, value: Plain, column: int) -> list[str]:
        first, *rest = item(value, column, self._style)
        return [" " * column + first, *rest]

    # -- looking -----------------------------------------------------------------------------------------------------

    def _units(self, parent: Collection) -> list[Unit]:
        if isinstance(parent, MappingNode):
            return [
                Unit(
                    word.start,
                    max(value.end, self._colon(parent, place)) if value.start == value.end else value.end,
                    value,
                )
                for place, (word, value) in enumerate(parent.entries)
            ]
        units: list[Unit] = []
        at = parent.start
        for node in parent.items:
            start = node.start if parent.is_flow else self._dash(at, node)
            units.append(Unit(start, max(node.end, start + (not parent.is_flow)), node))
            at = max(node.end, start + 1)
        return units

    def _dash(self, at: int, node: Node) -> int:
        """Where the dash of an item stands, which comes after a place."""
        comments = [(first, last) for first, last in self._layout.comments if at <= first <= node.start]
        while True:
            found = self._text.find("-", at)
            inside = next((last for first, last in comments if first <= found < last), None)
            if inside is None:
                return found
            at = inside

    def _colon(self, parent: Collection, place: int) -> int:
        """The place after the colon of an entry."""
        word, value = parent.entries[place]  # type: ignore[union-attr]
        found = self._text.find(":", word.end)
        return word.end if found < 0 or found > max(value.start, word.end) else found + 1

    def _comma(self, at: int, end: int) -> int | None:
        """Where the comma after a place stands; None where there is none."""
        comments = self._layout.comments_in(at, end)
        while at < end:
            inside = next((last for first, last in comments if first == at), None)
            if inside is not None:
                at = inside
            elif self._text[at] == ",":
                return at
            elif self._text[at].isspace():
                at += 1
            else:
                return None
        return None

    def _comments(self, start: int, end: int, column: int) -> list[str]:
        """The comments of a range, each a line of its own in a column."""
        return [" " * column + self._text[first:last].rstrip() for first, last in self._layout.comments_in(start, end)]


def _block_style(layout: Layout) -> BlockStyle:
    """How a text indents."""
    steps: list[int] = []
    dashes: list[int] = []
    for node in descendants(layout.root) if layout.root is not None else ():
        if isinstance(node, MappingNode) and not node.is_flow:
            column = layout.column(node.start)
            for _, value in node.entries:
                if isinstance(value, MappingNode | SequenceNode) and not value.is_flow:
                    found = steps if isinstance(value, MappingNode) else dashes
                    found.append(layout.column(value.start) - column)
    step = next((step for step in steps if step > 0), 2)
    dash_step = next((dash for dash in dashes if dash >= 0), step if steps else 2)
    return BlockStyle(step, dash_step)
