"""Finds the assets of a search, sorted: flat, structured, or ranked by smart search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from immich_sandbox.answers.results import taken_between
from immich_sandbox.api_error import ApiError
from immich_sandbox.generator.concepts import picture_vector, query_vector
from immich_sandbox.library.access import readable_album, readable_asset
from immich_sandbox.search.filters import elevated_only, tests_for
from immich_sandbox.search.ranking import Embeddings
from immich_sandbox.search.structured import structured_test

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from immich_sandbox.library.records import Asset
    from immich_sandbox.request import ApiRequest
    from immich_sandbox.search.filters import Test

_NO_FILTERS = frozenset({"page", "size", "order", "withPeople", "takenAfter", "takenBefore", "query", "queryAssetId"})


def flat_matches(request: ApiRequest, wanted: Mapping[str, Any], *, albums_of_anybody: bool = False) -> list[Asset]:
    """Return what a flat search finds, by time, then id.

    `albums_of_anybody`: `albumIds` opens shared albums with all that others put there (metadata search since 3.0).

    Raises:
        ApiError: 401 or 400, for what the user may not see.
    """
    elevated_only(wanted)
    library = request.library
    owners: frozenset[str] | None = library.searchable_owners(request.user_id)
    if albums_of_anybody and wanted.get("albumIds"):
        for album_id in wanted["albumIds"]:
            readable_album(library, album_id, request.user_id)
        owners = None
    conditions = {name: value for name, value in wanted.items() if name not in _NO_FILTERS}

    def make() -> list[Asset]:
        rows: Iterable[Asset] = library.timeline
        if owners is not None:
            rows = [asset for asset in rows if asset.owner_id in owners]
        return _passing(rows, tests_for(wanted, library, request.level))

    rows = request.backend.results.cached(("flat", owners, msgspec.json.encode(conditions, order="sorted")), make)
    return taken_between(rows, wanted.get("takenAfter"), wanted.get("takenBefore"))


def structured_matches(request: ApiRequest, wanted: Mapping[str, Any]) -> list[Asset]:
    """Return what a structured search (3.2) finds, by time, then id.

    Raises:
        ApiError: 401 or 400, for what the user may not see.
    """
    library = request.library
    owners = library.searchable_owners(request.user_id)
    condition = wanted.get("filter") or {}
    test = structured_test(condition, library, request.user_id, owners)
    tests = [test]
    if wanted.get("withStacked") is False:
        tests.append(lambda asset: asset.stack_id is None)
    key = ("structured", request.user_id, owners, wanted.get("withStacked"), msgspec.json.encode(condition))
    return request.backend.results.cached(key, lambda: _passing(library.timeline, tests))


def ranked(request: ApiRequest, wanted: Mapping[str, Any], rank: Callable[[], list[Asset]]) -> dict[Asset, int]:
    """Return what a smart search finds with its distances, nearest first; assets without embedding are left out.

    Raises:
        ApiError: 400 without query or when switched off, 500 while machine learning is down.
    """
    distances = _distances(request, wanted)
    rows = set(rank())
    return {asset: away for asset, away in distances.items() if asset in rows}


def _distances(request: ApiRequest, wanted: Mapping[str, Any]) -> dict[Asset, int]:
    """The whole library by its distances from what is asked for: whatever else a search says, these are the same."""
    settings, library = request.backend.settings, request.library
    results = request.backend.results
    if not settings.smart_search:
        raise ApiError(400, "Smart search is not enabled")
    text = (wanted.get("query") or "").strip()
    if text and not settings.machine_learning:
        raise ApiError(500, "Failed to search smart")
    if not text and not wanted.get("queryAssetId"):
        raise ApiError(400, "Either `query` or `queryAssetId` must be set")
    embeddings = results.cached(("embeddings",), lambda: Embeddings(library.timeline))
    if text in library.rankings:
        places = {asset_id: place for place, asset_id in enumerate(library.rankings[text])}
        return embeddings.placed(places)
    if text:
        return results.cached(("text", text), lambda: embeddings.ranked(query_vector(text)))
    like = readable_asset(library, wanted["queryAssetId"], request.user_id)
    if not like.concepts:
        raise ApiError(400, f"Asset {like.id} has no embedding")
    return results.cached(("like", like.id), lambda: embeddings.ranked(picture_vector(like.concepts), like))


def _passing(rows: Iterable[Asset], tests: Iterable[Test]) -> list[Asset]:
    for test in tests:
        rows = [asset for asset in rows if test(asset)]
    return list(rows)
