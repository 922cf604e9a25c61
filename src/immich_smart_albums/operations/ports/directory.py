"""Ports for the server's lists: names, versions, embeddings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immich_smart_albums.model.album import Album, Person, Tag, User
    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.model.query import Query


class Directory(Protocol):
    """The named things of a server. Every method raises ServerError rather than return less."""

    def me(self) -> User:
        """Returns the user that the key belongs to (`GET /users/me`). Raises MissingPermission without `user.read`."""
        ...

    def permissions(self) -> frozenset[str] | None:
        """Returns the key's permissions by name, or "all". None if the server cannot say (before 1.139)."""
        ...

    def people(self) -> list[Person]:
        """Returns all people that the server lists, hidden and unnamed ones too.

        People on archived photos only are not listed.
        """
        ...

    def people_named(self, name: str) -> list[Person]:
        """Returns people of the account with such a name, and perhaps similar ones, wherever their photos are."""
        ...

    def has_person(self, person_id: str) -> bool:
        """Returns whether a person exists, listed or not."""
        ...

    def has_asset(self, asset_id: str) -> bool:
        """Returns whether the account may see an asset."""
        ...

    def tags(self) -> list[Tag]:
        """Returns all tags of the account."""
        ...

    def users(self) -> list[User]:
        """Returns the users of the server that the account sees.

        Raises MissingPermission without `user.read`.
        """
        ...

    def partners(self, *, is_hint: bool = False) -> list[User]:
        """Returns the users whose photos the account's timeline shows beside its own.

        With `is_hint` nothing depends on the answer: it is asked for once, with a short time-out. Raises
        MissingPermission without `partner.read`.
        """
        ...

    def albums(self) -> list[Album]:
        """Returns the albums that the account owns or that are shared with it, each once."""
        ...

    def albums_with(self, asset_id: str) -> list[Album]:
        """Returns those of the account's albums that an asset is in."""
        ...

    def photos_by_year(self) -> dict[int, int]:
        """Returns about how many photos of each year the timeline shows, such as `{2024: 812}`."""
        ...


class ServerInfo(Protocol):
    """Facts about the server that help to understand a result. Raises ServerError."""

    def now(self) -> int | None:
        """Returns the server's time, in ms since 1970. None if it does not send it."""
        ...

    def values(self, field: str) -> list[str] | None:
        """Returns the values that city, state, country, make, model or lensModel have on the timeline, sorted.

        None for other fields, and if this version does not list them.
        """
        ...

    def has_smart_search(self) -> bool:
        """Returns whether smart search is switched on."""
        ...

    def busy_queues(self) -> list[str] | None:
        """Returns the queues with work left, in Immich's words. None if that is not known, for whatever reason.

        Only administrators' keys may ask.
        """
        ...


class Embeddings(Protocol):
    """Finds assets that have an embedding: the vector of a picture that Immich makes for smart search."""

    def of(self, assets: Iterable[Asset], scope: Query) -> set[str]:
        """Returns exactly the ids of those assets that have an embedding.

        `scope` is the search to look in: its visibility, whether in the trash, and branches, if any, of which one holds
        for each of the assets. Raises ServerError.
        """
        ...
