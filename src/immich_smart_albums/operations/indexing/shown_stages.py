"""Stages whose result Immich's record of a photo still shows, such as the people on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.search_field import Stage
from immich_smart_albums.operations.indexing.indexing import QUEUES
from immich_smart_albums.selection.stages import shows_metadata

if TYPE_CHECKING:
    from collections.abc import Collection

    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.model.query import Query
    from immich_smart_albums.operations.indexing.indexing import Indexing
    from immich_smart_albums.rules.tree import Record
    from immich_smart_albums.selection.stages import Stages


def shown_stages(  # noqa: PLR0913 - which photos and steps, and how they are looked up
    indexing: Indexing,
    assets: Collection[Asset],
    stages: Stages,
    settle: int,
    scope: Query,
    *,
    of_anybody: bool = False,
) -> dict[str, Stages]:
    """Returns, by photo id, which of these stages still show their result.

    Photos that no search of this account finds are left out, such as those that others put into an album: Immich shows
    this account nothing of them, and never will. With `of_anybody`, searches find photos of others as well.

    For a photo that shows nobody, faces are done only if no earlier run saw any on it, and the key sees that no queue
    of faces is at work. Otherwise Immich may be detecting them again. Raises ServerError.
    """
    fresh = indexing.uploaded_within(settle, scope)
    records = {str(detail["id"]): detail for detail in indexing.server.searches.details(asset.id for asset in assets)}
    owners = None if of_anybody else indexing.searchable_owners()
    assets = [asset for asset in assets if _is_reached(records.get(asset.id), owners)]
    is_signed = Stage.EMBEDDING in stages or (Stage.TEXT in stages and indexing.has_smart_search())
    embedded = indexing.having_embeddings(assets, scope, exact=True) if is_signed else {asset.id for asset in assets}
    busy = indexing.queues()
    stages_by_asset: dict[str, Stages] = {}
    for asset in assets:
        record, is_settled = records[asset.id], asset.id not in fresh
        signs = {
            Stage.DATES: is_settled,
            Stage.METADATA: shows_metadata(record),
            Stage.EMBEDDING: asset.id in embedded,
            Stage.FACES: is_settled and (bool(record.get("people")) or indexing.never_had_faces(asset)),
            Stage.TEXT: is_settled and asset.id in embedded,
        }
        stages_by_asset[asset.id] = frozenset(
            stage for stage in stages if signs[stage] and not QUEUES.get(stage, frozenset()) & busy
        )
    return stages_by_asset


def _is_reached(record: Record | None, owners: Collection[str] | None) -> bool:
    return record is not None and (owners is None or record.get("ownerId") in owners)
