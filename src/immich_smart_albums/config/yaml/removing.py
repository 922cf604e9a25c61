"""Removes entries and items from a YAML text. Their comments stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.config.yaml.nodes import YamlMapping
from immich_smart_albums.config.yaml.splices import Splice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from immich_smart_albums.config.yaml.splices import Collection, EntryRange, Pieces


def remove(pieces: Pieces, parent: Collection, index: int) -> list[Splice]:
    """Returns the splices that remove an entry or an item. Its comments stay."""
    units = pieces.entry_ranges(parent)
    if parent.is_flow:
        return _remove_from_flow(pieces, parent, units, index)
    unit = units[index]
    column = pieces.layout.column(unit.start)
    if len(units) == 1:
        empty = "{}" if isinstance(parent, YamlMapping) else "[]"
        return [pieces.with_comments(parent, [empty], column)]
    line_start, line_end = pieces.layout.line_start(unit.start), pieces.layout.line_end(unit.end)
    if not pieces.text[line_start : unit.start].strip():
        comments = pieces.comments(unit.start, line_end, column)
        return [
            Splice(line_start, min(line_end + 1, len(pieces.text)), "".join(f"{comment}\n" for comment in comments))
        ]
    following = units[index + 1].start
    comments = pieces.comments(unit.start, following, column)
    if not comments:
        return [Splice(unit.start, following, "")]
    start = len(pieces.text[: unit.start].rstrip(" "))
    return [Splice(start, following, "\n" + "\n".join(comments) + "\n" + " " * column)]


def _remove_from_flow(pieces: Pieces, parent: Collection, units: Sequence[EntryRange], index: int) -> list[Splice]:
    unit = units[index]
    comments = pieces.comments(unit.start, unit.end, pieces.layout.column(unit.start))
    comma = pieces.comma(unit.end, parent.end)
    if index + 1 < len(units) and "\n" not in pieces.text[unit.start : units[index + 1].start]:
        return [Splice(unit.start, units[index + 1].start, "")]
    before = units[index - 1] if index else None
    if index + 1 == len(units) and before and "\n" not in pieces.text[before.end : unit.end]:
        return [Splice(before.end, unit.end, "")]
    end = unit.end if comma is None else comma + 1
    line_start, line_end = pieces.layout.line_start(unit.start), pieces.layout.line_end(end)
    is_alone = not pieces.text[line_start : unit.start].strip() and not pieces.text[end:line_end].strip()
    if is_alone:
        return [
            Splice(line_start, min(line_end + 1, len(pieces.text)), "".join(f"{comment}\n" for comment in comments))
        ]
    own = Splice(unit.start, unit.end, pieces.comments_in_flow(unit.start, unit.end))
    return [own] if comma is None else [own, Splice(comma, comma + 1, "")]
