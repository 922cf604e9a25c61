"""What the operations need from the world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from immich_smart_albums.changes.journal import Ending, Intent, KnownAlbum, Run, Write
    from immich_smart_albums.changes.memory import AlbumKey, AlbumMemory, Binding
    from immich_smart_albums.changes.plan import Observed
    from immich_smart_albums.model.album import Album, AlbumDetails, Person, Tag, User
    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.model.outcome import Outcome
    from immich_smart_albums.model.picture import Picture
    from immich_smart_albums.model.query import Query
    from immich_smart_albums.model.version import Version
    from immich_smart_albums.model.workflow import Step, Workflow
    from immich_smart_albums.selection.ports import SearchApi


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

        `scope` says where to look for them: its visibility, and whether in the trash. Raises ServerError.
        """
        ...


class Albums(Protocol):
    """What is in albums, and writing to them. Everything here raises ServerError rather than do less."""

    def members(self, album_id: str) -> frozenset[str]:
        """The ids in an album; trashed and hidden ones may be missing."""
        ...

    def trashed(self, album_id: str) -> frozenset[str]:
        """The ids in an album that are in the trash, as far as this version tells."""
        ...

    def hidden(self, album_id: str, asset_ids: Collection[str]) -> frozenset[str]:
        """Which of these ids, that `members` does not show, are in the album all the same."""
        ...

    def remarks(self, album_id: str) -> int:
        """How many comments and likes an album has, those on its photos included."""
        ...

    def details(self, album_id: str) -> AlbumDetails:
        """One album; raises NoAccess where there is none for this account."""
        ...

    def create(self, name: str, description: str = "") -> Album:
        """Create an album; never two."""
        ...

    def add(self, album_id: str, asset_ids: Sequence[str]) -> dict[str, Outcome]:
        """Add one chunk of assets that are not there, and tell what became of each, and of nothing else."""
        ...

    def remove(self, album_id: str, asset_ids: Sequence[str]) -> dict[str, Outcome]:
        """Take out one chunk of assets that are there, and tell what became of each, and of nothing else."""
        ...

    def edit(
        self,
        album_id: str,
        *,
        name: str | None = None,
        description: str | None = None,
        order: str | None = None,
        cover: str | None = None,
    ) -> None:
        """Change what is given; `order` is asc or desc, the cover the id of an asset in the album."""
        ...

    def share(self, album_id: str, user_id: str, role: str | None) -> None:
        """Give a user a role, editor or viewer; None: no access any more."""
        ...

    def delete(self, album_id: str) -> None:
        """Delete an album; what is in it stays in the library."""
        ...


class Pictures(Protocol):
    """Small pictures, for pages. Everything here raises ServerError; Refused with status 404 for one not made yet.

    With the `etag` of the picture that whoever asks has, one that is the same comes without data.
    """

    def of_asset(
        self, asset_id: str, size: Literal["thumbnail", "preview"] = "thumbnail", *, etag: str | None = None
    ) -> Picture:
        """The picture of an asset, some 250 or 1,440 pixels in size."""
        ...

    def of_person(self, person_id: str, *, etag: str | None = None) -> Picture:
        """The face of a person."""
        ...


class Workflows(Protocol):
    """Immich's own workflows. Everything here raises ServerError rather than answer less."""

    def methods(self) -> frozenset[str] | None:
        """The methods that steps may use. None if this version has no workflows."""
        ...

    def owned(self) -> list[Workflow]:
        """All workflows of the account."""
        ...

    def create(self, name: str, description: str, trigger: str, step: Step) -> str:
        """Make a workflow of one step, and return its id."""
        ...

    def details(self, workflow_id: str) -> Workflow:
        """One workflow with its steps."""
        ...

    def delete(self, workflow_id: str) -> None:
        """Delete a workflow."""
        ...


class PhotoServer(Protocol):
    """One server and one key."""

    @property
    def base(self) -> str:
        """The address that people open in a browser."""
        ...

    @property
    def version(self) -> Version:
        """The server's version."""
        ...

    @property
    def directory(self) -> Directory:
        """Names."""
        ...

    @property
    def hints(self) -> ServerInfo:
        """What helps to understand a result."""
        ...

    @property
    def embeddings(self) -> Embeddings:
        """What Immich has looked at for smart search."""
        ...

    @property
    def pictures(self) -> Pictures:
        """Small pictures."""
        ...

    @property
    def searches(self) -> SearchApi:
        """Searches."""
        ...

    @property
    def albums(self) -> Albums:
        """Albums."""
        ...

    @property
    def workflows(self) -> Workflows:
        """Immich's own workflows."""
        ...

    def asks_for(self, query: Query, fields: frozenset[str]) -> frozenset[str]:
        """What a search for these fields asks to be shown of each asset beside its own: `exifInfo`, `people`."""
        ...

    def unsupported(self, query: Query) -> list[tuple[str, str]]:
        """The fields of a query that this version would silently ignore, each with what to know about it."""
        ...

    def unsupported_asset_fields(self, names: Iterable[str]) -> list[str]:
        """What to know about fields of assets that this version does not return."""
        ...


class Journal(Protocol):
    """What is told to the ledger while a plan is written. Everything here raises LedgerError.

    What a method writes is written for good when it returns, all of it or nothing.
    """

    @property
    def state(self) -> str:
        """Which ledger this is, and how often it changed; empty for one that remembers nothing."""
        ...

    def begin(self, verb: str, server: str, at: str, undoes: int | None = None) -> int:
        """Start a run; the number is its id."""
        ...

    def finish(self, run: int, ending: Ending, at: str) -> None:
        """End a run."""
        ...

    def bind(self, key: AlbumKey, album: Album) -> None:
        """Remember which album a rule feeds, and its name."""
        ...

    def rename(self, before: AlbumKey, now: AlbumKey) -> None:
        """From now on know an album, and all that is remembered of it, by another rule; nothing where that has one."""
        ...

    def learn(self, key: AlbumKey, learned: Observed, matched: int | None, split: str = "") -> None:
        """Remember what people did to an album, and how many photos the rule selects. None if not known.

        `split` is the name of a rule that is split into several albums, of which this is one.
        """
        ...

    def intend(self, intent: Intent, updated: Callable[[], str]) -> int:
        """Remember that a request is about to be sent, and the album's `updatedAt` right before; the write's id."""
        ...

    def settle(self, write: int, outcomes: Mapping[str, Outcome], album: Album | None = None) -> None:
        """Remember what a request did: what became of each photo, and the album that it created."""
        ...

    def covered(self, write: int, before: str, after: str) -> None:
        """Remember the album's cover before and after a request: ids of assets, empty for none."""
        ...

    def refuse(self, write: int) -> None:
        """Remember that a request was not carried out."""
        ...


class Ledger(Journal, Protocol):
    """What was written, by which run, and what people did since."""

    @property
    def remembers(self) -> bool:
        """Whether it will know later what it is told; else that nothing is known says nothing."""
        ...

    def binding(self, key: AlbumKey) -> Binding | None:
        """The album that a rule feeds; None: none yet."""
        ...

    def memory(self, key: AlbumKey) -> AlbumMemory:
        """What is remembered of a rule's album."""
        ...

    def albums(self) -> list[KnownAlbum]:
        """All albums, by rule."""
        ...

    def runs(self) -> list[Run]:
        """All runs, newest first."""
        ...

    def writes(self, run: int) -> list[Write]:
        """What a run wrote, in order."""
        ...

    def writes_to(self, key: AlbumKey) -> list[Write]:
        """All that was ever written for a rule, in order."""
        ...

    def unbind(self, key: AlbumKey) -> None:
        """Forget the album of a rule, and what is in it; what people took out stays known."""
        ...

    def take_over(self, run: int, key: AlbumKey, user: str, assets: Iterable[Asset]) -> None:
        """From now on these photos count as added by us, with the key of this user."""
        ...

    def forget(self, key: AlbumKey, asset_ids: Iterable[str]) -> None:
        """Forget that photos were taken out of an album."""
        ...
