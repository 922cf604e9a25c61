"""Adds entries and items to a YAML text, in the style of their neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.config.yaml.emit import entry, flow, item, key
from immich_smart_albums.config.yaml.splices import Splice

if TYPE_CHECKING:
    from immich_smart_albums.config.yaml.emit import Plain
    from immich_smart_albums.config.yaml.nodes import YamlMapping, YamlSequence
    from immich_smart_albums.config.yaml.splices import Collection, EntryRange, Pieces


def add_entry(pieces: Pieces, parent: YamlMapping, word: str, value: Plain) -> list[Splice]:
    """Returns the splices that add an entry at the end of a mapping."""
    if parent.is_flow:
        return _add_to_flow(pieces, parent, f"{key(word)}: {flow(value)}")
    column = pieces.layout.column(parent.start)
    first, *rest = entry(word, value, column, pieces.style)
    return pieces.lines_after(pieces.layout.line_end(parent.end), [" " * column + first, *rest])


def insert_item(pieces: Pieces, parent: YamlSequence, index: int, value: Plain) -> list[Splice]:
    """Returns the splices that insert an item before another one of a list, or at its end."""
    units = pieces.entry_ranges(parent)
    if parent.is_flow:
        if index >= len(units):
            return _add_to_flow(pieces, parent, flow(value))
        return [Splice(units[index].start, units[index].start, f"{flow(value)}, ")]
    column = pieces.layout.column(parent.start)
    first, *rest = item(value, column, pieces.style, pieces.gap(units[0]))
    if index == 0:
        above = "\n".join([first, *rest, " " * column])
        return [Splice(parent.start, parent.start, above)]
    before = units[index - 1]
    lines = [" " * column + first, *rest]
    if len(units) > 1 and _has_blank_line(pieces, units[-2], units[-1]):
        lines = ["", *lines]
    return pieces.lines_after(pieces.layout.line_end(before.end), lines)


def start_file(pieces: Pieces, word: str, value: Plain) -> list[Splice]:
    """Returns the splices that add the first entry of a file."""
    end = len(pieces.text)
    lines = entry(word, value, 0, pieces.style)
    lead = "\n" if pieces.text and not pieces.text.endswith("\n") else ""
    return [Splice(end, end, lead + "\n".join(lines) + "\n")]


def _add_to_flow(pieces: Pieces, parent: Collection, text: str) -> list[Splice]:
    units = pieces.entry_ranges(parent)
    if not units:
        return [Splice(parent.start + 1, parent.start + 1, text)]
    last = units[-1]
    line_end = pieces.layout.line_end(last.end)
    has_own_line = not pieces.text[pieces.layout.line_start(last.start) : last.start].strip()
    comma = pieces.comma(last.end, parent.end)
    if not has_own_line or parent.end <= line_end:
        return [Splice(last.end, last.end, f", {text}")]
    if comma is not None and comma > line_end:
        return [Splice(comma + 1, comma + 1, f" {text}")]
    new_line = Splice(line_end, line_end, f"\n{' ' * pieces.layout.column(last.start)}{text}")
    return [new_line] if comma is not None else [Splice(last.end, last.end, ","), new_line]


def _has_blank_line(pieces: Pieces, one: EntryRange, other: EntryRange) -> bool:
    return any(not line.strip() for line in pieces.text[one.end : other.start].split("\n")[1:-1])
