"""Finds the matches that are not certain yet, because Immich has not looked at these photos.

Immich does not say when it looked at a photo for faces, or for text. This much can be known:

- whether it has an embedding: exactly, since a ranking returns it or does not;
- whether its file was read: its record then has what stands in the file;
- when it was uploaded, and for an administrator's key which queues are not empty.

So a photo counts as looked at for faces and text once three things hold: it was uploaded longer ago than `settle`, no
queue for that stage is seen to be at work, and it has an embedding, because Immich makes that in the same pass. If
smart search is switched off, no photo has an embedding, and the other two decide. The same is true for metadata that
Immich has not found in a file.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import compress
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind
from immich_smart_albums.model.search_field import Stage
from immich_smart_albums.operations.indexing.cases import Case, doubtful
from immich_smart_albums.operations.indexing.indexing import QUEUES
from immich_smart_albums.operations.indexing.scopes import narrow_scope
from immich_smart_albums.selection.run.certainty import MatchGroup, certain_after, missing_stages
from immich_smart_albums.selection.stages import NONE, shows_metadata

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.model.query import Query
    from immich_smart_albums.operations.indexing.indexing import Indexing
    from immich_smart_albums.selection.run.certainty import Certainty
    from immich_smart_albums.selection.run.evaluate import Selection
    from immich_smart_albums.selection.stages import Stages

_BY_SIGN = (Stage.METADATA, Stage.FACES, Stage.TEXT)
"""Stages that no answer shows to be done; an embedding is taken as the sign that they are."""

_SIGNED = frozenset(_BY_SIGN)

_WORDS = {
    Stage.DATES: "Immich has not read their files yet",
    Stage.METADATA: "Immich has not read their files yet",
    Stage.EMBEDDING: "Immich has not looked at them for smart search yet",
    Stage.FACES: "Immich has not looked at them for faces yet",
    Stage.TEXT: "Immich has not read the text in them yet",
}

OPEN = "whether Immich has looked at them is not asked yet; the plan does"
"""The reason for photos in `Indexing.open`."""

MOST_DETAILS = 200
"""Photos whose details are asked for, if nothing else shows whether their files were read."""


def waiting_reasons(
    indexing: Indexing, certainty: Certainty | None, assets: Sequence[Asset], settle: int, *, exact: bool = True
) -> dict[str, str]:
    """Returns, by id, the reason in words for each of these matches that is not certain yet.

    `settle` is in seconds. With `exact`, an embedding that was seen in an earlier run is asked for again if the rule
    needs it: Immich may have thrown it away to make a new one. Raises ServerError and FilterError.
    """
    if certainty is None:
        return {}
    groups = [group for group in certainty.groups(assets) if missing_stages(group.table, NONE)]
    if not groups:
        return {}
    indexing.have_embeddings(_ranked_by(certainty, groups))
    scope = narrow_scope(branch.driver for branch in certainty.plan.branches)
    cases = _decided(indexing, list(doubtful(groups, indexing.uploaded_within(settle, scope))), scope, exact=exact)
    reasons: dict[str, str] = {}
    for case in cases:
        if case.missing:
            reasons |= _reasons(indexing, [asset.id for asset in case.assets], case.missing[0])
    return reasons


def certain(selection: Selection, indexing: Indexing, settle: int) -> Selection:
    """Returns the selection with only certain matches in `assets`, and the others in `waiting`.

    Raises ServerError and FilterError.
    """
    reasons = waiting_reasons(indexing, selection.certainty, selection.assets, settle, exact=False)
    if not reasons:
        return selection
    by_reason: dict[str, list[Asset]] = {}
    for asset in selection.assets:
        if asset.id in reasons:
            by_reason.setdefault(reasons[asset.id], []).append(asset)
    left = tuple(asset for asset in selection.assets if asset.id not in reasons)
    return replace(selection, assets=left, waiting={reason: tuple(assets) for reason, assets in by_reason.items()})


def done_stages(indexing: Indexing, asset: Asset, settle: int, scope: Query, *, is_read: bool) -> Stages:
    """Returns the stages that are done for a photo. `is_read`: its record has the metadata of its file.

    Raises ServerError.
    """
    group = MatchGroup(certain_after(Stage), is_read, [asset])
    (case,) = _decided(indexing, list(doubtful([group], indexing.uploaded_within(settle, scope))), scope, exact=True)
    return case.done


def _decided(indexing: Indexing, cases: list[Case], scope: Query, *, exact: bool) -> list[Case]:
    """The cases, split by the stages that embeddings and details show to be done."""
    chosen = [Stage.EMBEDDING in case.deciding for case in cases]
    assets = _assets(cases, chosen)
    if assets:
        cases = _split(cases, chosen, indexing.having_embeddings(assets, scope, exact=exact), {Stage.EMBEDDING})
    return _by_files(indexing, _by_sign(indexing, cases, scope))


def _by_sign(indexing: Indexing, cases: list[Case], scope: Query) -> list[Case]:
    """The cases, split by the stages of which an embedding is the sign, unless their queue is at work."""
    if not any(not case.is_fresh and case.deciding & _SIGNED for case in cases):
        return cases
    busy = indexing.queues()
    calm = frozenset(stage for stage in _BY_SIGN if not QUEUES[stage] & busy)
    chosen = [not case.is_fresh and bool(case.deciding & calm) for case in cases]
    assets = _assets(cases, chosen)
    if indexing.has_smart_search():
        reached = indexing.having_embeddings(assets, scope, exact=False)
    else:
        reached = {asset.id for asset in assets}
    return _split(cases, chosen, reached, calm)


def _by_files(indexing: Indexing, cases: list[Case]) -> list[Case]:
    """The cases, split by whether details show that the file was read, if few photos are left to ask about."""
    chosen = [not case.is_fresh and Stage.METADATA in case.deciding for case in cases]
    ids = [asset.id for asset in _assets(cases, chosen)]
    if not 0 < len(ids) <= MOST_DETAILS:
        return cases
    read = {str(record["id"]) for record in indexing.server.searches.details(ids) if shows_metadata(record)}
    return _split(cases, chosen, read, {Stage.METADATA})


def _assets(cases: Iterable[Case], chosen: Iterable[bool]) -> list[Asset]:
    """The assets of the chosen cases."""
    return [asset for case in compress(cases, chosen) for asset in case.assets]


def _split(
    cases: Iterable[Case], chosen: Iterable[bool], ids: Collection[str], stages: Collection[Stage]
) -> list[Case]:
    """The cases; of the chosen ones, `stages` are done as well for the photos with these ids."""
    return [
        part
        for case, is_chosen in zip(cases, chosen, strict=True)
        for part in (case.split(ids, stages) if is_chosen else (case,))
    ]


def _reasons(indexing: Indexing, ids: Sequence[str], stage: Stage) -> dict[str, str]:
    """The reasons, by id, for photos that lack the same stage."""
    words, left_open, without = _WORDS[stage], set[str](), set[str]()
    busy = sorted(QUEUES.get(stage, frozenset()) & (indexing.busy or frozenset()))
    if stage is Stage.EMBEDDING or stage in _BY_SIGN:
        left_open = {id_ for left in indexing.open.values() for id_ in ids if id_ in left}
    if len(left_open) == len(ids):
        return dict.fromkeys(ids, OPEN)
    if busy:
        words = f"{words} (at work: {', '.join(busy)})"
    elif stage in _BY_SIGN:
        without = {id_ for id_ in ids if indexing.embedded.get(id_) is False}
    unembedded = f"{words} (it has not come to them at all: no embedding)"
    return dict.fromkeys(ids, words) | dict.fromkeys(without, unembedded) | dict.fromkeys(left_open, OPEN)


def _ranked_by(certainty: Certainty, groups: Iterable[MatchGroup]) -> set[str]:
    """The photos that are in a ranking of this run, and so have an embedding."""
    results = certainty.evidence.results
    rankings = [result.places for query, result in results.items() if query.kind is Kind.SMART]
    if not rankings:
        return set()
    return {asset.id for group in groups for asset in group.assets if any(asset.id in places for places in rankings)}
