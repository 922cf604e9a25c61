"""A match as rows: one for each condition, one for each group, and text for what is neither."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, cast

from immich_smart_albums.config.editing.sentences import in_words, option_words, sentence
from immich_smart_albums.config.yaml.data import is_list, load, value_at
from immich_smart_albums.config.yaml.nodes import (
    YamlAlias,
    YamlMapping,
    YamlScalar,
    YamlSequence,
    descendants,
    lay_out,
)
from immich_smart_albums.rules.predicates.registry import PREDICATES_BY_WORD
from immich_smart_albums.rules.rules_file.match import COMBINATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from immich_smart_albums.config.yaml.emit import Plain
    from immich_smart_albums.config.yaml.nodes import Layout, Path, PathStep, YamlNode
    from immich_smart_albums.rules.predicates.predicate import Picker

GROUPS = {"all": "all of these", "any": "at least one of these", "not": "none of these"}


class RowKind(Enum):
    """A kind of row."""

    CONDITION = "condition"
    GROUP = "group"
    TEXT = "text"
    """Neither: its YAML is shown."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a rule, as a page shows it."""

    path: Path
    """Its path in the file, for edits."""
    depth: int
    """The number of groups that it is in."""
    kind: RowKind
    word: str
    """The predicate, or all, any, not. Empty for a group of several conditions that are one member of a list."""
    text: str
    """The value as it is written."""
    sentence: str
    picker: Picker | None
    """The control to choose a value with. None if it is only text."""
    span: tuple[int, int]
    """The range of the value in the file's text."""
    locked: str | None = None
    """Why it can only be changed in the YAML. None if it can be changed as a row."""


def rule_rows(text: str, album: Path) -> list[Row]:
    """Returns the match of an album as rows. Raises ConfigurationError if the text is no YAML."""
    data = load(text)  # before the layout: it reports syntax errors
    reader = _Rows(text, lay_out(text), data)
    match = (*album, "match")
    node = reader.find(match)
    return [] if node is None else list(reader.match(*node, match, 0))


def album_settings(text: str, album: Path) -> list[str]:
    """Returns the settings of an album other than name and match, as they are written: `keep: in-step`.

    Raises ConfigurationError if the text is no YAML.
    """
    reader = _Rows(text, lay_out(text), load(text))
    node = reader.find(album)
    if node is None or not isinstance(node[0], YamlMapping):
        return []
    return [
        text[key.start : value.end].replace("\n" + " " * (key.start - text.rfind("\n", 0, key.start) - 1), "\n")
        for key, value in node[0].entries
        if isinstance(key, YamlScalar) and key.text not in {"name", "match"}
    ]


def value_words(text: str, rows: Sequence[Row]) -> dict[int, str]:
    """Returns the words of each part of the conditions' values, by its offset in the text: `Emma`, `after 2020`."""
    data = load(text)
    reader = _Rows(text, lay_out(text), data)
    words: dict[int, str] = {}
    for row in rows:
        node = reader.find(row.path) if row.kind is RowKind.CONDITION else None
        if node is not None:
            words.update(_words_of(node[0], value_at(data, row.path), row.sentence))
    return words


def _words_of(node: YamlNode, value: Plain, words: str) -> Iterator[tuple[int, str]]:
    yield node.start, words
    match node:
        case YamlMapping() if isinstance(value, Mapping):
            for key, entry in node.entries:
                if isinstance(key, YamlScalar) and key.text in value:
                    part = value[key.text]
                    yield from _words_of(entry, part, option_words(key.text, part))
        case YamlSequence() if is_list(value):
            for item, part in zip(node.items, cast("Sequence[Plain]", value), strict=False):
                yield from _words_of(item, part, in_words(part))
        case _:
            pass


def row_id(path: Path) -> str:
    """Returns a path as text for an address, such as `any/1/place`; `row_path` is its reverse."""
    return "/".join(str(step).replace("~", "~0").replace("/", "~1") for step in path)


def row_path(text: str) -> Path:
    """Returns the path of an id; the reverse of `row_id`."""
    return tuple(
        int(step) if step.isascii() and step.isdecimal() else step.replace("~1", "/").replace("~0", "~")
        for step in text.split("/")
    )


class _Rows:
    """Makes rows of the nodes of a file. A node that an alias repeats is locked."""

    def __init__(self, text: str, layout: Layout, data: Plain) -> None:
        self._text = text
        self._layout = layout
        self._data = data
        nodes = list(descendants(layout.root)) if layout.root is not None else []
        self._marked = {node.anchor: node for node in nodes if not isinstance(node, YamlAlias) and node.anchor}
        self._repeated = {node.anchor for node in nodes if isinstance(node, YamlAlias)}

    def find(self, path: Path) -> tuple[YamlNode, str | None] | None:
        """Returns the node at a path, and why it is locked. None if nothing is written there."""
        node, locked = self._layout.root, None
        for step in path:
            inner = _inner(node, step)
            if inner is None:
                return None
            node, locked = self._resolve(inner, locked)
        return None if node is None else (node, locked)

    def match(self, node: YamlNode, locked: str | None, path: Path, depth: int) -> Iterator[Row]:
        """Returns the rows of a match."""
        if not isinstance(node, YamlMapping):
            yield self._as_text(node, locked, path, depth, "")
            return
        for key, value in node.entries:
            word = key.text if isinstance(key, YamlScalar) else ""
            inner, lock = self._resolve(value, locked)
            if word in PREDICATES_BY_WORD:
                # An alias that is the whole value can be replaced without touching what it repeats.
                yield self._condition(
                    word, value, locked if isinstance(value, YamlAlias) else lock, (*path, word), depth
                )
            elif word in COMBINATIONS and isinstance(inner, YamlMapping | YamlSequence):
                yield self._group(word, value, lock, (*path, word), depth)
                yield from self._members(inner, lock, (*path, word), depth + 1)
            else:
                yield self._as_text(value, lock, (*path, word), depth, word)

    def _members(self, node: YamlNode, locked: str | None, path: Path, depth: int) -> Iterator[Row]:
        if not isinstance(node, YamlSequence):
            yield from self.match(node, locked, path, depth)
            return
        for index, item in enumerate(node.items):
            inner, lock = self._resolve(item, locked)
            if isinstance(inner, YamlMapping) and len(inner.entries) > 1:
                yield self._group("", item, lock, (*path, index), depth)
                yield from self.match(inner, lock, (*path, index), depth + 1)
            else:
                yield from self.match(inner, lock, (*path, index), depth)

    def _condition(self, word: str, node: YamlNode, locked: str | None, path: Path, depth: int) -> Row:
        predicate = PREDICATES_BY_WORD[word]
        text = sentence(predicate, value_at(self._data, path))
        return self._row(RowKind.CONDITION, word, node, text, predicate.picker, locked, path, depth)

    def _group(self, word: str, node: YamlNode, locked: str | None, path: Path, depth: int) -> Row:
        text = GROUPS.get(word, "all of these together")
        return self._row(RowKind.GROUP, word, node, text, None, locked, path, depth)

    def _as_text(self, node: YamlNode, locked: str | None, path: Path, depth: int, word: str) -> Row:
        text = f"{word}: {self._text[node.start : node.end]}" if word else self._text[node.start : node.end]
        return self._row(RowKind.TEXT, word, node, text, None, locked, path, depth)

    def _row(  # noqa: PLR0913 - a row has that much to say
        self,
        kind: RowKind,
        word: str,
        node: YamlNode,
        text: str,
        picker: Picker | None,
        locked: str | None,
        path: Path,
        depth: int,
    ) -> Row:
        span = (node.start, node.end)
        return Row(path, depth, kind, word, self._text[node.start : node.end], text, picker, span, locked)

    def _resolve(self, node: YamlNode, locked: str | None) -> tuple[YamlNode, str | None]:
        """Returns the node that an alias stands for, and why it is locked there."""
        if isinstance(node, YamlAlias):
            marked = self._marked.get(node.anchor, node)
            return marked, locked or f"repeats &{node.anchor} in line {self._layout.line(marked.start)}"
        if node.anchor is not None and node.anchor in self._repeated:
            return node, locked or f"is repeated by *{node.anchor}"
        return node, locked


def _inner(node: YamlNode | None, step: PathStep) -> YamlNode | None:
    match node:
        case YamlMapping():
            inner = node.find(step)
            return None if inner is None else inner[1]
        case YamlSequence() if isinstance(step, int) and step < len(node.items):
            return node.items[step]
        case _:
            return None
