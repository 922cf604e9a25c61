"""Pictures of photos, faces and albums: passed on from the server, a few at a time, by id only."""

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

AT_A_TIME = 6

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""An SVG that is opened by itself runs nothing and reaches nothing."""


class PictureRoutes:
    """Routes for pictures."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._limiter = CapacityLimiter(AT_A_TIME)

    async def photo(self, request: Request) -> Response:
        """Returns a photo, small or as a preview."""
        size: Literal["preview", "thumbnail"] = (
            "preview" if request.query_params.get("size") == "preview" else "thumbnail"
        )
        asset_id = request.path_params["id"]
        return await self._answer(
            request, lambda account, etag: self._session.thumbnail(asset_id, size, account=account, etag=etag)
        )

    async def face(self, request: Request) -> Response:
        """Returns a person's face."""
        person_id = request.path_params["id"]
        return await self._answer(
            request, lambda account, etag: self._session.person_thumbnail(person_id, account=account, etag=etag)
        )

    async def cover(self, request: Request) -> Response:
        """Returns an album's cover, which may be another the next time."""
        album_id = request.path_params["id"]

        def ask(account: str, etag: str | None) -> Picture | None:
            cover = self._session.album_cover(album_id, account=account)
            return None if cover is None else self._session.thumbnail(cover, account=account, etag=etag)

        return await self._answer(request, ask, keeping="private, no-cache")

    async def _answer(
        self, request: Request, ask: Callable[[str, str | None], Picture | None], keeping: str | None = None
    ) -> Response:
        etag = request.headers.get("if-none-match")
        try:
            picture = await to_thread.run_sync(lambda: self._of_some_account(ask, etag), limiter=self._limiter)
        except ConfigurationError:
            return Response(status_code=404)
        except SmartAlbumsError as error:
            return Response(status_code=404 if isinstance(error, Refused) else 502)
        if picture is None:
            return Response(status_code=204)  # no error in anybody's console: an album may well be empty
        headers = {**picture.headers, "content-security-policy": _POLICY}
        if keeping is None and not {"private", "no-store"} & set(
            re.findall(r"[\w-]+", headers.get("cache-control", ""))
        ):
            keeping = "private, max-age=3600"  # a proxy in front of the studio keeps none of them
        if keeping is not None:
            headers["cache-control"] = keeping
        if picture.data is None:
            return Response(status_code=304, headers=headers)
        return Response(picture.data, media_type=picture.content_type, headers=headers)

    def _of_some_account(self, ask: Callable[[str, str | None], Picture | None], etag: str | None) -> Picture | None:
        """The picture, from the first account that sees it."""
        refusal: NoAccess | None = None
        for account in self._session.accounts.present:
            try:
                return ask(account, etag)
            except NoAccess as error:
                refusal = error
        raise refusal or Refused("no account takes part", status=404)
