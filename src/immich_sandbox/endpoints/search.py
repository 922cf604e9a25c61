"""The searches: metadata, smart, random, statistics, large assets, suggestions."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec

from immich_sandbox.answers.results import page_of
from immich_sandbox.request import Answer, json_answer
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


def metadata(call: ApiRequest) -> Answer:
    """POST /search/metadata."""
    wanted = call.checked_body(*search_fields(call.level, "metadata"))
    size = wanted.get("size", 250)
    if is_structured(wanted):
        start = cursor_offset(wanted.get("cursor"))
        rows = ordered(structured_matches(call, wanted), wanted.get("orderBy"))
        chosen = rows[start : start + size + 1]
        following = cursor_for(start + size) if len(chosen) > size else None
        return _page(call, wanted, chosen[:size], start, following)
    assets = flat_matches(call, wanted, albums_of_anybody=call.level.album_search_all_owners)
    if wanted.get("order", "desc") == "desc":
        assets.reverse()
    start = (wanted.get("page", 1) - 1) * size
    tie = None if call.level.id_breaks_ties else attrgetter("file_created_at")
    chosen = page_of(assets, start, start + size + 1, tie=tie, salt=_salt(wanted, start, size))
    return _page(call, wanted, chosen[:size], start, _next_page(wanted, chosen, size))


def smart(call: ApiRequest) -> Answer:
    """POST /search/smart: ranks everything that the filters let through, and never tells a distance."""
    wanted = call.checked_body(*search_fields(call.level, "smart"))
    size = wanted.get("size", 100)
    structured = is_structured(wanted)
    ranking = call.backend.results.cached(
        (
            call.user_id,
            call.library.searchable_owners(call.user_id),
            _switches(call),
            msgspec.json.encode({**wanted, "page": 1, "size": 1}),
        ),
        lambda: ranked(
            call, wanted, lambda: structured_matches(call, wanted) if structured else flat_matches(call, wanted)
        ),
    )
    start = 0 if structured else (wanted.get("page", 1) - 1) * size
    tie = None if call.level.id_breaks_ties else ranking.__getitem__
    chosen = page_of(list(ranking), start, start + size + 1, tie=tie, salt=_salt(wanted, start, size))
    following = None if structured else _next_page(wanted, chosen, size)
    return _page(call, wanted, chosen[:size], start, following)


def _switches(call: ApiRequest) -> tuple[bool, bool]:
    """Return the switches that decide whether a smart search works."""
    return call.backend.settings.smart_search, call.backend.settings.machine_learning


def random(call: ApiRequest) -> Answer:
    """POST /search/random: a bare list, different at each call."""
    wanted = call.checked_body(*search_fields(call.level, "random"))
    assets = list(structured_matches(call, wanted) if is_structured(wanted) else flat_matches(call, wanted))
    seeded(f"random {call.backend.results.draw()}").shuffle(assets)
    return Answer(body=b"[" + _items(call, wanted, assets[: wanted.get("size", 250)]) + b"]")


def statistics(call: ApiRequest) -> Answer:
    """POST /search/statistics: the only true number of matches."""
    wanted = call.checked_body(*search_fields(call.level, "statistics"))
    assets = structured_matches(call, wanted) if is_structured(wanted) else flat_matches(call, wanted)
    return json_answer({"total": len(assets)})


def large_assets(call: ApiRequest) -> Answer:
    """POST /search/large-assets: its filters are in the query string, a body is ignored."""
    wanted = call.checked_query(*search_fields(call.level, "large-assets"))
    assets = [asset for asset in flat_matches(call, wanted) if asset.exif is not None]
    assets.sort(key=lambda asset: (-(asset.exif.file_size or 0) if asset.exif else 0, asset.id))
    return Answer(body=b"[" + _items(call, wanted, assets[: wanted.get("size", 250)]) + b"]")


def suggestions(call: ApiRequest) -> Answer:
    """GET /search/suggestions: the distinct values in the timeline."""
    kinds = tuple(_SUGGESTIONS) if call.level.suggestions_lens else tuple(_SUGGESTIONS)[:-1]
    texts = (Field(name, "text") for name in ("country", "state", "make", "model", "lensModel"))
    parameters = call.checked_query(
        Field("type", "choice", choices=kinds, required=True), *texts, Field("includeNull", "boolean")
    )
    field = _SUGGESTIONS[parameters["type"]]
    narrowed: dict[str, Any] = {
        name: parameters[name] for name in ("country", "state", "make", "model", "lensModel") if name in parameters
    }
    visibility = {"visibility": "timeline"} if call.level.visibility else {"isVisible": True}
    assets = flat_matches(call, {**narrowed, **visibility})
    values = {getattr(asset.exif, field) for asset in assets if asset.exif} - {None, ""}
    return json_answer(sorted(values) + ([None] if parameters.get("includeNull") else []))


def _next_page(wanted: dict[str, Any], chosen: Sequence[Asset], size: int) -> str | None:
    return str(wanted.get("page", 1) + 1) if len(chosen) > size else None


def _salt(wanted: dict[str, Any], start: int, size: int) -> str:
    return f"{start} {size} {wanted.get('query', '')} {wanted.get('order', '')}"


def _items(call: ApiRequest, wanted: dict[str, Any], assets: Sequence[Asset]) -> bytes:
    people = wanted.get("withPeople", False)
    if call.level.people_when_filtered and wanted.get("personIds"):
        people = True
    return call.backend.writer.items(assets, call.user_id, exif=wanted.get("withExif", False), people=people)


def _page(
    call: ApiRequest, wanted: dict[str, Any], assets: Sequence[Asset], start: int, following: str | None
) -> Answer:
    """Write a page; `total` and `count` are both what is on it (every version)."""
    count = len(assets)
    cursor, page = (following, None) if is_structured(wanted) else (None, following)
    last = b',"nextCursor":' + msgspec.json.encode(cursor) if call.level.structured else b""
    body = b"".join(
        (
            b'{"albums":{"total":0,"count":0,"items":[],"facets":[]},"assets":{',
            b'"total":%d,"count":%d,"items":[' % (count, count),
            _items(call, wanted, assets),
            b'],"facets":[],"nextPage":' + msgspec.json.encode(page),
            last + b"}}",
        )
    )
    return Answer(body=body, skipped_rows=start)
