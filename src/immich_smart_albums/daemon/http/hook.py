"""`POST /hook`: Immich says that there is something new about a photo.

Nothing of the body counts but the photo's id, and that as a hint only: what belongs in an album is asked of the server.
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

    from immich_smart_albums.daemon.nudges import Nudges
    from immich_smart_albums.model.text.secret import Secret

PATH = "/hook"

HEADER = "X-Smart-Albums-Secret"

LARGEST = 256 * 1024
"""Bytes of a body: Immich sends some thousand."""

BUSIEST = 5000
"""Calls in a minute that are taken."""

MOST_STRANGERS = 60
"""How many calls with a wrong secret get the reason of their refusal, per minute."""

_MINUTE = 60.0


class _Asset(msgspec.Struct):
    id: str


class _Data(msgspec.Struct):
    asset: _Asset


class _WebhookBody(msgspec.Struct):
    data: _Data


_DECODER = msgspec.json.Decoder(_WebhookBody)


class Rate:
    """Counts calls by the minute."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most = most
        self._clock = clock
        self._minute = 0.0
        self._count = 0

    def is_full(self) -> bool:
        """Returns whether there were as many in this minute as may be."""
        if not 0 <= self._clock() - self._minute < _MINUTE:
            self._minute, self._count = self._clock(), 0
        return self._count >= self._most

    def count(self) -> None:
        """There was one more."""
        self._count += 1


class WebhookEndpoint:
    """Takes calls and answers at once; what follows is done elsewhere."""

    def __init__(self, secret: Secret, nudges: Nudges, clock: Callable[[], float], wake: Callable[[], None]) -> None:
        self._secret = secret.reveal().encode()
        self._nudges = nudges
        self._clock = clock
        self._wake = wake
        self._calls = Rate(BUSIEST, clock)
        self._strangers = Rate(MOST_STRANGERS, clock)

    async def __call__(self, request: Request) -> Response:
        """202, or why not."""
        secret = request.headers.get(HEADER, "").encode("utf-8", "replace")
        if not hmac.compare_digest(secret, self._secret):
            if self._strangers.is_full():
                return _answer(429, "too many calls")
            self._strangers.count()
            return _answer(401, f"the header {HEADER} is missing or wrong")
        if self._calls.is_full():  # counted apart, so that no stranger keeps Immich out
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
        self._nudges.note(asset_id.lower(), self._clock())
        self._wake()
        return _answer(202, "")


async def _read(request: Request) -> bytes | None:
    """The body. None if it is too large, which is not read to its end."""
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > LARGEST:
        return None
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST:
            return None
        parts.append(part)
    return b"".join(parts)


def _answer(status: int, text: str) -> Response:
    return PlainTextResponse(f"{text}\n" if text else "", status)
