"""Choices for a value: people with faces, places, cameras, tags, albums, each with its number of photos."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from immich_smart_albums.config.editing.draft import FileDraft
from immich_smart_albums.config.yaml.data import load
from immich_smart_albums.config.yaml.emit import Unquoted
from immich_smart_albums.errors import SmartAlbumsError
from immich_smart_albums.model.query import metadata
from immich_smart_albums.model.text.forms import bare, folded
from immich_smart_albums.operations.library.values import LIBRARY, PERSON
from immich_smart_albums.rules.predicates.predicate import Picker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from immich_smart_albums.operations.accounts import ConnectedAccount
    from immich_smart_albums.rules.predicates.predicate import Predicate
    from immich_smart_albums.session.session import Session
    from immich_smart_albums.web.rows.value import Scalar

T = TypeVar("T")

SHOWN = 40
"""Choices that a page gets of each list. For others, people type."""

_AT_A_TIME = 4


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One value to choose."""

    value: str
    label: str
    face: str | None = None
    """Of a person: the id that the picture goes by."""
    count: int | None = None
    """How many photos have it. None if that is not known, or not yet."""
    is_word: bool = False
    """Whether it is a word of the rules, such as none, and no name."""
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The first of a list, and how many more there are."""

    first: tuple[Suggestion, ...]
    more: int = 0


def suggestions(
    session: Session, predicate: Predicate, find: str, chosen: Mapping[str, Sequence[Scalar]]
) -> dict[str, Suggestions]:
    """Returns what can be chosen for each option of a predicate, the most frequent first.

    Empty if it is written by hand.

    What is chosen is among them, whatever else is looked for.
    """
    lists = _lists(session, predicate)
    as_compared = bare if predicate.picker in _LISTED else folded
    shown = {
        option: _shown(list(offered()), find, chosen.get(option, ()), as_compared) for option, offered in lists.items()
    }
    if predicate.picker is Picker.TAG:
        return {
            option: replace(of_option, first=_tagged(session, of_option.first)) for option, of_option in shown.items()
        }
    return shown


def _lists(session: Session, predicate: Predicate) -> dict[str, Callable[[], Iterable[Suggestion]]]:
    """How the list of each option is made."""
    match predicate.picker:
        case Picker.PEOPLE:
            return {"any": lambda: _people(session)}
        case Picker.PLACE | Picker.CAMERA:
            fields = _LISTED[predicate.picker]
            listed = {option: partial(_values, session, field) for option, field in fields.items()}
            return {"name": lambda: (), **listed}
        case Picker.TAG:
            return {"any": lambda: (Suggestion(tag, tag) for tag in _tags(session))}
        case Picker.ALBUM:
            return {"in": lambda: _albums(session)}
        case Picker.LIBRARY:
            return {"": lambda: _libraries(session)}
        case Picker.NEAR if session.rules.places:
            return {"": lambda: _places(session)}
        case Picker.CHOICE:
            return {"": lambda: (Suggestion(word, word, is_word=True) for word in _words(predicate))}
        case Picker.TRUTH:
            return {"": lambda: (Suggestion("true", "yes", is_word=True), Suggestion("false", "no", is_word=True))}
        case _:
            return {}


_LISTED = {
    Picker.PLACE: {"country": "country", "state": "state", "city": "city"},
    Picker.CAMERA: {"make": "make", "model": "model", "lens": "lensModel"},
}
"""Options of predicates, with the field whose values the server lists."""


def _shown(
    offered: list[Suggestion], find: str, chosen: Sequence[Scalar], as_compared: Callable[[str], str]
) -> Suggestions:
    """The first of a list; `as_compared` makes texts alike that mean the same value."""
    wanted = bare(find)
    present = {as_compared(suggestion.value) for suggestion in offered}
    offered += [Suggestion(str(value), str(value)) for value in chosen if as_compared(str(value)) not in present]
    words = {str(value) for value in chosen if isinstance(value, Unquoted)}
    names = {as_compared(str(value)) for value in chosen}
    marked = [
        replace(
            suggestion,
            is_chosen=as_compared(suggestion.value) in names,
            is_word=suggestion.is_word or suggestion.value in words,
        )
        for suggestion in offered
    ]
    marked.sort(key=lambda suggestion: (not suggestion.is_chosen, -(suggestion.count or 0)))
    fitting = [suggestion for suggestion in marked if suggestion.is_chosen or wanted in bare(suggestion.label)]
    most = max(SHOWN, sum(suggestion.is_chosen for suggestion in fitting))
    return Suggestions(tuple(fitting[:most]), max(0, len(fitting) - most))


def _accounts(session: Session) -> Iterable[ConnectedAccount]:
    return session.accounts.present.values()


def _counts(session: Session, field: str) -> Mapping[str, int] | None:
    """How many photos have each value. None as long as the library was not read."""
    values = session.library_values
    return None if values is None else values.counts(field)


def _people(session: Session) -> Iterator[Suggestion]:
    counts = _counts(session, PERSON)
    faces: dict[str, str] = {}
    for account in _accounts(session):
        for person in _listed(partial(getattr, account.names, "people")):
            if person.name:
                faces.setdefault(person.name, person.id)
    for group, members in session.rules.people.items():
        yield Suggestion(group, f"{group}: {', '.join(members)}")
    for name in sorted(faces, key=str.casefold):
        yield Suggestion(name, name, faces[name], None if counts is None else counts.get(name, 0))


def _values(session: Session, field: str) -> Iterator[Suggestion]:
    """What a field of the photos has: as it was read, else as the server lists it. Nothing if it does not."""
    counts = _counts(session, field)
    if counts is not None:
        yield from (Suggestion(value, value, count=counts[value]) for value in sorted(counts, key=str.casefold))
        return
    names = {value for account in _accounts(session) for value in _listed(partial(account.server.hints.values, field))}
    yield from (Suggestion(value, value) for value in sorted(names, key=str.casefold))


def _tags(session: Session) -> list[str]:
    tags = {tag.path for account in _accounts(session) for tag in _listed(partial(getattr, account.names, "tags"))}
    return sorted(tags, key=str.casefold)


def _tagged(session: Session, tags: tuple[Suggestion, ...]) -> tuple[Suggestion, ...]:
    """With how many photos have each: no search shows tags, so the server counts those that are shown."""
    ids = {tag.path: (account.name, tag.id) for account in _accounts(session) for tag in account.names.tags}

    def counted(tag: Suggestion) -> Suggestion:
        if tag.value not in ids:
            return tag
        account, id_ = ids[tag.value]
        query = metadata(tagIds=(id_,))
        (count,) = _listed(lambda: [session.estimate(query, account=account)]) or [None]
        return replace(tag, count=count)

    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        return tuple(pool.map(counted, tags))


def _albums(session: Session) -> Iterator[Suggestion]:
    counts: dict[str, int] = {}
    for account in _accounts(session):
        for album in _listed(partial(getattr, account.names, "albums")):
            if album.name:
                counts[album.name] = max(counts.get(album.name, 0), album.asset_count)
    yield from (Suggestion(name, name, count=counts[name]) for name in sorted(counts, key=str.casefold))


def _libraries(session: Session) -> Iterator[Suggestion]:
    """External libraries go by id; people know them by their folders."""
    values = session.library_values
    if values is not None:
        for id_, count in values.counts(LIBRARY).items():
            yield Suggestion(id_, values.folder(id_) or id_, count=count)
    yield Suggestion("any", "in some external library", is_word=True)
    yield Suggestion("none", "uploaded, in no external library", is_word=True)


def _places(session: Session) -> Iterator[Suggestion]:
    """The places that the rules file names."""
    values = session.library_values
    for name, circle in session.rules.places.items():
        near = None if values is None else values.map.count_near(circle.latitude, circle.longitude, circle.radius)
        yield Suggestion(name, name, count=near)


def _listed(ask: Callable[[], Iterable[T] | None]) -> list[T]:
    """What the server lists. Nothing if it does not, or the key may not ask: then it is written by hand."""
    try:
        return list(ask() or ())
    except SmartAlbumsError:
        return []


def _words(predicate: Predicate) -> Iterator[str]:
    """The words that a predicate's schema lists, or its examples show."""
    words: dict[str, None] = {}
    rest: list[object] = [predicate.schema]
    while rest:
        match rest.pop(0):
            case dict() as part:
                listed = part.get("enum")
                words |= {word: None for word in listed if isinstance(word, str)} if isinstance(listed, list) else {}
                rest += [part[key] for key in ("anyOf", "oneOf", "items") if key in part]
            case list() | tuple() as parts:
                rest += parts
            case _:
                pass
    for example, _ in predicate.examples if not words else ():
        shown = FileDraft(load(example)).items((predicate.name,))
        words |= {str(word): None for word in shown if isinstance(word, str)}
    yield from words
