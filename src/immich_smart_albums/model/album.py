"""Albums, people and the other named things of a server."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Album:
    """An album that the key can see."""

    id: str
    name: str
    asset_count: int
    role: str | None
    """owner, editor or viewer. None if this could not be told."""
    owner: str
    """The owner's name."""
    created: str
    """When it was created, as the server wrote it."""
    shared: bool = False
    """Whether it has members beside its owner."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person record. Names are not unique, and may be empty."""

    id: str
    name: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag."""

    id: str
    path: str
    """Its name after those of its parents: `Trips/Finland`."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with an account on the server."""

    id: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class AlbumDetails:
    """One album as it is now, but for what is in it."""

    id: str
    name: str
    owner: User
    users: tuple[tuple[User, str], ...]
    """Whom it is shared with, each with a role: editor or viewer."""
    updated: str
    """Immich's `updatedAt`; adding photos and editing move it, taking photos out does not in every version."""
    description: str
    order: str | None
    """asc or desc. None if this version does not tell."""
    cover: str | None
    """The id of the asset that it is shown with."""
    created: str = ""
    asset_count: int | None = None
    """How many photos it has, by Immich's count. None if Immich does not say."""
    has_link: bool | None = None
    """Whether a link lets people in who have no account. None if this version does not tell."""
    latest_change: str | None = None
    """When one of its photos changed last, as far as Immich counts them. None if there is none, or it does not tell."""
