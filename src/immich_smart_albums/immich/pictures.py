"""Small pictures of photos and people, for pages. Browsers get them from us, so they never have the key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from immich_smart_albums.immich.http.responses import content_type
from immich_smart_albums.model.picture import Picture

if TYPE_CHECKING:
    from immich_smart_albums.immich.http.client import Http

Size = Literal["thumbnail", "preview"]

LARGEST = 16 * 1024 * 1024
"""Bytes. A preview has a few hundred thousand."""

_PASSED_ON = ("etag", "cache-control", "last-modified")

_ETAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]{0,200}"')

_SAFE = re.compile(r"[\x20-\x7e]{0,300}")


class ImmichPictures:
    """Fits `operations.ports.server.Pictures`."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def of_asset(self, asset_id: str, size: Size = "thumbnail", *, etag: str | None = None) -> Picture:
        """See `Pictures.of_asset`."""
        return self._picture(f"/assets/{asset_id}/thumbnail?size={size}", etag)

    def of_person(self, person_id: str, *, etag: str | None = None) -> Picture:
        """See `Pictures.of_person`."""
        return self._picture(f"/people/{person_id}/thumbnail", etag)

    def _picture(self, path: str, etag: str | None) -> Picture:
        known_etag = etag if etag is not None and _ETAG.fullmatch(etag) else None
        headers, data = self._http.picture(path, etag=known_etag, largest=LARGEST)
        passed = {name: headers[name] for name in _PASSED_ON if name in headers and _SAFE.fullmatch(headers[name])}
        if known_etag is not None and not data:
            return Picture(None, "", passed)
        return Picture(data, content_type(headers), passed)
