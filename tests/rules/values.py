"""Plain Python data as the values of a rules file, each with its place in a text that says the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date
from typing import TYPE_CHECKING, Any

from immich_smart_albums.model.span import Document, Span
from immich_smart_albums.rules.rules_file.match import parse_match
from immich_smart_albums.rules.syntax.diagnostics import Findings
from immich_smart_albums.rules.syntax.document import Entries, Items, Text, Value
from immich_smart_albums.rules.syntax.reader import Circle, Reading

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


def value(data: object, name: str = "rules.yaml") -> Value:
    """Data as a value: one line of YAML in flow style, with places in it."""
    written = _Writer()
    made = written.write(data)
    document = Document(name, written.text)
    return _placed(made, document)


def reading(
    *, today: date = TODAY, places: Mapping[str, Circle] | None = None, people: Mapping[str, Any] | None = None
) -> Reading:
    """A reading with a fixed day, one place and one group."""
    return Reading(Findings(), today, UTC, PEOPLE if people is None else people, PLACES if places is None else places)


def parsed(data: object) -> tuple[Node | None, Findings]:
    """What a match gives, and what reading it turned up."""
    read = reading()
    return parse_match(value(data), read), read.findings


def node(data: object) -> Node:
    """The tree of a match that has no problem."""
    found, findings = parsed(data)
    assert findings.problems == []
    assert found is not None
    return found


def problem(data: object) -> Problem:
    """The one problem of a match."""
    found, findings = parsed(data)
    assert found is None
    (only,) = findings.problems
    return only


class _Writer:
    """Writes the text and remembers where each value begins; columns stand in for spans until the text is whole."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, data: object) -> Value:
        at = Span(Document("", ""), 1, len(self.text) + 1)
        match data:
            case dict():
                self.text += "{"
                entries = tuple((self._key(key), self.write(entry)) for key, entry in self._separated(data.items()))
                self.text += "}"
                return Entries(entries, at)
            case list() | tuple():
                self.text += "["
                items = tuple(self.write(each) for each in self._separated(data))
                self.text += "]"
                return Items(items, at)
            case Quoted():
                self.text += f'"{data.text}"'
                return Text(data.text, at, quoted=True)
            case _:
                word = "null" if data is None else str(data).lower() if isinstance(data, bool) else str(data)
                self.text += word
                return Text(word, at)

    def _key(self, key: object) -> Text:
        at = Span(Document("", ""), 1, len(self.text) + 1)
        self.text += f"{key}: "
        return Text(str(key), at)

    def _separated(self, members: Any) -> Any:
        for number, each in enumerate(members):
            self.text += ", " if number else ""
            yield each


def _placed(made: Value, document: Document) -> Value:
    at = Span(document, made.span.line, made.span.column)
    match made:
        case Text():
            return Text(made.text, at, made.quoted)
        case Items():
            return Items(tuple(_placed(each, document) for each in made.items), at)
        case Entries():
            keys = (Text(key.text, Span(document, 1, key.span.column)) for key, _ in made.entries)
            values = (_placed(entry, document) for _, entry in made.entries)
            return Entries(tuple(zip(keys, values, strict=True)), at)
