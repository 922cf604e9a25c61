"""Edits of a rules file that leave everything else as the user wrote it.

Each edit replaces the smallest pieces of text. Then it is proved: the new text means exactly the edited data, and every
comment is still there. Otherwise the edit is refused, and the text stays as it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from immich_smart_albums.config.yaml.adding import add_entry, insert_item, start_file
from immich_smart_albums.config.yaml.data import (
    Insert,
    Put,
    Remove,
    Rename,
    Wrap,
    edited,
    load,
    same,
    smallest,
    value_at,
)
from immich_smart_albums.config.yaml.nodes import YamlMapping, YamlScalar, YamlSequence, lay_out
from immich_smart_albums.config.yaml.removing import remove
from immich_smart_albums.config.yaml.replacing import replace
from immich_smart_albums.config.yaml.splices import Pieces
from immich_smart_albums.config.yaml.targets import (
    BY_HAND,
    aliases,
    find_target,
    in_words,
    is_last_of_block,
    refuse_merged,
    refuse_repeated,
    value_node,
)
from immich_smart_albums.config.yaml.wrapping import rename, wrap
from immich_smart_albums.errors import ConfigurationError, EditRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from immich_smart_albums.config.yaml.data import Edit
    from immich_smart_albums.config.yaml.emit import Plain
    from immich_smart_albums.config.yaml.nodes import Layout
    from immich_smart_albums.config.yaml.splices import Splice
    from immich_smart_albums.config.yaml.targets import EditTarget


@dataclass(frozen=True, slots=True)
class Patch:
    """A text after some edits."""

    text: str
    spans: tuple[tuple[int, int], ...] = ()
    """The ranges of the new text that have changed. An empty one is where something was removed."""


def patch(text: str, edits: Iterable[Edit]) -> Patch:
    """Returns the text after edits, made one after the other.

    Raises EditRefused, and ConfigurationError if the text is no YAML.
    """
    state = _State(Patch(text), load(text), lay_out(text))
    for edit in edits:
        for smaller in smallest(state.data, edit, frozenset(aliases(state.layout.root))):
            state = _patched(state, smaller)
    return state.patch


@dataclass(frozen=True, slots=True)
class _State:
    """A text between two edits, with its data and layout."""

    patch: Patch
    data: Plain
    layout: Layout


def _patched(before: _State, edit: Edit) -> _State:
    layout = before.layout
    try:
        if isinstance(edit, Rename) and edit.word != edit.path[-1]:
            _refuse_second(before.data, edit)
        wanted = edited(before.data, edit)
        splices = sorted(_splices(layout, edit), key=lambda splice: (splice.start, splice.end))
    except (KeyError, IndexError):
        message = f"there is nothing at {in_words(edit.path)} any more"
        raise EditRefused(message, hint="Look at the file again.") from None
    after = _read(_applied(before.patch, splices))
    if after is not None and same(after.data, wanted) and not _comments(layout) - _comments(after.layout):
        return after
    line = layout.line(splices[0].start) if splices else 1
    message = f"line {line} is written in a way in which it cannot be changed without touching anything else"
    raise EditRefused(message, hint=BY_HAND)


def _read(patched: Patch) -> _State | None:
    """Returns the state of a text. None if it is no YAML any more."""
    try:
        return _State(patched, load(patched.text), lay_out(patched.text))
    except (ConfigurationError, yaml.YAMLError, ValueError):
        return None


def _comments(layout: Layout) -> Counter[str]:
    return Counter(layout.text[start:end].rstrip() for start, end in layout.comments)


def _splices(layout: Layout, edit: Edit) -> Sequence[Splice]:
    pieces = Pieces(layout)
    if layout.root is None or (isinstance(layout.root, YamlScalar) and layout.root.is_missing):
        match edit:
            case Put((str() as word,), value):
                return start_file(pieces, word, value)
            case _:
                raise KeyError(edit.path)
    target = find_target(layout, edit.path)
    if isinstance(edit, Insert) or target.index is None:
        return _added(layout, pieces, target, edit)
    if isinstance(edit, Rename) and isinstance(target.parent, YamlMapping):
        return rename(target.parent, target.index, edit.word)
    refuse_repeated(layout, value_node(target.parent, target.index))
    match edit:
        case Put():
            return replace(pieces, target.parent, target.index, edit.value)
        case Wrap():
            return wrap(pieces, target.parent, target.index, edit.word, edit.more)
        case Remove() if len(edit.path) > 1 and is_last_of_block(target.parent):
            # Without its only entry there is no block any more.
            empty: Plain = {} if isinstance(target.parent, YamlMapping) else []
            return _splices(layout, Put(edit.path[:-1], empty))
        case Remove():
            return remove(pieces, target.parent, target.index)
        case _:
            raise KeyError(edit.path)


def _added(layout: Layout, pieces: Pieces, target: EditTarget, edit: Edit) -> Sequence[Splice]:
    parent, word = target.parent, edit.path[-1]
    match edit:
        case Put() if isinstance(parent, YamlMapping) and isinstance(word, str):
            return add_entry(pieces, parent, word, edit.value)
        case Put() | Insert() if isinstance(parent, YamlSequence):
            index = len(parent.items) if target.index is None else target.index
            return insert_item(pieces, parent, index, edit.value)
        case _:
            refuse_merged(layout, parent, word)
            raise KeyError(word)


def _refuse_second(data: Plain, edit: Rename) -> None:
    beside = value_at(data, edit.path[:-1])
    if isinstance(beside, Mapping) and edit.word in beside:
        message = f"there is {edit.word} already beside {in_words(edit.path)}"
        raise EditRefused(message, hint="A word stands once in a mapping.")


def _applied(before: Patch, splices: Sequence[Splice]) -> Patch:
    """Returns the text with splices applied, with the line ends of the file."""
    text, break_, spans = before.text, _line_break(before.text), list(before.spans)
    for splice in reversed(splices):
        start, end = _around_break(text, splice.start), _around_break(text, splice.end)
        new = splice.text.replace("\n", break_)
        text = text[:start] + new + text[end:]
        spans = [(_moved(first, start, end, len(new)), _moved(last, start, end, len(new))) for first, last in spans]
        spans.append((start, start + len(new)))
    return Patch(text, tuple(_joined(spans)))


def _moved(offset: int, start: int, end: int, size: int) -> int:
    """Returns an offset after a range was replaced by text of a size. One inside the range moves to its beginning."""
    return offset if offset <= start else offset + size - (end - start) if offset >= end else start


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _around_break(text: str, position: int) -> int:
    """Returns an offset that is not between carriage return and line feed."""
    return position - 1 if 0 < position < len(text) and text[position - 1 : position + 1] == "\r\n" else position


def _line_break(text: str) -> str:
    """Returns the most frequent line end of a file."""
    windows = text.count("\r\n")
    counts = {"\n": text.count("\n") - windows, "\r\n": windows, "\r": text.count("\r") - windows}
    return max(counts, key=lambda line_break: counts[line_break])
