"""The findings of a check as text."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from immich_smart_albums.report.words import columns, one_line, padded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.model.album import Album, Person
    from immich_smart_albums.operations.check import CheckReport

_UNANSWERED = "could not be asked for"


def health_lines(health: CheckReport) -> Iterator[str]:
    """Yields the lines of a check."""
    yield f"Server       {health.base}, Immich {health.version}"
    if "me" in health.unanswered:
        yield f"Key          {_UNANSWERED}"
    elif health.me is None:
        yield "Key          accepted; whose it is cannot be told without the permission user.read"
    else:
        yield f"Key          of {one_line(health.me.name)} <{one_line(health.me.email)}>"
    yield from [f"Permissions  {_UNANSWERED}"] if "missing" in health.unanswered else _permissions(health.missing)
    yield ""
    yield from [f"Albums       {_UNANSWERED}"] if "albums" in health.unanswered else _albums(health.albums)
    yield ""
    yield from [f"People       {_UNANSWERED}"] if "people" in health.unanswered else _people(health.people)


def _permissions(missing: dict[str, str] | None) -> Iterator[str]:
    if missing is None:
        yield "Permissions  this server version does not tell what a key may do (1.139 and later do)"
    elif not missing:
        yield "Permissions  everything this tool needs"
    else:
        yield "Permissions  missing in this key:"
        width = max(map(len, missing))
        yield from (f"  {name:{width}}  for {purpose}" for name, purpose in missing.items())


def _albums(albums: tuple[Album, ...] | None) -> Iterator[str]:
    if albums is None:
        yield "Albums       cannot be listed without the permission album.read"
        return
    yield f"Albums       {len(albums)}"
    width = max((columns(one_line(album.name)) for album in albums), default=0)
    for album in albums:
        role = "" if album.role in {"owner", None} else f", {album.role}, of {one_line(album.owner)}"
        yield f"  {padded(one_line(album.name), width)}  {album.id}  {album.asset_count} photos{role}"


def _people(people: tuple[Person, ...] | None) -> Iterator[str]:
    if people is None:
        yield "People       cannot be listed without the permission person.read"
        return
    yield f"People       {len(people)} with a name"
    repeated = Counter(person.name for person in people)
    width = max((columns(one_line(person.name)) for person in people), default=0)
    for person in people:
        notes = [note for note, holds in _notes(person, repeated) if holds]
        remark = f"  ({', '.join(notes)})" if notes else ""
        yield f"  {padded(one_line(person.name), width)}  {person.id}{remark}"


def _notes(person: Person, repeated: Counter[str]) -> list[tuple[str, bool]]:
    return [("hidden", person.hidden), ("name used more than once", repeated[person.name] > 1)]
