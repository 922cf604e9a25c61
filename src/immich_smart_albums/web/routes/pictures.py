"""Routes for pictures of photos, faces and albums, which are fetched from the server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from anyio import CapacityLimiter, to_thread
from starlette.responses import Response

from immich_smart_albums.errors import ConfigurationError, NoAccess, Refused, SmartAlbumsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from immich_smart_albums.model.picture import Picture
    from immich_smart_albums.session.session import Session

CONCURRENCY = 6

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""An SVG that is opened as a page runs no script and loads nothing."""


class PictureRoutes:
    """Handlers of pictures; the first account that may see one provides it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._limiter = CapacityLimiter(CONCURRENCY)

    async def photo(self, request: Request) -> Response:
        """Returns the thumbnail or the preview of a photo."""
        size: Literal["preview", "thumbnail"] = (
            "preview" if request.query_params.get("size") == "preview" else "thumbnail"
        )
        asset_id = request.path_params["id"]
        return await self._respond(
            request, lambda account, etag: self._session.thumbnail(asset_id, size, account=account, etag=etag)
        )

    async def face(self, request: Request) -> Response:
        """Returns a person's face."""
        person_id = request.path_params["id"]
        return await self._respond(
            request, lambda account, etag: self._session.person_thumbnail(person_id, account=account, etag=etag)
        )

    async def cover(self, request: Request) -> Response:
        """Returns the cover of an album, which a browser validates each time, for it may change."""
        album_id = request.path_params["id"]

        def fetch(account: str, etag: str | None) -> Picture | None:
            cover = self._session.album_cover(album_id, account=account)
            return None if cover is None else self._session.thumbnail(cover, account=account, etag=etag)

        return await self._respond(request, fetch, cache_control="private, no-cache")

    async def _respond(
        self, request: Request, fetch: Callable[[str, str | None], Picture | None], cache_control: str | None = None
    ) -> Response:
        etag = request.headers.get("if-none-match")
        try:
            picture = await to_thread.run_sync(lambda: self._from_some_account(fetch, etag), limiter=self._limiter)
        except ConfigurationError:
            return Response(status_code=404)
        except SmartAlbumsError as error:
            return Response(status_code=404 if isinstance(error, Refused) else 502)
        if picture is None:
            return Response(status_code=204)  # an album may be empty: a 404 would be an error in the console
        headers = {**picture.headers, "content-security-policy": _POLICY}
        if cache_control is None and not {"private", "no-store"} & set(
            re.findall(r"[\w-]+", headers.get("cache-control", ""))
        ):
            cache_control = "private, max-age=3600"  # not in the cache of a proxy
        if cache_control is not None:
            headers["cache-control"] = cache_control
        if picture.data is None:
            return Response(status_code=304, headers=headers)
        return Response(picture.data, media_type=picture.content_type, headers=headers)

    def _from_some_account(
        self, fetch: Callable[[str, str | None], Picture | None], etag: str | None
    ) -> Picture | None:
        """The picture, from the first account that may see it. None if there is none. Raises NoAccess or Refused."""
        refusal: NoAccess | None = None
        for account in self._session.accounts.present:
            try:
                return fetch(account, etag)
            except NoAccess as error:
                refusal = error
        raise refusal or Refused("no account takes part", status=404)
