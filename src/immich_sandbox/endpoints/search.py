"""The searches: metadata, smart, random, statistics, large assets, suggestions."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec

from immich_sandbox.answers.results import page_of
from immich_sandbox.request import Response, json_response
from immich_sandbox.requests.fields import Field
from immich_sandbox.requests.search_fields import search_fields
from immich_sandbox.search.searching import flat_matches, ranked, structured_matches
from immich_sandbox.search.structured import cursor_for, cursor_offset, is_structured, ordered
from immich_sandbox.seeded import seeded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from immich_sandbox.library.records import Asset
    from immich_sandbox.request import ApiRequest

_SUGGESTIONS = {
    "country": "country",
    "state": "state",
    "city": "city",
    "camera-make": "make",
    "camera-model": "model",
    "camera-lens-model": "lens_model",
}


def metadata(request: ApiRequest) -> Response:
    """POST /search/metadata."""
    wanted = request.checked_body(*search_fields(request.level, "metadata"))
    size = wanted.get("size", 250)
    if is_structured(wanted):
        start = cursor_offset(wanted.get("cursor"))
        rows = ordered(structured_matches(request, wanted), wanted.get("orderBy"))
        chosen = rows[start : start + size + 1]
        following = cursor_for(start + size) if len(chosen) > size else None
        return _page(request, wanted, chosen[:size], start, following)
    assets = flat_matches(request, wanted, albums_of_anybody=request.level.album_search_all_owners)
    if wanted.get("order", "desc") == "desc":
        assets.reverse()
    start = (wanted.get("page", 1) - 1) * size
    tie = None if request.level.id_breaks_ties else attrgetter("file_created_at")
    chosen = page_of(assets, start, start + size + 1, tie=tie, salt=_salt(wanted, start, size))
    return _page(request, wanted, chosen[:size], start, _next_page(wanted, chosen, size))


def smart(request: ApiRequest) -> Response:
    """POST /search/smart: ranks all assets that pass the filters, without telling distances."""
    wanted = request.checked_body(*search_fields(request.level, "smart"))
    size = wanted.get("size", 100)
    structured = is_structured(wanted)
    ranking = request.backend.results.cached(
        (
            request.user_id,
            request.library.searchable_owners(request.user_id),
            _switches(request),
            msgspec.json.encode({**wanted, "page": 1, "size": 1}),
        ),
        lambda: ranked(
            request,
            wanted,
            lambda: structured_matches(request, wanted) if structured else flat_matches(request, wanted),
        ),
    )
    start = 0 if structured else (wanted.get("page", 1) - 1) * size
    tie = None if request.level.id_breaks_ties else ranking.__getitem__
    chosen = page_of(list(ranking), start, start + size + 1, tie=tie, salt=_salt(wanted, start, size))
    following = None if structured else _next_page(wanted, chosen, size)
    return _page(request, wanted, chosen[:size], start, following)


def _switches(request: ApiRequest) -> tuple[bool, bool]:
    """Return the switches that decide whether a smart search works."""
    return request.backend.settings.smart_search, request.backend.settings.machine_learning


def random(request: ApiRequest) -> Response:
    """POST /search/random: a bare list, different at each call."""
    wanted = request.checked_body(*search_fields(request.level, "random"))
    assets = list(structured_matches(request, wanted) if is_structured(wanted) else flat_matches(request, wanted))
    seeded(f"random {request.backend.results.draw()}").shuffle(assets)
    return Response(body=b"[" + _items(request, wanted, assets[: wanted.get("size", 250)]) + b"]")


def statistics(request: ApiRequest) -> Response:
    """POST /search/statistics: the only true number of matches."""
    wanted = request.checked_body(*search_fields(request.level, "statistics"))
    assets = structured_matches(request, wanted) if is_structured(wanted) else flat_matches(request, wanted)
    return json_response({"total": len(assets)})


def large_assets(request: ApiRequest) -> Response:
    """POST /search/large-assets: its filters are in the query string, a body is ignored."""
    wanted = request.checked_query(*search_fields(request.level, "large-assets"))
    assets = [asset for asset in flat_matches(request, wanted) if asset.exif is not None]
    assets.sort(key=lambda asset: (-(asset.exif.file_size or 0) if asset.exif else 0, asset.id))
    return Response(body=b"[" + _items(request, wanted, assets[: wanted.get("size", 250)]) + b"]")


def suggestions(request: ApiRequest) -> Response:
    """GET /search/suggestions: the distinct values in the timeline."""
    kinds = tuple(_SUGGESTIONS) if request.level.suggestions_lens else tuple(_SUGGESTIONS)[:-1]
    texts = (Field(name, "text") for name in ("country", "state", "make", "model", "lensModel"))
    parameters = request.checked_query(
        Field("type", "choice", choices=kinds, required=True), *texts, Field("includeNull", "boolean")
    )
    field = _SUGGESTIONS[parameters["type"]]
    narrowed: dict[str, Any] = {
        name: parameters[name] for name in ("country", "state", "make", "model", "lensModel") if name in parameters
    }
    visibility = {"visibility": "timeline"} if request.level.visibility else {"isVisible": True}
    assets = flat_matches(request, {**narrowed, **visibility})
    values = {getattr(asset.exif, field) for asset in assets if asset.exif} - {None, ""}
    return json_response(sorted(values) + ([None] if parameters.get("includeNull") else []))


def _next_page(wanted: dict[str, Any], chosen: Sequence[Asset], size: int) -> str | None:
    return str(wanted.get("page", 1) + 1) if len(chosen) > size else None


def _salt(wanted: dict[str, Any], start: int, size: int) -> str:
    return f"{start} {size} {wanted.get('query', '')} {wanted.get('order', '')}"


def _items(request: ApiRequest, wanted: dict[str, Any], assets: Sequence[Asset]) -> bytes:
    people = wanted.get("withPeople", False)
    if request.level.people_when_filtered and wanted.get("personIds"):
        people = True
    return request.backend.writer.items(assets, request.user_id, exif=wanted.get("withExif", False), people=people)


def _page(
    request: ApiRequest, wanted: dict[str, Any], assets: Sequence[Asset], start: int, following: str | None
) -> Response:
    """Write a page; `total` and `count` are both what is on it (every version)."""
    count = len(assets)
    cursor, page = (following, None) if is_structured(wanted) else (None, following)
    last = b',"nextCursor":' + msgspec.json.encode(cursor) if request.level.structured else b""
    body = b"".join(
        (
            b'{"albums":{"total":0,"count":0,"items":[],"facets":[]},"assets":{',
            b'"total":%d,"count":%d,"items":[' % (count, count),
            _items(request, wanted, assets),
            b'],"facets":[],"nextPage":' + msgspec.json.encode(page),
            last + b"}}",
        )
    )
    return Response(body=body, skipped_rows=start)
