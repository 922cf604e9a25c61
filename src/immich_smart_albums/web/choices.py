"""What a value can be chosen from: names and faces, places, cameras, tags, albums, as the server has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.config.editing.draft import FileDraft
from immich_smart_albums.config.yaml.data import load
from immich_smart_albums.errors import SmartAlbumsError
from immich_smart_albums.rules.predicates.predicate import Picker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from immich_smart_albums.operations.accounts import ConnectedAccount
    from immich_smart_albums.rules.predicates.predicate import Predicate
    from immich_smart_albums.session.session import Session


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One value."""

    value: str
    label: str
    face: str | None = None
    """Of a person: the id that the picture goes by."""


@dataclass(frozen=True, slots=True)
class ValueInput:
    """One input of a value, and what it may be chosen from."""

    option: str
    """The word inside the predicate's mapping; empty for its plain value."""
    label: str
    choices: tuple[Suggestion, ...] = ()
    kind: str = "text"
    """Of the input: text, date, number."""


def fields(session: Session, predicate: Predicate) -> tuple[ValueInput, ...]:
    """The inputs for a value of a predicate; what the server cannot be asked for is written by hand."""
    account = next(iter(session.accounts.present.values()))
    match predicate.picker:
        case Picker.PEOPLE:
            return (ValueInput("", "People", tuple(_people(account))),)
        case Picker.PLACE | Picker.CAMERA:
            names = _LISTED[predicate.picker]
            return tuple(ValueInput(word, word.title(), _values(account, field)) for word, field in names.items())
        case Picker.TAG:
            return (ValueInput("", "Tags", _named(tag.path for tag in account.names.tags)),)
        case Picker.ALBUM:
            return (ValueInput("", "Albums", _named(album.name for album in account.names.albums)),)
        case Picker.CHOICE:
            return (ValueInput("", predicate.name.title(), tuple(_words(predicate))),)
        case Picker.TRUTH:
            return (ValueInput("", predicate.summary, (Suggestion("true", "yes"), Suggestion("false", "no"))),)
        case _:
            return _FIXED.get(predicate.picker, ())


_LISTED = {
    Picker.PLACE: {"country": "country", "state": "state", "city": "city"},
    Picker.CAMERA: {"make": "make", "model": "model", "lens": "lensModel"},
}
"""Options of predicates, with the field whose values the server lists."""

_FIXED = {
    Picker.DATE: (
        ValueInput("after", "After", kind="date"),
        ValueInput("before", "Before", kind="date"),
        ValueInput("last", "In the last"),
    ),
    Picker.SMART: (
        ValueInput("query", "Words for what is in the picture"),
        ValueInput("top", "How many, the best first", kind="number"),
    ),
    Picker.NUMBER: (ValueInput("min", "From"), ValueInput("max", "Up to")),
}
"""What no server has to be asked for."""


def _people(account: ConnectedAccount) -> Iterator[Suggestion]:
    people = sorted((p for p in account.names.people if p.name), key=lambda person: person.name.casefold())
    known: set[str] = set()
    for person in people:
        if person.name not in known:
            known.add(person.name)
            yield Suggestion(person.name, person.name, person.id)


def _named(names: Iterable[str]) -> tuple[Suggestion, ...]:
    return tuple(Suggestion(name, name) for name in sorted({name for name in names if name}, key=str.casefold))


def _values(account: ConnectedAccount, field: str) -> tuple[Suggestion, ...]:
    """What a field of the photos has; nothing where this server does not list it."""
    try:
        return tuple(Suggestion(value, value) for value in account.server.hints.values(field) or ())
    except SmartAlbumsError:
        return ()


def _words(predicate: Predicate) -> Iterator[Suggestion]:
    """The words that a predicate's schema lists."""
    listed: dict[str, None] = {}
    rest: list[object] = [predicate.schema]
    while rest:
        match rest.pop(0):
            case dict() as part:
                words = part.get("enum")
                listed |= {word: None for word in words if isinstance(word, str)} if isinstance(words, list) else {}
                rest += [part[key] for key in ("anyOf", "oneOf", "items") if key in part]
            case list() | tuple() as parts:
                rest += parts
            case _:
                pass
    for example, _ in predicate.examples if not listed else ():
        shown = load(example)
        words = FileDraft(shown).items((predicate.name,))
        listed |= {str(word): None for word in words if isinstance(word, str)}
    yield from (Suggestion(word, word) for word in listed)
