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
    """owner, editor or viewer. None if that is not known."""
    owner: str
    """The owner's name."""
    created: str
    """The instant at which it was created, in the server's form."""
    shared: bool = False
    """Whether it has members besides its owner."""


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
    """The name after those of its parents: `Trips/Finland`."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with an account on the server."""

    id: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class AlbumDetails:
    """One album as it is now, without its photos."""

    id: str
    name: str
    owner: User
    users: tuple[tuple[User, str], ...]
    """The users that it is shared with, each with a role: editor or viewer."""
    updated: str
    """Immich's `updatedAt`. Adding photos and edits move it; taking photos out does so in some versions only."""
    description: str
    order: str | None
    """asc or desc. None if this version does not return it."""
    cover: str | None
    """The id of the asset on its cover."""
    created: str = ""
    asset_count: int | None = None
    """How many photos it has, by Immich's count. None if this version does not return it."""
    has_link: bool | None = None
    """Whether a link lets people in who have no account. None if this version does not return it."""
    latest_change: str | None = None
    """When one of its photos changed last, by Immich's count. None without photos, or if it is not returned."""
