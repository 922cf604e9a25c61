"""What one account's server has found out about photos, and what it is still to find out.

Immich says of no photo when it was looked at for faces, or for text. What can be known is this:

- whether it has an embedding: exactly, since a ranking shows it or refuses it;
- whether its file was read: what it says of it shows that;
- when it was uploaded, and for an administrator's key which queues are not empty.

So a photo counts as looked at for faces and text once it has been there for a while (`settle`), no queue that is seen
is at work on that, and the pipeline has reached it, of which the embedding is the sign. Where smart search is switched
off there is no such sign, and the other two decide. The same goes for what Immich has not found in a file.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from immich_smart_albums.errors import MissingPermission, NotImmich
from immich_smart_albums.model.condition import ordered
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.instants import from_milliseconds
from immich_smart_albums.model.query import Kind, Query, Visibility
from immich_smart_albums.model.search_field import Stage
from immich_smart_albums.operations.indexing.cases import Case, doubtful
from immich_smart_albums.operations.indexing.scopes import narrow_scope
from immich_smart_albums.operations.indexing.seen import SeenAssets
from immich_smart_albums.selection.run.certainty import Alike, certain_after, missing_stages
from immich_smart_albums.selection.run.ranking import newest_first
from immich_smart_albums.selection.stages import METADATA_FIELDS, NONE, shows_metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.operations.ports.server import PhotoServer
    from immich_smart_albums.rules.tree import Record
    from immich_smart_albums.selection.ports import CacheStore
    from immich_smart_albums.selection.run.certainty import Certainty
    from immich_smart_albums.selection.run.evaluate import Selection
    from immich_smart_albums.selection.stages import Stages

QUEUES: dict[Stage, frozenset[str]] = {
    Stage.METADATA: frozenset({"metadata extraction", "sidecar metadata"}),
    Stage.FACES: frozenset({"face detection", "facial recognition"}),
    Stage.TEXT: frozenset({"text recognition"}),
}
"""The queues, in Immich's words, that a step waits for."""

_BY_SIGN = (Stage.METADATA, Stage.FACES, Stage.TEXT)

_SIGNED = frozenset(_BY_SIGN)

_WORDS = {
    Stage.DATES: "Immich has not read their files yet",
    Stage.METADATA: "Immich has not read their files yet",
    Stage.EMBEDDING: "Immich has not looked at them for smart search yet",
    Stage.FACES: "Immich has not looked at them for faces yet",
    Stage.TEXT: "Immich has not read the text in them yet",
}

OPEN = "whether Immich has looked at them is not asked yet; the plan does"
"""Why photos wait that were left open."""

MINUTE = 60.0

MOST_DETAILS = 200
"""Photos whose details are asked for where nothing else tells whether their files were read."""


@dataclass(slots=True)
class Indexing:
    """Asks one account's server, each thing once in a run, and only where something depends on it."""

    server: PhotoServer
    clock: Callable[[], float] | None
    """Seconds since 1970, for servers that do not tell their time."""
    store: CacheStore | None = None
    """Where it is kept which photos were seen with an embedding."""
    most: int | None = None
    """Only the newest of photos are asked about for embeddings, so many; None: all. The others are left `open`."""
    open: dict[Query, dict[str, Asset]] = field(default_factory=dict)
    """What was not asked about yet, by where to look for it."""
    _now: int | None = None
    _fresh: dict[tuple[int, frozenset[Visibility], bool], Mapping[str, Record]] = field(default_factory=dict)
    _busy: frozenset[str] | None = None
    _is_smart: bool | None = None
    _seen: SeenAssets | None = None
    _faces: SeenAssets | None = None
    _sees_queues: bool = False
    _asked_at: float = 0.0
    _embedded: dict[str, bool] = field(default_factory=dict)
    """What was asked for in this run."""

    @property
    def leaves_open(self) -> bool:
        """Whether this is for what is looked at, and not for a plan: then what was asked once may do."""
        return self.most is not None

    def look_anew(self) -> None:
        """Forget what may change from one minute to the next, where it was asked for that long ago."""
        now = 0.0 if self.clock is None else self.clock()
        if not self._asked_at <= now < self._asked_at + MINUTE:
            self._asked_at, self._now, self._busy = now, None, None
            self._fresh.clear()

    def left_open(self, most: int) -> tuple[list[Asset], Query] | None:
        """The newest photos that nobody asked about, at most so many, and where to look for them. None if all were."""
        for scope, assets in self.open.items():
            return newest_first(assets.values())[:most], scope
        return None

    def learn(self, assets: Iterable[Asset], embedded: Collection[str]) -> None:
        """Take in which of some photos have an embedding."""
        self._embedded |= {asset.id: asset.id in embedded for asset in assets}
        for scope, left in list(self.open.items()):
            self.open[scope] = {id_: asset for id_, asset in left.items() if id_ not in self._embedded}
            if not self.open[scope]:
                del self.open[scope]
        self._known_embedded().add(embedded, self._time())

    def waiting(
        self, certainty: Certainty | None, assets: Sequence[Asset], settle: int, *, exact: bool = True
    ) -> dict[str, str]:
        """Which of some matches are not certain yet, by id, each with the reason in words.

        `settle` is in seconds. With `exact` an embedding that was seen in an earlier run is looked for again where the
        rule asks for it: Immich may have thrown it away to make a new one. Raises ServerError and FilterError.
        """
        if certainty is None:
            return {}
        groups = [group for group in certainty.alike(assets) if missing_stages(group.table, NONE)]
        if not groups:
            return {}
        self._embedded |= dict.fromkeys(_ranked_by(certainty, groups), True)
        scope = narrow_scope(branch.driver for branch in certainty.plan.branches)
        cases = self._decided(list(doubtful(groups, self._uploaded_within(settle, scope))), scope, exact=exact)
        return {
            asset.id: self._reason(asset.id, case.missing[0]) for case in cases if case.missing for asset in case.assets
        }

    def done(self, asset: Asset, settle: int, scope: Query, *, is_read: bool) -> Stages:
        """The steps that are done for a photo. Raises ServerError."""
        group = Alike(certain_after(Stage), is_read, [asset])
        (case,) = self._decided(list(doubtful([group], self._uploaded_within(settle, scope))), scope, exact=True)
        return case.done

    def remember_faces(self, assets: Iterable[Asset]) -> None:
        """Remember what a rule selects that rests on faces: these were there once."""
        self._known_faces().add((asset.id for asset in assets), self._time(), is_refreshed=True)

    def _known_faces(self) -> SeenAssets:
        if self._faces is None:
            self._faces = SeenAssets.of(self.server, self.store, "faces")
        return self._faces

    def _never_had_faces(self, asset: Asset) -> bool:
        """Whether nobody was ever on a photo, as far as is known, and no queue of faces is at work that could show."""
        self.queues()
        return self._sees_queues and not self._known_faces().has(asset.id)

    def shown(
        self, assets: Collection[Asset], stages: Stages, settle: int, scope: Query, *, of_anybody: bool = False
    ) -> dict[str, Stages]:
        """Of some steps those of which Immich still shows what they found out, for each of some photos.

        Photos that no search of this account finds are missing, such as those that others put into an album: Immich
        shows nothing of them here, and never will. With `of_anybody` searches find what belongs to others as well.

        Photos on which nobody is shown may have been looked at; but where somebody was, and is not any more, faces may
        as well be on their way again. So may they be where the queues are not to be seen. Raises ServerError.
        """
        fresh = self._uploaded_within(settle, scope)
        records = {str(detail["id"]): detail for detail in self.server.searches.details(asset.id for asset in assets)}
        owners = None if of_anybody else self._searchable_owners()
        assets = [asset for asset in assets if _is_reached(records.get(asset.id), owners)]
        is_signed = Stage.EMBEDDING in stages or (Stage.TEXT in stages and self._smart())
        embedded = self._having_embeddings(assets, scope, exact=True) if is_signed else {asset.id for asset in assets}
        busy = self.queues()
        stages_by_asset: dict[str, Stages] = {}
        for asset in assets:
            record, is_settled = records[asset.id], asset.id not in fresh
            signs = {
                Stage.DATES: is_settled,
                Stage.METADATA: shows_metadata(record),
                Stage.EMBEDDING: asset.id in embedded,
                Stage.FACES: is_settled and (bool(record.get("people")) or self._never_had_faces(asset)),
                Stage.TEXT: is_settled and asset.id in embedded,
            }
            stages_by_asset[asset.id] = frozenset(
                stage for stage in stages if signs[stage] and not QUEUES.get(stage, frozenset()) & busy
            )
        return stages_by_asset

    def _searchable_owners(self) -> set[str] | None:
        """Whose photos searches find. None if the key may not tell."""
        try:
            return {user.id for user in (self.server.directory.me(), *self.server.directory.partners())}
        except MissingPermission:
            return None

    def _decided(self, cases: list[Case], scope: Query, *, exact: bool) -> list[Case]:
        """The cases, with the steps that an embedding proves or is a sign of, and what details show of files."""
        wanting = [case.deciding for case in cases]
        proven = [stages and Stage.EMBEDDING in stages for stages in wanting]
        by_itself = [asset for case, is_asked in zip(cases, proven, strict=True) if is_asked for asset in case.assets]
        if by_itself:
            embedded = self._having_embeddings(by_itself, scope, exact=exact)
            cases = [
                part
                for case, is_asked in zip(cases, proven, strict=True)
                for part in (case.split(embedded, {Stage.EMBEDDING}) if is_asked else (case,))
            ]
        return self._by_files(self._by_sign(cases, scope))

    def _by_sign(self, cases: list[Case], scope: Query) -> list[Case]:
        """The cases, with the steps of which an embedding is a sign, where no queue is at work on them."""
        if not any(not case.is_fresh and case.deciding & _SIGNED for case in cases):
            return cases
        busy = self.queues()
        calm = frozenset(stage for stage in _BY_SIGN if not QUEUES[stage] & busy)
        signed = [not case.is_fresh and bool(case.deciding & calm) for case in cases]
        assets = [asset for case, is_asked in zip(cases, signed, strict=True) if is_asked for asset in case.assets]
        reached = self._having_embeddings(assets, scope, exact=False) if self._smart() else {one.id for one in assets}
        return [
            part
            for case, is_asked in zip(cases, signed, strict=True)
            for part in (case.split(reached, calm) if is_asked else (case,))
        ]

    def _by_files(self, cases: list[Case]) -> list[Case]:
        """The cases, with what details show of whether files were read, where nothing else told and few are left."""
        unread = [not case.is_fresh and Stage.METADATA in case.deciding for case in cases]
        ids = [asset.id for case, is_asked in zip(cases, unread, strict=True) if is_asked for asset in case.assets]
        if not 0 < len(ids) <= MOST_DETAILS:
            return cases
        read = {str(record["id"]) for record in self.server.searches.details(ids) if shows_metadata(record)}
        return [
            part
            for case, is_asked in zip(cases, unread, strict=True)
            for part in (case.split(read, {Stage.METADATA}) if is_asked else (case,))
        ]

    def _uploaded_within(self, settle: int, scope: Query) -> Mapping[str, Record]:
        """What was uploaded in the last so many seconds, with EXIF."""
        if not settle:
            return {}
        key = (settle, scope.visibility, scope.get("withDeleted") is True)
        if key not in self._fresh:
            since = where(createdAfter=from_milliseconds(self._time() - settle * 1000))
            query = Query(Kind.METADATA, ordered((*since, *scope.where)), scope.visibility)
            fresh: dict[str, Record] = {}
            # Mostly there is nothing, and without EXIF that is one request.
            for fields in (frozenset[str](), METADATA_FIELDS):
                batches = self.server.searches.find(query, fields)
                fresh |= {str(record["id"]): record for batch in batches for record in batch}
                if not fresh:
                    break
            self._fresh[key] = fresh
        return self._fresh[key]

    def _time(self) -> int:
        """What the server's clock shows, in ms since 1970."""
        if self._now is None:
            self._now = self.server.hints.now()
        if self._now is None:
            if self.clock is None:
                message = f"{self.server.base} does not tell its time, so that nobody knows what was only just uploaded"
                raise NotImmich(message, hint="A proxy on the way takes the Date of answers away.")
            self._now = int(self.clock() * 1000)
        return self._now

    def queues(self) -> frozenset[str]:
        """The queues that are not empty, as far as the key may see them."""
        if self._busy is None:
            busy = self.server.hints.busy_queues()
            self._busy, self._sees_queues = frozenset(busy or ()), busy is not None
        return self._busy

    def _smart(self) -> bool:
        if self._is_smart is None:
            self._is_smart = self.server.hints.has_smart_search()
        return self._is_smart

    def _having_embeddings(self, assets: Iterable[Asset], scope: Query, *, exact: bool) -> set[str]:
        """Which of some photos have an embedding, as far as it is asked for."""
        wanted = list(assets)
        seen = self._known_embedded()
        exact = exact and not self.leaves_open
        unknown = [asset for asset in wanted if asset.id not in self._embedded]
        before = set() if exact else seen.among({asset.id for asset in unknown})
        unknown = [asset for asset in unknown if asset.id not in before]
        if self.most is not None and unknown:
            first = {asset.id for asset in newest_first(wanted)[: self.most]}
            left = {asset.id: asset for asset in unknown if asset.id not in first}
            if left:
                self.open.setdefault(scope, {}).update(left)
            unknown = [asset for asset in unknown if asset.id in first]
        self._ask(unknown, scope)
        return {asset.id for asset in wanted if self._embedded.get(asset.id, asset.id in before)}

    def _known_embedded(self) -> SeenAssets:
        if self._seen is None:
            self._seen = SeenAssets.of(self.server, self.store, "embedded")
        return self._seen

    def _ask(self, assets: Sequence[Asset], scope: Query) -> None:
        if assets:
            self.learn(assets, self.server.embeddings.of(assets, scope))

    def _reason(self, asset_id: str, stage: Stage) -> str:
        if (
            asset_id not in self._embedded
            and any(asset_id in left for left in self.open.values())
            and (stage is Stage.EMBEDDING or stage in _BY_SIGN)
        ):
            return OPEN
        words = _WORDS[stage]
        busy = sorted(QUEUES.get(stage, frozenset()) & (self._busy or frozenset()))
        if busy:
            return f"{words} (at work: {', '.join(busy)})"
        is_without = self._embedded.get(asset_id) is False
        return f"{words} (it has not come to them at all: no embedding)" if is_without and stage in _BY_SIGN else words


def _is_reached(record: Record | None, owners: Collection[str] | None) -> bool:
    return record is not None and (owners is None or record.get("ownerId") in owners)


def certain(selection: Selection, indexing: Indexing, settle: int) -> Selection:
    """A selection as it is shown: what is certain, and by itself what waits. Raises ServerError and FilterError."""
    reasons = indexing.waiting(selection.certainty, selection.assets, settle, exact=False)
    if not reasons:
        return selection
    waiting: dict[str, list[Asset]] = {}
    for asset in selection.assets:
        if asset.id in reasons:
            waiting.setdefault(reasons[asset.id], []).append(asset)
    left = tuple(asset for asset in selection.assets if asset.id not in reasons)
    return replace(selection, assets=left, waiting={reason: tuple(assets) for reason, assets in waiting.items()})


def _ranked_by(certainty: Certainty, groups: Iterable[Alike]) -> set[str]:
    """The photos of which a ranking of this run showed that they have an embedding."""
    results = certainty.evidence.results
    rankings = [result.places for query, result in results.items() if query.kind is Kind.SMART]
    return {asset.id for group in groups for asset in group.assets if any(asset.id in places for places in rankings)}
