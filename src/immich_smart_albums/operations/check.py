"""Is everything in place? Server, key, permissions, albums, people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from immich_smart_albums.errors import MissingPermission

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_smart_albums.model.album import Album, Person, User
    from immich_smart_albums.model.version import Version
    from immich_smart_albums.operations.ports import PhotoServer

T = TypeVar("T")

NEEDS: dict[str, str] = {
    "asset.read": "searching photos",
    "person.read": "people by name",
    "tag.read": "searches with tagIds",
    "user.read": "whose key it is, and your role in shared albums",
    "album.read": "finding albums and what is in them",
    "albumAsset.create": "adding photos to an album",
    "album.create": "--create-album",
}
"""Permissions of an API key that this tool uses, each with what fails without it."""


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
    held = server.directory.permissions()
    return Health(
        server.base,
        server.version,
        me=_if_allowed(server.directory.me),
        missing=None if held is None else _missing(held),
        albums=_sorted_albums(_if_allowed(server.directory.albums)),
        people=_named(_if_allowed(server.directory.people)),
    )


def _missing(held: frozenset[str]) -> dict[str, str]:
    return {} if "all" in held else {name: purpose for name, purpose in NEEDS.items() if name not in held}


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
