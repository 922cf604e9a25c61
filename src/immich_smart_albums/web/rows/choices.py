"""Suggestions for a value: people with faces, places, cameras, tags and albums, with their numbers of photos."""

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

MAX_SUGGESTIONS = 40
"""How many suggestions of a list a page shows; for others, people type."""

_CONCURRENCY = 4


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One value to choose."""

    value: str
    label: str
    face: str | None = None
    """The id of a person, for the picture of the face."""
    count: int | None = None
    """How many photos have it. None if that is not known (yet)."""
    is_word: bool = False
    """Whether it is a word of the rules, such as none, and no name."""
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The first suggestions of a list, and how many more there are."""

    first: tuple[Suggestion, ...]
    more: int = 0


def suggestions(
    session: Session, predicate: Predicate, find: str, chosen: Mapping[str, Sequence[Scalar]]
) -> dict[str, Suggestions]:
    """Returns suggestions for each option of a predicate, the most frequent first. Empty if it is written by hand.

    `find` filters them, except those that are chosen.
    """
    lists = _sources(session, predicate)
    normalize = bare if predicate.picker in SERVER_FIELDS else folded
    shown = {
        option: _first(list(offered()), find, chosen.get(option, ()), normalize) for option, offered in lists.items()
    }
    if predicate.picker is Picker.TAG:
        return {
            option: replace(of_option, first=_with_counts(session, of_option.first))
            for option, of_option in shown.items()
        }
    return shown


def _sources(session: Session, predicate: Predicate) -> dict[str, Callable[[], Iterable[Suggestion]]]:
    """The functions that list the suggestions, by option."""
    match predicate.picker:
        case Picker.PEOPLE:
            return {"any": lambda: _people(session)}
        case Picker.PLACE | Picker.CAMERA:
            fields = SERVER_FIELDS[predicate.picker]
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


SERVER_FIELDS = {
    Picker.PLACE: {"country": "country", "state": "state", "city": "city"},
    Picker.CAMERA: {"make": "make", "model": "model", "lens": "lensModel"},
}
"""Options of predicates, with the field whose values the server lists."""


def _first(
    offered: list[Suggestion], find: str, chosen: Sequence[Scalar], normalize: Callable[[str], str]
) -> Suggestions:
    """The first suggestions, those that are chosen at the top; `normalize` makes equal what means the same value."""
    wanted = bare(find)
    present = {normalize(suggestion.value) for suggestion in offered}
    offered += [Suggestion(str(value), str(value)) for value in chosen if normalize(str(value)) not in present]
    words = {str(value) for value in chosen if isinstance(value, Unquoted)}
    names = {normalize(str(value)) for value in chosen}
    marked = [
        replace(
            suggestion,
            is_chosen=normalize(suggestion.value) in names,
            is_word=suggestion.is_word or suggestion.value in words,
        )
        for suggestion in offered
    ]
    marked.sort(key=lambda suggestion: (not suggestion.is_chosen, -(suggestion.count or 0)))
    fitting = [suggestion for suggestion in marked if suggestion.is_chosen or wanted in bare(suggestion.label)]
    most = max(MAX_SUGGESTIONS, sum(suggestion.is_chosen for suggestion in fitting))
    return Suggestions(tuple(fitting[:most]), max(0, len(fitting) - most))


def _accounts(session: Session) -> Iterable[ConnectedAccount]:
    return session.accounts.present.values()


def _counts(session: Session, field: str) -> Mapping[str, int] | None:
    """How many photos have each value. None until the library was read."""
    values = session.library_values
    return None if values is None else values.counts(field)


def _people(session: Session) -> Iterator[Suggestion]:
    counts = _counts(session, PERSON)
    faces: dict[str, str] = {}
    for account in _accounts(session):
        for person in _list_or_empty(partial(getattr, account.names, "people")):
            if person.name:
                faces.setdefault(person.name, person.id)
    for group, members in session.rules.people.items():
        yield Suggestion(group, f"{group}: {', '.join(members)}")
    for name in sorted(faces, key=str.casefold):
        yield Suggestion(name, name, faces[name], None if counts is None else counts.get(name, 0))


def _values(session: Session, field: str) -> Iterator[Suggestion]:
    """The values of a field, from the library that was read, or else as the server lists them."""
    counts = _counts(session, field)
    if counts is not None:
        yield from (Suggestion(value, value, count=counts[value]) for value in sorted(counts, key=str.casefold))
        return
    names = {
        value for account in _accounts(session) for value in _list_or_empty(partial(account.server.hints.values, field))
    }
    yield from (Suggestion(value, value) for value in sorted(names, key=str.casefold))


def _tags(session: Session) -> list[str]:
    tags = {
        tag.path for account in _accounts(session) for tag in _list_or_empty(partial(getattr, account.names, "tags"))
    }
    return sorted(tags, key=str.casefold)


def _with_counts(session: Session, tags: tuple[Suggestion, ...]) -> tuple[Suggestion, ...]:
    """Add the number of photos to tags. No search returns tags, so the server counts."""
    ids = {tag.path: (account.name, tag.id) for account in _accounts(session) for tag in account.names.tags}

    def counted(tag: Suggestion) -> Suggestion:
        if tag.value not in ids:
            return tag
        account, id_ = ids[tag.value]
        query = metadata(tagIds=(id_,))
        (count,) = _list_or_empty(lambda: [session.estimate(query, account=account)]) or [None]
        return replace(tag, count=count)

    with ThreadPoolExecutor(_CONCURRENCY) as pool:
        return tuple(pool.map(counted, tags))


def _albums(session: Session) -> Iterator[Suggestion]:
    counts: dict[str, int] = {}
    for account in _accounts(session):
        for album in _list_or_empty(partial(getattr, account.names, "albums")):
            if album.name:
                counts[album.name] = max(counts.get(album.name, 0), album.asset_count)
    yield from (Suggestion(name, name, count=counts[name]) for name in sorted(counts, key=str.casefold))


def _libraries(session: Session) -> Iterator[Suggestion]:
    """External libraries by id, with their folders as labels."""
    values = session.library_values
    if values is not None:
        for id_, count in values.counts(LIBRARY).items():
            yield Suggestion(id_, values.folder(id_) or id_, count=count)
    yield Suggestion("any", "in some external library", is_word=True)
    yield Suggestion("none", "uploaded, in no external library", is_word=True)


def _places(session: Session) -> Iterator[Suggestion]:
    """The places of the rules file."""
    values = session.library_values
    for name, circle in session.rules.places.items():
        near = None if values is None else values.map.count_near(circle.latitude, circle.longitude, circle.radius)
        yield Suggestion(name, name, count=near)


def _list_or_empty(fetch: Callable[[], Iterable[T] | None]) -> list[T]:
    """The list that the server returns. Empty if it fails or the key lacks the permission: people type then."""
    try:
        return list(fetch() or ())
    except SmartAlbumsError:
        return []


def _words(predicate: Predicate) -> Iterator[str]:
    """The words of a predicate: the enums of its schema, or else those of its examples."""
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
