"""What operations ask the server and its lists for: names, versions, what searches by meaning rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immich_smart_albums.model.album import Album, Person, Tag, User
    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.model.query import Query


class Directory(Protocol):
    """The named things of a server. Everything here raises ServerError rather than answer less."""

    def me(self) -> User:
        """The account that the key belongs to."""
        ...

    def permissions(self) -> frozenset[str] | None:
        """What the key may do: "all" or names. None if the server cannot tell."""
        ...

    def people(self) -> list[Person]:
        """All people that the server lists, hidden and unnamed ones too."""
        ...

    def people_named(self, name: str) -> list[Person]:
        """People of the account with such a name, and perhaps similar ones, wherever their photos are."""
        ...

    def has_person(self, person_id: str) -> bool:
        """Whether a person exists, listed or not."""
        ...

    def has_asset(self, asset_id: str) -> bool:
        """Whether the account may see an asset."""
        ...

    def tags(self) -> list[Tag]:
        """All tags of the account."""
        ...

    def users(self) -> list[User]:
        """The users of the server, as far as the account sees them."""
        ...

    def partners(self) -> list[User]:
        """The users whose photos the account's timeline shows beside its own."""
        ...

    def albums(self) -> list[Album]:
        """The albums that the account owns or shares."""
        ...

    def albums_with(self, asset_id: str) -> list[Album]:
        """The albums that an asset is in, of those that the account owns or shares."""
        ...

    def photos_by_year(self) -> dict[int, int]:
        """About how many photos of each year the timeline shows."""
        ...


class ServerInfo(Protocol):
    """What helps to understand a result. Raises ServerError."""

    def now(self) -> int | None:
        """What the server's clock shows, in ms since 1970. None if it does not tell."""
        ...

    def values(self, field: str) -> list[str] | None:
        """The values that city, state, country, make, model or lensModel have on the timeline, sorted.

        None for other fields, and where this version does not list them.
        """
        ...

    def has_smart_search(self) -> bool:
        """Whether smart search is switched on."""
        ...

    def busy_queues(self) -> list[str] | None:
        """What is still being indexed, in Immich's words. None if that is not known, for whatever reason."""
        ...


class Embeddings(Protocol):
    """What Immich has looked at for smart search."""

    def of(self, assets: Iterable[Asset], scope: Query) -> set[str]:
        """The ids of those assets that have an embedding, exactly.

        `scope` says where to look for them: its visibility, whether in the trash, and, if it has branches, that each
        of the assets fits one of them. Raises ServerError.
        """
        ...
