"""Decodes pages of searches, with only the fields that are needed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

import msgspec

from immich_smart_albums.immich.http.responses import UNREADABLE, unexpected
from immich_smart_albums.model.instants import to_milliseconds

if TYPE_CHECKING:
    from collections.abc import Iterable

Record = dict[str, Any]
"""An asset with Immich's field names, and only the fields that were asked for."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search."""

    records: list[Record]
    has_more: bool
    instants: list[int]
    """When each record was taken, in ms since 1970."""
    cursor: str | None = None
    """Where a search by `filter` continues. None at its end, and for flat searches, whose pages are numbered."""


def decode_page(body: bytes, fields: frozenset[str], size: int, request: str, *, is_filter: bool = False) -> Page:
    """Returns a page of `POST /search/…`, asked for with `size`, each record with `fields` (dotted below exifInfo).

    Raises Untrustworthy for anything that is not a whole page of assets with ids and dates. The answer to a search by
    `filter` always has `nextCursor`, null at the end; a server that drops it, and finds everything, has none.
    """
    try:
        assets = _decoder(fields).decode(body).assets
        instants = [to_milliseconds(record["fileCreatedAt"]) for record in assets.items]
        # A flat search has the next page, one by `filter` a cursor; the other of the two is null.
        if is_filter and assets.nextCursor is msgspec.UNSET:
            raise ValueError("the page has no nextCursor, so the server did not understand 'filter'")
        following = assets.nextCursor if isinstance(assets.nextCursor, str) else assets.nextPage
        if isinstance(following, str) and not instants:
            raise ValueError("the page is empty and says that more follows")
        if assets.count != len(instants):
            raise ValueError(f"the page says that it holds {assets.count} assets, and holds {len(instants)}")
    except UNREADABLE as error:
        raise unexpected(request, error) from None
    # 3.2 and later may leave nextPage out; then more is assumed to follow a full page.
    has_more = len(instants) >= size if following is msgspec.UNSET else following is not None
    return Page(assets.items, has_more, instants, assets.nextCursor or None)


@lru_cache(maxsize=64)
def _decoder(fields: frozenset[str]) -> msgspec.json.Decoder[Any]:
    """A decoder that skips all other fields: five times faster than decoding everything."""
    record = _record_type(fields)
    following = str | None | msgspec.UnsetType
    shape: list[Any] = [
        ("items", list[record]),  # type: ignore[valid-type]
        ("count", int),
        ("nextPage", following, msgspec.UNSET),
        ("nextCursor", following, msgspec.UNSET),
    ]
    assets = msgspec.defstruct("Assets", shape)
    return msgspec.json.Decoder(msgspec.defstruct("Answer", [("assets", assets)]))


def _record_type(fields: Iterable[str]) -> Any:  # noqa: ANN401 - a type made at run time
    top = {field.partition(".")[0] for field in fields} - {"id", "fileCreatedAt"}
    exif = {field.partition(".")[2] for field in fields if field.startswith("exifInfo.")}
    types: dict[str, Any] = dict.fromkeys(top, NotRequired[Any])
    if exif and "exifInfo" not in fields:
        types["exifInfo"] = NotRequired[TypedDict("Exif", dict.fromkeys(exif, Any), total=False) | None]  # type: ignore[operator]
    return TypedDict("Record", {"id": str, "fileCreatedAt": str, **types})  # type: ignore[operator]
