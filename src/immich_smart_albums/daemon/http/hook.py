"""The webhook, `POST /hook`: Immich announces that a photo is new, or has changed.

Only the photo's id in the body counts, and only as a hint: the server is asked what belongs in an album.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

import msgspec
from starlette.responses import PlainTextResponse, Response

from immich_smart_albums.rules.syntax.ids import looks_like_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from immich_smart_albums.daemon.uploads import UploadQueue
    from immich_smart_albums.model.text.secret import Secret

PATH = "/hook"

HEADER = "X-Smart-Albums-Secret"

LARGEST_BODY = 256 * 1024
"""Bytes. Immich sends some thousand."""

MOST_CALLS = 5000
"""Calls with the right secret that are taken in a minute."""

MOST_REFUSALS = 60
"""Calls with a wrong secret that are told why they are refused, in a minute."""

_MINUTE = 60.0


class _Asset(msgspec.Struct):
    id: str


class _Data(msgspec.Struct):
    asset: _Asset


class _WebhookBody(msgspec.Struct):
    data: _Data


_DECODER = msgspec.json.Decoder(_WebhookBody)


class RateLimit:
    """Limits calls per minute."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most = most
        self._clock = clock
        self._minute = 0.0
        self._count = 0

    def is_full(self) -> bool:
        """Returns whether the limit of this minute is reached."""
        if not 0 <= self._clock() - self._minute < _MINUTE:
            self._minute, self._count = self._clock(), 0
        return self._count >= self._most

    def count(self) -> None:
        """Count a call."""
        self._count += 1


class WebhookEndpoint:
    """Takes calls of Immich. It adds the photo to the queue, wakes the loop, and answers at once."""

    def __init__(
        self, secret: Secret, uploads: UploadQueue, clock: Callable[[], float], wake: Callable[[], None]
    ) -> None:
        self._secret = secret.reveal().encode()
        self._uploads = uploads
        self._clock = clock
        self._wake = wake
        self._calls = RateLimit(MOST_CALLS, clock)
        self._refusals = RateLimit(MOST_REFUSALS, clock)

    async def __call__(self, request: Request) -> Response:
        """Returns 202, or why the call is refused."""
        secret = request.headers.get(HEADER, "").encode("utf-8", "replace")
        if not hmac.compare_digest(secret, self._secret):
            if self._refusals.is_full():
                return _answer(429, "too many calls")
            self._refusals.count()
            return _answer(401, f"the header {HEADER} is missing or wrong")
        if self._calls.is_full():  # counted apart, so that calls of others cannot keep Immich out
            return _answer(429, "too many calls")
        self._calls.count()
        body = await _read(request)
        if body is None:
            return _answer(413, "too large")
        try:
            asset_id = _DECODER.decode(body).data.asset.id
        except (msgspec.DecodeError, UnicodeDecodeError):
            return _answer(400, "no photo is named in it")
        if not looks_like_id(asset_id):
            return _answer(400, "no photo is named in it")
        self._uploads.note(asset_id.lower(), self._clock())
        self._wake()
        return _answer(202, "")


async def _read(request: Request) -> bytes | None:
    """Returns the body of a request. None if it is too large; it is then not read to its end."""
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > LARGEST_BODY:
        return None
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST_BODY:
            return None
        parts.append(part)
    return b"".join(parts)


def _answer(status: int, text: str) -> Response:
    return PlainTextResponse(f"{text}\n" if text else "", status)
