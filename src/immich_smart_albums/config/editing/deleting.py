"""Deletes an album from a rules file: its lines and its comments. Everything else stays as it is.

Its comments are those in its lines, beside them, and directly above its dash in the same column. The result is proved,
as that of every edit: it means what the old text means without the album, and no other comment is lost.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from immich_smart_albums.config.yaml.data import Remove, edited, load, same
from immich_smart_albums.config.yaml.nodes import YamlAlias, YamlMapping, YamlSequence, descendants, lay_out
from immich_smart_albums.config.yaml.patch import patch
from immich_smart_albums.config.yaml.splices import Pieces
from immich_smart_albums.config.yaml.targets import BY_HAND, find_target
from immich_smart_albums.errors import ConfigurationError, EditRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from immich_smart_albums.config.yaml.nodes import Layout, YamlNode

_Lines = tuple[int, int]
"""The index of the first line, and that of the line after the last."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """A rules file without one of its albums."""

    text: str
    gone: str
    """The deleted lines. Empty if they held other things, too."""


def delete_album(text: str, index: int) -> Deletion:
    """Returns a file without one of its albums. Without its last album it has no `albums` either.

    Raises EditRefused, and ConfigurationError if the text is no YAML.
    """
    data, layout = load(text), lay_out(text)
    try:
        target = find_target(layout, ("albums", index))
    except KeyError:
        target = None
    if target is None or target.index is None or not isinstance(albums := target.parent, YamlSequence):
        raise EditRefused("this album is not in the file any more", hint="Look at the file again.")
    unit = Pieces(layout).entry_ranges(albums)[index]
    _refuse_used_elsewhere(layout, unit.value)
    is_last = len(albums.items) == 1
    edit = Remove(("albums",)) if is_last else Remove(("albums", index))
    own = _own_lines(layout, unit.start, unit.end)
    if albums.is_flow or own is None:
        return Deletion(patch(text, [edit]).text, "")
    ranges = [own]
    head = _line_of_list(layout)
    if is_last and head < own[0]:
        ranges.insert(0, (head, head + 1))
    for cut in (_with_empty_lines(layout, ranges, head), ranges):
        left = _without(text, layout, cut, head if is_last else None)
        if _is_proved(layout, left, edited(data, edit), own):
            return Deletion(left, _joined(text, layout, own))
    message = f"line {own[0] + 1} is written in a way in which it cannot be taken out without touching anything else"
    raise EditRefused(message, hint=BY_HAND)


def _refuse_used_elsewhere(layout: Layout, album: YamlNode) -> None:
    """Raise EditRefused if something else in the file repeats a part of an album."""
    inside = list(descendants(album))
    marked = {node.anchor: node for node in inside if not isinstance(node, YamlAlias) and node.anchor}
    for node in descendants(layout.root or album):
        if isinstance(node, YamlAlias) and node.anchor in marked and not any(node is own for own in inside):
            defined, used = layout.line(marked[node.anchor].start), layout.line(node.start)
            message = (
                f"what this album marks as &{node.anchor} near line {defined} is used by *{node.anchor} in line {used}"
            )
            raise EditRefused(message, hint=f"Write it out in line {used} first; then this rule can go.")


def _line_of_list(layout: Layout) -> int:
    """Returns the index of the line with `albums`."""
    entry = layout.root.find("albums") if isinstance(layout.root, YamlMapping) else None
    return 0 if entry is None else layout.line(entry[0].start) - 1


def _own_lines(layout: Layout, start: int, end: int) -> _Lines | None:
    """Returns the lines of an album and its comments. None if it shares its first line with something else."""
    if layout.text[layout.line_start(start) : start].strip():
        return None
    column, lines = layout.column(start), layout.text.split("\n")
    first = layout.line(start) - 1
    while first and _comment_column(lines[first - 1]) == column:
        first -= 1
    after = index = layout.line(max(start, len(layout.text[:end].rstrip()) - 1))
    while index < len(lines) and ((comment := _comment_column(lines[index])) is not None or not lines[index].strip()):
        index += 1
        if comment is not None and comment > column:
            after = index
        elif comment is not None:
            break
    return first, after


def _comment_column(line: str) -> int | None:
    """Returns the column of a comment that has a line of its own. None if the line is none."""
    text = line.lstrip(" ")
    return len(line) - len(text) if text.startswith("#") else None


def _with_empty_lines(layout: Layout, ranges: Sequence[_Lines], head: int) -> list[_Lines]:
    """Returns the lines with the empty ones beside them that would be left over."""
    lines = layout.text.split("\n")
    *others, (first, after) = ranges
    above = first - 1 if not others or others[-1][1] < first else others[-1][0] - 1
    is_apart = above < 0 or not lines[above].strip() or above == head
    following = after
    while following < len(lines) and not lines[following].strip():
        following += 1
    if following == len(lines):
        while first and not lines[first - 1].strip() and (not others or first > others[-1][1]):
            first -= 1
        return [*others, (first, after)]
    return [*others, (first, following if is_apart else after)]


def _without(text: str, layout: Layout, ranges: Sequence[_Lines], head: int | None) -> str:
    """Returns the text without some lines. The comment in the line of `albums` stays."""
    for first, after in reversed(ranges):
        start, end = _place(layout, first), _place(layout, after)
        comment = next(iter(layout.comments_in(start, end)), None) if first == head else None
        rest = "" if comment is None else text[comment[0] : end]
        text = text[:start] + rest + text[end:]
    return text


def _joined(text: str, layout: Layout, lines: _Lines) -> str:
    return text[_place(layout, lines[0]) : _place(layout, lines[1])].replace("\r\n", "\n")


def _place(layout: Layout, line: int) -> int:
    return layout.starts[line] if line < len(layout.starts) else len(layout.text)


def _is_proved(before: Layout, left: str, wanted: object, own: _Lines) -> bool:
    try:
        data, after = load(left), lay_out(left)
    except (ConfigurationError, yaml.YAMLError, ValueError):
        return False
    start, end = _place(before, own[0]), _place(before, own[1])
    gone = Counter(_comments(before, before.comments_in(start, end)))
    return same(data, wanted) and _comments(before, before.comments) - gone == _comments(after, after.comments)  # type: ignore[arg-type]


def _comments(layout: Layout, ranges: Sequence[_Lines]) -> Counter[str]:
    return Counter(layout.text[start:end].rstrip() for start, end in ranges)
