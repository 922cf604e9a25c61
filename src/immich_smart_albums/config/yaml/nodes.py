"""The nodes of a YAML text with the exact range of each, for edits: aliases stay aliases, and nothing is judged."""

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
"""The way from the top of a file to a value: words of mappings and places in lists."""

_LOADER: type[yaml.CSafeLoader | yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PROPERTIES = re.compile(r"(?:[&!]\S*(?:\s|#[^\n]*\n)+)+")
"""Anchors, which come before the value that they belong to, with what stands between."""
_RARE_BREAKS = str.maketrans("\x85\u2028\u2029", "   ")
_COMMENT = re.compile(r"(?:(?<=\s)|^)#[^\r\n]*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class YamlScalar:
    """A text, or nothing where a value is missing."""

    start: int
    """Of the value itself, after its anchor."""
    end: int
    text: str
    style: str
    """Its quotes, `|` or `>`; empty: plain."""
    anchor: str | None
    block_end: int
    """Where what follows begins: of `|` and `>` after the empty lines at their end."""

    @property
    def is_missing(self) -> bool:
        """Whether nothing stands there."""
        return self.start == self.end


@dataclass(frozen=True, slots=True)
class YamlAlias:
    """`*anchor`: what was written elsewhere, again."""

    start: int
    end: int
    anchor: str


@dataclass(frozen=True, slots=True)
class YamlSequence:
    """A list."""

    start: int
    end: int
    """After its last item, or after its bracket."""
    items: tuple[YamlNode, ...]
    is_flow: bool
    anchor: str | None


@dataclass(frozen=True, slots=True)
class YamlMapping:
    """A mapping as it is written: what `<<` brings in is not part of it."""

    start: int
    end: int
    entries: tuple[tuple[YamlNode, YamlNode], ...]
    is_flow: bool
    anchor: str | None

    def find(self, word: PathStep) -> tuple[YamlNode, YamlNode] | None:
        """Returns the key and value of a word. None if the mapping does not say it itself."""
        return next(((key, value) for key, value in self.entries if _is_key(key, word)), None)


YamlNode = YamlScalar | YamlAlias | YamlSequence | YamlMapping


def _is_key(key: YamlNode, word: PathStep) -> bool:
    return isinstance(key, YamlScalar) and key.text == word


@dataclass(frozen=True, slots=True)
class Layout:
    """A text with its nodes, its comments and its lines."""

    text: str
    """With line feeds: `\\r\\n` is a space and a line feed here, so that places are those of the file's own text."""
    root: YamlNode | None
    comments: tuple[tuple[int, int], ...]
    """The range of each."""
    starts: tuple[int, ...] = field(repr=False)
    """Where each line begins."""

    def line_start(self, index: int) -> int:
        """Returns where the line of a place begins."""
        return self.starts[bisect_right(self.starts, index) - 1]

    def line_end(self, index: int) -> int:
        """Returns where the line of a place ends, before its line feed."""
        line_feed = self.text.find("\n", index)
        return len(self.text) if line_feed < 0 else line_feed

    def column(self, index: int) -> int:
        """Returns how many characters stand before a place in its line."""
        return index - self.line_start(index)

    def line(self, index: int) -> int:
        """Returns the number of the line of a place, from 1."""
        return bisect_right(self.starts, index)

    def comments_in(self, start: int, end: int) -> list[tuple[int, int]]:
        """Returns the comments that begin in a range."""
        return [(first, last) for first, last in self.comments if start <= first < end]


def lay_out(text: str) -> Layout:
    """Read the nodes of a text. Raises yaml.YAMLError or ValueError where it is no YAML."""
    # Every character stands for one, so that places are those of the file's own text.
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
        """One more event."""
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

    def _after_colon(self, index: int) -> int:
        colon = self.text.find(":", index)
        return index if colon < 0 else colon + 1

    def _add(self, node: YamlNode) -> None:
        if self._open:
            self._open[-1].nodes.append(node)
        else:
            self.root = node


def _is_missing(node: YamlNode) -> bool:
    return isinstance(node, YamlScalar) and node.is_missing


def children(node: YamlNode) -> Iterator[YamlNode]:
    """Returns what is directly inside of a node: items, keys and values."""
    match node:
        case YamlSequence():
            yield from node.items
        case YamlMapping():
            for entry in node.entries:
                yield from entry
        case _:
            pass


def descendants(node: YamlNode) -> Iterator[YamlNode]:
    """Returns a node and all that is inside of it, in the order of the text."""
    yield node
    for child in children(node):
        yield from descendants(child)


def _comments(text: str, root: YamlNode | None) -> Iterator[tuple[int, int]]:
    """What begins with # outside of every text."""
    scalars = [node for node in descendants(root) if isinstance(node, YamlScalar)] if root is not None else []
    taken = [(_body(text, node), node.end) for node in scalars]
    position = 0
    for start, end in [*taken, (len(text), len(text))]:
        yield from (match.span() for match in _COMMENT.finditer(text, position, start))
        position = max(position, end)


def _body(text: str, node: YamlScalar) -> int:
    """Where a text begins in which # is no comment; the line of | or > may have one."""
    if node.style not in {"|", ">"}:
        return node.start
    line_feed = text.find("\n", node.start)
    return node.end if line_feed < 0 else min(line_feed, node.end)
