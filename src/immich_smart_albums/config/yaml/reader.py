"""Reads the values of a rules file from YAML, each with its place.

They are read from the parser's events. Nothing is constructed, so tags run no code and `NO` stays Norway. What YAML
allows and rules files do not is a problem: a key twice, several documents, tags.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml

from immich_smart_albums.config.yaml.errors import syntax_problem
from immich_smart_albums.config.yaml.text import UNSEEN, Characters, decode
from immich_smart_albums.rules.syntax.diagnostics import did_you_mean
from immich_smart_albums.rules.syntax.document import MappingNode, ScalarNode, SequenceNode, ValueNode, name_of

if TYPE_CHECKING:
    from immich_smart_albums.model.span import Span
    from immich_smart_albums.rules.syntax.diagnostics import Diagnostics

DEEPEST = 200
"""Levels of lists and mappings inside each other."""

MOST_VALUES = 200_000
"""Values of a file, with those that aliases repeat: a few lines of aliases of aliases can stand for billions."""

_LOADER: type[yaml.CSafeLoader | yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The fast one, if PyYAML was built with it."""

_CLOSE_COMMENT = re.compile(r" (#[^\s#]\S*)")
"""A comment that may have been meant as part of the text: `Walk #3`."""

_UNFILLED = re.compile(r"\$\{[A-Za-z_]\w*\}")
"""Variables as in shells and Compose files."""

_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)+")
"""Anchors and tags before a value."""


def read_yaml(
    name: str, data: bytes, diagnostics: Diagnostics, *, loader: type[yaml.CSafeLoader | yaml.SafeLoader] = _LOADER
) -> ValueNode | None:
    """Returns the value of a file, an empty mapping if there is none. Adds problems and returns None if it is wrong."""
    characters = decode(name, data, diagnostics)
    if characters is None:
        return None
    builder = _Builder(characters, diagnostics)
    try:
        for event in yaml.parse(characters.text, Loader=loader):
            builder.take(event)
    except (yaml.YAMLError, ValueError) as error:
        diagnostics.problems.append(syntax_problem(error, characters))
        return None
    except _StopReading:
        return None
    if not builder.is_whole:
        return None
    return builder.value or MappingNode((), characters.span(0))


class _StopReading(Exception):
    """Raised to stop reading after a problem was added."""


@dataclass(slots=True)
class _OpenCollection:
    """A list or a mapping whose end has not come yet. The values of a mapping are keys and values in turns."""

    span: Span
    anchor: str | None
    is_list: bool
    before: int
    """The number of values before it."""
    values: list[ValueNode] = field(default_factory=list)


class _Builder:
    def __init__(self, characters: Characters, diagnostics: Diagnostics) -> None:
        self.value: ValueNode | None = None
        self.is_whole = True
        """Whether every value is known. If not, there is a problem."""
        self._characters = characters
        self._diagnostics = diagnostics
        self._open: list[_OpenCollection] = []
        self._anchored: dict[str, tuple[ValueNode, int]] = {}
        self._count = 0

    def take(self, event: yaml.Event) -> None:
        """Take the next event of the parser. Raises _StopReading."""
        span = self._span(event)
        match event:
            case yaml.DocumentStartEvent() if self.value is not None:
                hint = "Put it into a file of its own; a folder of files can be given, too."
                self._problem(span, "a second document begins here, and a rules file is one", hint)
                raise _StopReading
            case yaml.ScalarEvent():
                self._refuse_tag(event)
                if unseen := UNSEEN.search(event.value):
                    self._problem(span, f"this text has the character U+{ord(unseen[0]):04X}, which cannot be seen")
                self._notice_slips(event, span)
                self._add(ScalarNode(event.value, span, quoted=bool(event.style)), event.anchor, 1)
            case yaml.AliasEvent():
                self._repeat(event.anchor or "", span)
            case yaml.CollectionStartEvent():
                self._refuse_tag(event)
                is_list = isinstance(event, yaml.SequenceStartEvent)
                self._open.append(_OpenCollection(span, event.anchor, is_list, self._count))
                if len(self._open) > DEEPEST:
                    self._problem(
                        span, f"more than {DEEPEST} lists and mappings inside each other", "Write it flatter."
                    )
                    raise _StopReading
            case yaml.CollectionEndEvent():
                ended = self._open.pop()
                value = SequenceNode(tuple(ended.values), ended.span) if ended.is_list else self._entries(ended)
                self._add(value, ended.anchor, self._count - ended.before + 1)
            case _:
                pass

    def _span(self, event: yaml.Event) -> Span:
        index = event.start_mark.index if event.start_mark else 0
        is_missing = isinstance(event, yaml.ScalarEvent) and not (event.value or event.style)
        match = None if is_missing else _PROPERTIES.match(self._characters.text, index)
        return self._characters.span(match.end() if match else index)

    def _add(self, value: ValueNode, anchor: str | None, size: int) -> None:
        """Add a complete value to what is open, or make it the whole document."""
        self._count += size if isinstance(value, ScalarNode) else 1
        if anchor:
            self._anchored[anchor] = (value, size)
        self._put(value)

    def _put(self, value: ValueNode) -> None:
        if self._open:
            self._open[-1].values.append(value)
        else:
            self.value = value

    def _repeat(self, anchor: str, span: Span) -> None:
        """Add the value that an alias stands for, with the places where it was written."""
        value, size = self._anchored.get(anchor, (None, 0))
        if value is None:
            anchors = [*self._anchored, *(collection.anchor for collection in self._open if collection.anchor)]
            otherwise = "A text that begins with * needs quotes."
            hint = did_you_mean(anchor, self._anchored, otherwise, written="*{}".format)
            message = f"*{anchor} stands for nothing: there is no &{anchor} before it"
            if anchor in anchors:
                message, hint = f"*{anchor} stands inside of what it stands for", "Write out what is meant."
            self._problem(span, message, hint)
            self.is_whole = False
            value = ScalarNode("", span)
        if self._count + size > MOST_VALUES:
            self._problem(span, f"with what aliases repeat there are more than {MOST_VALUES:,} values in this file")
            raise _StopReading
        self._count += size
        self._put(value)

    def _entries(self, ended: _OpenCollection) -> MappingNode:
        entries: dict[str, tuple[ScalarNode, ValueNode]] = {}
        merged: list[tuple[ScalarNode, ValueNode]] = []
        for key, value in zip(ended.values[::2], ended.values[1::2], strict=True):
            if not isinstance(key, ScalarNode) or not (key.text or key.quoted):
                self._problem(key.span, f"a word is expected before the colon, not {name_of(key)}")
            elif key.text == "<<" and not key.quoted:
                merged.append((key, value))
            elif key.text in entries:
                first = entries[key.text][0].span
                self._problem(key.span, f"{key.text!r} stands here twice; before in line {first.line}")
            else:
                entries[key.text] = (key, value)
        for key, value in merged:
            self._merge(key, value, entries)
        return MappingNode(tuple(entries.values()), ended.span)

    def _merge(self, key: ScalarNode, value: ValueNode, entries: dict[str, tuple[ScalarNode, ValueNode]]) -> None:
        """Add the entries that `<<` merges: those of a mapping, or of several, that are not there yet."""
        for item in value.items if isinstance(value, SequenceNode) else (value,):
            if isinstance(item, MappingNode):
                for entry in item.entries:
                    entries.setdefault(entry[0].text, entry)
            elif self.is_whole:
                hint = "Such as <<: *defaults, with a mapping that is marked &defaults before."
                self._problem(key.span, f"<< takes a mapping or a list of mappings, not {name_of(item)}", hint)

    def _notice_slips(self, event: yaml.ScalarEvent, span: Span) -> None:
        """Add warnings about texts that YAML reads in a surprising way."""
        if match := _UNFILLED.search(event.value):
            self._diagnostics.warn(f"{span}: {match[0]} is text: nothing is put in its place in a rules file")
        end = event.end_mark.index if event.end_mark else 0
        comment = None if event.style or not event.value else _CLOSE_COMMENT.match(self._characters.text, end)
        if comment:
            self._diagnostics.warn(
                f"{span}: this is {event.value!r}, as YAML takes {comment[1]!r} for a comment; "
                "if it belongs to the text, put quotes around all of it"
            )

    def _refuse_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.tag is not None:
            hint = "Leave it out; a text that begins with ! needs quotes."
            tag = self._characters.text.index("!", event.start_mark.index if event.start_mark else 0)
            self._problem(self._characters.span(tag), "tags have no meaning in rules files", hint)

    def _problem(self, span: Span, message: str, hint: str | None = None) -> None:
        self._diagnostics.problems.append(span.problem(message, hint=hint))
