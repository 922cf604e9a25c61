"""Plain Python data as the values of a rules file, each with its place in a text that says the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date
from typing import TYPE_CHECKING, Any

from immich_smart_albums.model.span import Document, Span
from immich_smart_albums.rules.rules_file.match import parse_match
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.document import MappingNode, ScalarNode, SequenceNode, ValueNode
from immich_smart_albums.rules.syntax.reader import Circle, Reader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.errors import Problem
    from immich_smart_albums.rules.tree import Node

TODAY = date(2024, 5, 31)
PLACES = {"cabin": Circle(61.2, 24.1, 2000)}
PEOPLE = {"kids": ("Emma", "Noah")}


@dataclass(frozen=True)
class Quoted:
    """A text that stands in quotes."""

    text: str


def value(data: object, name: str = "rules.yaml") -> ValueNode:
    """Data as a value: one line of YAML in flow style, with places in it."""
    written = _Writer()
    made = written.write(data)
    document = Document(name, written.text)
    return _placed(made, document)


def reading(
    *, today: date = TODAY, places: Mapping[str, Circle] | None = None, people: Mapping[str, Any] | None = None
) -> Reader:
    """A reading with a fixed day, one place and one group."""
    return Reader(Diagnostics(), today, UTC, PEOPLE if people is None else people, PLACES if places is None else places)


def parsed(data: object) -> tuple[Node | None, Diagnostics]:
    """What a match gives, and what reading it turned up."""
    read = reading()
    return parse_match(value(data), read), read.diagnostics


def node(data: object) -> Node:
    """The tree of a match that has no problem."""
    result, findings = parsed(data)
    assert findings.problems == []
    assert result is not None
    return result


def problem(data: object) -> Problem:
    """The one problem of a match."""
    result, findings = parsed(data)
    assert result is None
    (only,) = findings.problems
    return only


def assert_problem(match: object, message: str, hint: str | None = None) -> None:
    """Reading a match finds one problem, which says this and advises that."""
    only = problem(match)
    assert message in only.message
    assert (hint or "") in (only.hint or "")


class _Writer:
    """Writes the text and remembers where each value begins; columns stand in for spans until the text is whole."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, data: object) -> ValueNode:
        span = Span(Document("", ""), 1, len(self.text) + 1)
        match data:
            case dict():
                self.text += "{"
                entries = tuple((self._key(key), self.write(entry)) for key, entry in self._separated(data.items()))
                self.text += "}"
                return MappingNode(entries, span)
            case list() | tuple():
                self.text += "["
                items = tuple(self.write(item) for item in self._separated(data))
                self.text += "]"
                return SequenceNode(items, span)
            case Quoted():
                self.text += f'"{data.text}"'
                return ScalarNode(data.text, span, quoted=True)
            case _:
                word = "null" if data is None else str(data).lower() if isinstance(data, bool) else str(data)
                self.text += word
                return ScalarNode(word, span)

    def _key(self, key: object) -> ScalarNode:
        span = Span(Document("", ""), 1, len(self.text) + 1)
        self.text += f"{key}: "
        return ScalarNode(str(key), span)

    def _separated(self, members: Any) -> Any:
        for number, member in enumerate(members):
            self.text += ", " if number else ""
            yield member


def _placed(made: ValueNode, document: Document) -> ValueNode:
    span = Span(document, made.span.line, made.span.column)
    match made:
        case ScalarNode():
            return ScalarNode(made.text, span, made.quoted)
        case SequenceNode():
            return SequenceNode(tuple(_placed(item, document) for item in made.items), span)
        case MappingNode():
            keys = (ScalarNode(key.text, Span(document, 1, key.span.column)) for key, _ in made.entries)
            values = (_placed(entry, document) for _, entry in made.entries)
            return MappingNode(tuple(zip(keys, values, strict=True)), span)
