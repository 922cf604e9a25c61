"""The nodes of a YAML text with their exact ranges, for edits. Aliases stay aliases, and nothing is validated."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

PathStep = str | int
Path = tuple[PathStep, ...]
"""The path from the top of a file to a value: keys of mappings and indexes of lists."""

_LOADER: type[yaml.CSafeLoader | yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PROPERTIES = re.compile(r"(?:[&!]\S*(?:\s|#[^\n]*\n)+)+")
"""Anchors before a value, with the spaces and comments in between."""
_RARE_BREAKS = str.maketrans("\x85\u2028\u2029", "   ")
_COMMENT = re.compile(r"(?:(?<=\s)|^)#[^\r\n]*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class YamlScalar:
    """A scalar; an empty one where a value is missing."""

    start: int
    """The offset of the value itself, after its anchor."""
    end: int
    text: str
    style: str
    """Its quotes, `|` or `>`. Empty for a plain one."""
    anchor: str | None
    block_end: int
    """The offset of what follows, for `|` and `>` after the empty lines at their end."""

    @property
    def is_missing(self) -> bool:
        """Whether the value is missing."""
        return self.start == self.end


@dataclass(frozen=True, slots=True)
class YamlAlias:
    """An alias, `*anchor`."""

    start: int
    end: int
    anchor: str


@dataclass(frozen=True, slots=True)
class YamlSequence:
    """A list."""

    start: int
    end: int
    """The offset after its last item, or after its bracket."""
    items: tuple[YamlNode, ...]
    is_flow: bool
    anchor: str | None


@dataclass(frozen=True, slots=True)
class YamlMapping:
    """A mapping as it is written, without what `<<` merges into it."""

    start: int
    end: int
    entries: tuple[tuple[YamlNode, YamlNode], ...]
    is_flow: bool
    anchor: str | None

    def find(self, word: PathStep) -> tuple[YamlNode, YamlNode] | None:
        """Returns the key and value of a word. None if the mapping itself does not have it."""
        return next(((key, value) for key, value in self.entries if _is_key(key, word)), None)


YamlNode = YamlScalar | YamlAlias | YamlSequence | YamlMapping


def _is_key(key: YamlNode, word: PathStep) -> bool:
    return isinstance(key, YamlScalar) and key.text == word


@dataclass(frozen=True, slots=True)
class Layout:
    """A text with its nodes, its comments and its lines."""

    text: str
    """The text with line feeds: `\\r\\n` is a space and a line feed here, so that offsets are those of the file."""
    root: YamlNode | None
    comments: tuple[tuple[int, int], ...]
    """The range of each comment."""
    starts: tuple[int, ...] = field(repr=False)
    """The offset of each line."""

    def line_start(self, offset: int) -> int:
        """Returns the offset at which the line of an offset begins."""
        return self.starts[bisect_right(self.starts, offset) - 1]

    def line_end(self, offset: int) -> int:
        """Returns the offset at which the line of an offset ends, before its line feed."""
        line_feed = self.text.find("\n", offset)
        return len(self.text) if line_feed < 0 else line_feed

    def column(self, offset: int) -> int:
        """Returns the number of characters before an offset in its line."""
        return offset - self.line_start(offset)

    def line(self, offset: int) -> int:
        """Returns the number of the line of an offset, from 1."""
        return bisect_right(self.starts, offset)

    def comments_in(self, start: int, end: int) -> list[tuple[int, int]]:
        """Returns the comments that begin in a range."""
        return [(first, last) for first, last in self.comments if start <= first < end]


def lay_out(text: str) -> Layout:
    """Returns the layout of a text. Raises yaml.YAMLError or ValueError if it is no YAML."""
    # Each character is replaced by one, so that offsets are those of the file.
    plain = text.translate(_RARE_BREAKS).replace("\r\n", " \n").replace("\r", "\n")
    skip = 1 if text.startswith("\ufeff") else 0
    composer = _Composer(plain, skip)
    for event in yaml.parse(plain[skip:], Loader=_LOADER):
        composer.take(event)
    starts = (skip, *(match.end() for match in re.finditer("\n", plain)))
    return Layout(plain, composer.root, tuple(_comments(plain, composer.root)), starts)


@dataclass(slots=True)
class _OpenNode:
    """A list or a mapping whose end has not come yet."""

    start: int
    event: yaml.CollectionStartEvent
    nodes: list[YamlNode] = field(default_factory=list)


@dataclass(slots=True)
class _Composer:
    text: str
    skip: int
    root: YamlNode | None = None
    _open: list[_OpenNode] = field(default_factory=list)

    def take(self, event: yaml.Event) -> None:
        """Take the next event of the parser."""
        start, end = self._range(event)
        match event:
            case yaml.ScalarEvent():
                block_end = end
                if event.style in {"|", ">"}:
                    end = start + len(self.text[start:end].rstrip())
                self._add(YamlScalar(start, end, event.value, event.style or "", event.anchor, block_end))
            case yaml.AliasEvent():
                self._add(YamlAlias(start, end, event.anchor or ""))
            case yaml.CollectionStartEvent():
                self._open.append(_OpenNode(start, event))
            case yaml.CollectionEndEvent():
                self._add(self._collection(self._open.pop(), end))
            case _:
                pass

    def _range(self, event: yaml.Event) -> tuple[int, int]:
        start = (event.start_mark.index if event.start_mark else 0) + self.skip
        end = (event.end_mark.index if event.end_mark else 0) + self.skip
        if isinstance(event, yaml.ScalarEvent) and not (event.value or event.style):
            return end, end
        match = None if isinstance(event, yaml.AliasEvent) else _PROPERTIES.match(self.text, start)
        return (match.end() if match else start), end

    def _collection(self, opened: _OpenNode, end: int) -> YamlNode:
        event, nodes = opened.event, tuple(opened.nodes)
        is_flow = bool(event.flow_style)
        if not is_flow and nodes:
            end = max(nodes[-1].end, opened.start)
            if isinstance(event, yaml.MappingStartEvent) and _is_missing(nodes[-1]):
                end = self._after_colon(nodes[-2].end)
        if isinstance(event, yaml.SequenceStartEvent):
            return YamlSequence(opened.start, end, nodes, is_flow, event.anchor)
        entries = tuple(zip(nodes[::2], nodes[1::2], strict=True))
        return YamlMapping(opened.start, end, entries, is_flow, event.anchor)

    def _after_colon(self, offset: int) -> int:
        colon = self.text.find(":", offset)
        return offset if colon < 0 else colon + 1

    def _add(self, node: YamlNode) -> None:
        if self._open:
            self._open[-1].nodes.append(node)
        else:
            self.root = node


def _is_missing(node: YamlNode) -> bool:
    return isinstance(node, YamlScalar) and node.is_missing


def children(node: YamlNode) -> Iterator[YamlNode]:
    """Yields the children of a node: items, keys and values."""
    match node:
        case YamlSequence():
            yield from node.items
        case YamlMapping():
            for entry in node.entries:
                yield from entry
        case _:
            pass


def descendants(node: YamlNode) -> Iterator[YamlNode]:
    """Yields a node and all nodes in it, in the order of the text."""
    yield node
    for child in children(node):
        yield from descendants(child)


def _comments(text: str, root: YamlNode | None) -> Iterator[tuple[int, int]]:
    """Yields the ranges of comments: what begins with # outside of all scalars."""
    scalars = [node for node in descendants(root) if isinstance(node, YamlScalar)] if root is not None else []
    taken = [(_body(text, node), node.end) for node in scalars]
    position = 0
    for start, end in [*taken, (len(text), len(text))]:
        yield from (match.span() for match in _COMMENT.finditer(text, position, start))
        position = max(position, end)


def _body(text: str, node: YamlScalar) -> int:
    """Returns the offset from which # is no comment: the line of | or > may have one."""
    if node.style not in {"|", ">"}:
        return node.start
    line_feed = text.find("\n", node.start)
    return node.end if line_feed < 0 else min(line_feed, node.end)
