"""The state of Immich's indexing for one account. Each question is asked once in a run.

Immich has no list of the photos that it has not looked at yet. Three things can be asked instead:

- which photos have an embedding: a ranking returns exactly those;
- what was uploaded in the last minutes: a search with `createdAfter`, by the server's own clock;
- which queues are not empty: only the key of an administrator may see them.

`waiting` and `shown_stages` draw conclusions from the answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import compress
from typing import TYPE_CHECKING

from immich_smart_albums.errors import MissingPermission, NotImmich
from immich_smart_albums.model.condition import ordered
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.instants import from_milliseconds
from immich_smart_albums.model.query import Kind, Query, Visibility
from immich_smart_albums.model.search_field import Stage
from immich_smart_albums.operations.indexing.seen import SeenAssets
from immich_smart_albums.selection.run.ranking import newest_first
from immich_smart_albums.selection.stages import METADATA_FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.operations.ports.server import PhotoServer
    from immich_smart_albums.rules.tree import Record
    from immich_smart_albums.selection.ports import CacheStore

QUEUES: dict[Stage, frozenset[str]] = {
    Stage.METADATA: frozenset({"metadata extraction", "sidecar metadata"}),
    Stage.FACES: frozenset({"face detection", "facial recognition"}),
    Stage.TEXT: frozenset({"text recognition"}),
}
"""The queues, in Immich's words, that a stage waits for."""

MINUTE = 60.0


@dataclass(slots=True)
class Indexing:
    """Asks one account's server about its indexing, and only if something depends on the answer."""

    server: PhotoServer
    clock: Callable[[], float] | None
    """Returns seconds since 1970, for servers that do not send their time."""
    store: CacheStore | None = None
    """Keeps the ids of photos that were seen with an embedding, or with faces, from run to run."""
    most: int | None = None
    """How many of the newest photos are asked for embeddings at once; the others are left `open`. None: all."""
    open: dict[Query, dict[str, Asset]] = field(default_factory=dict)
    """Photos that were not asked for embeddings yet, by the scope of the ranking to ask."""
    embedded: dict[str, bool] = field(default_factory=dict)
    """Whether a photo has an embedding, by its id, for photos that this run has asked about."""
    busy: frozenset[str] | None = None
    """The last answer of `queues`. None if it was not called yet."""
    _now: int | None = None
    _fresh: dict[tuple[int, frozenset[Visibility], bool], Mapping[str, Record]] = field(default_factory=dict)
    _is_smart: bool | None = None
    _seen: SeenAssets | None = None
    _faces: SeenAssets | None = None
    _sees_queues: bool = False
    _asked_at: float = 0.0

    @property
    def leaves_open(self) -> bool:
        """Whether this serves a draft, and not a plan: embeddings seen in earlier runs then count as present."""
        return self.most is not None

    def look_anew(self) -> None:
        """Forget the time, the queues and the newest uploads, if they were asked for more than a minute ago."""
        now = 0.0 if self.clock is None else self.clock()
        if not self._asked_at <= now < self._asked_at + MINUTE:
            self._asked_at, self._now, self.busy = now, None, None
            self._fresh.clear()

    def left_open(self, most: int) -> tuple[list[Asset], Query] | None:
        """Returns the newest `open` photos of one scope, at most `most`, and that scope. None if none is open."""
        for scope, assets in self.open.items():
            return newest_first(assets.values())[:most], scope
        return None

    def learn(self, assets: Iterable[Asset], embedded: Collection[str]) -> None:
        """Record that of `assets` those with an id in `embedded` have an embedding, and the others have none.

        Raises NotImmich if neither the server nor `clock` has the time.
        """
        self._know({asset.id: asset.id in embedded for asset in assets})
        self._known_embedded().add(embedded, self._time())

    def have_embeddings(self, ids: Iterable[str]) -> None:
        """Record that photos have an embedding, since a ranking of this run has them."""
        self._know(dict.fromkeys(ids, True))

    def _know(self, embedded: Mapping[str, bool]) -> None:
        self.embedded.update(embedded)
        for scope, left in list(self.open.items()):
            for id_ in embedded.keys() & left.keys():
                del left[id_]
            if not left:
                del self.open[scope]

    def having_embeddings(self, assets: Iterable[Asset], scope: Query, *, exact: bool) -> set[str]:
        """Returns the ids of the photos that have an embedding. Those left `open` count as having none.

        Without `exact`, and in a draft, an embedding seen in an earlier run counts as present. Raises ServerError.
        """
        wanted = list(assets)
        seen = self._known_embedded()
        exact = exact and not self.leaves_open
        unknown = [asset for asset in wanted if asset.id not in self.embedded]
        before = set() if exact or not unknown else seen.among({asset.id for asset in unknown})
        if before:
            unknown = [asset for asset in unknown if asset.id not in before]
        if self.most is not None and unknown:
            first = {asset.id for asset in newest_first(wanted)[: self.most]}
            left = {asset.id: asset for asset in unknown if asset.id not in first}
            if left:
                self.open.setdefault(scope, {}).update(left)
            unknown = [asset for asset in unknown if asset.id in first]
        self._ask(unknown, scope)
        ids = [asset.id for asset in wanted]
        return before.union(compress(ids, map(self.embedded.get, ids)))

    def uploaded_within(self, settle: int, scope: Query) -> Mapping[str, Record]:
        """Returns the records of photos that were uploaded in the last `settle` seconds, with EXIF, by id.

        Raises ServerError.
        """
        if not settle:
            return {}
        key = (settle, scope.visibility, scope.get("withDeleted") is True)
        if key not in self._fresh:
            since = where(createdAfter=from_milliseconds(self._time() - settle * 1000))
            query = Query(Kind.METADATA, ordered((*since, *scope.where)), scope.visibility)
            fresh: dict[str, Record] = {}
            # Usually there are none, and without EXIF that takes a single request.
            for fields in (frozenset[str](), METADATA_FIELDS):
                batches = self.server.searches.find(query, fields)
                fresh |= {str(record["id"]): record for batch in batches for record in batch}
                if not fresh:
                    break
            self._fresh[key] = fresh
        return self._fresh[key]

    def queues(self) -> frozenset[str]:
        """Returns the names of the queues that are not empty. Empty if the key may not see them. Raises ServerError."""
        if self.busy is None:
            busy = self.server.hints.busy_queues()
            self.busy, self._sees_queues = frozenset(busy or ()), busy is not None
        return self.busy

    def has_smart_search(self) -> bool:
        """Returns whether smart search is switched on, so that photos get embeddings. Raises ServerError."""
        if self._is_smart is None:
            self._is_smart = self.server.hints.has_smart_search()
        return self._is_smart

    def searchable_owners(self) -> set[str] | None:
        """Returns the ids of the users whose photos searches find: the key's own, and partners.

        None if the key lacks a permission for that. Raises ServerError.
        """
        try:
            return {user.id for user in (self.server.directory.me(), *self.server.directory.partners())}
        except MissingPermission:
            return None

    def never_had_faces(self, asset: Asset) -> bool:
        """Returns whether no earlier run saw faces on a photo. False as well if the key may not see the queues.

        Raises ServerError.
        """
        self.queues()
        return self._sees_queues and not self._known_faces().has(asset.id)

    def remember_faces(self, assets: Iterable[Asset]) -> None:
        """Record in the store that these photos had faces."""
        self._known_faces().add((asset.id for asset in assets), self._time(), is_refreshed=True)

    def _time(self) -> int:
        """The time of the server, in ms since 1970."""
        if self._now is None:
            self._now = self.server.hints.now()
        if self._now is None:
            if self.clock is None:
                message = f"{self.server.base} does not tell its time, so that nobody knows what was only just uploaded"
                raise NotImmich(message, hint="A proxy on the way takes the Date of answers away.")
            self._now = int(self.clock() * 1000)
        return self._now

    def _known_faces(self) -> SeenAssets:
        if self._faces is None:
            self._faces = SeenAssets.of(self.server, self.store, "faces")
        return self._faces

    def _known_embedded(self) -> SeenAssets:
        if self._seen is None:
            self._seen = SeenAssets.of(self.server, self.store, "embedded")
        return self._seen

    def _ask(self, assets: Sequence[Asset], scope: Query) -> None:
        if assets:
            self.learn(assets, self.server.embeddings.of(assets, scope))
