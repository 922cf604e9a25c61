"""Is everything in place? Server, key, permissions, albums, people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from immich_smart_albums.errors import MissingPermission
from immich_smart_albums.operations.permissions import missing

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_smart_albums.model.album import Album, Person, User
    from immich_smart_albums.model.version import Version
    from immich_smart_albums.operations.ports import PhotoServer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Health:
    """What a check found. None stands for "the key may not ask"."""

    base: str
    version: Version
    me: User | None
    missing: dict[str, str] | None
    """Permissions that the key lacks, with what they are for; None where the server cannot tell."""
    albums: tuple[Album, ...] | None
    people: tuple[Person, ...] | None


def check(server: PhotoServer) -> Health:
    """Ask everything that a run may need. Raises ServerError when the server or the key is no good at all."""
    return Health(
        server.base,
        server.version,
        me=_if_allowed(server.directory.me),
        missing=missing(server.directory.permissions()),
        albums=_sorted_albums(_if_allowed(server.directory.albums)),
        people=_named(_if_allowed(server.directory.people)),
    )


def _if_allowed(ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except MissingPermission:
        return None


def _sorted_albums(albums: list[Album] | None) -> tuple[Album, ...] | None:
    return None if albums is None else tuple(sorted(albums, key=lambda album: (album.name.casefold(), album.id)))


def _named(people: list[Person] | None) -> tuple[Person, ...] | None:
    if people is None:
        return None
    return tuple(sorted((p for p in people if p.name), key=lambda person: (person.name.casefold(), person.id)))
