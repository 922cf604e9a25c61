"""What a page sends: a small JSON object of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response

from immich_smart_albums.web.routes.answering import LARGEST_FORM, LONGEST_NUMBER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request


class Form:
    """Texts by name."""

    def __init__(self, texts: Mapping[str, str] | None) -> None:
        self._texts = texts

    def text(self, name: str) -> str:
        """Returns a text. Empty if it is missing."""
        return (self._texts or {}).get(name, "")

    def number(self, name: str) -> int:
        """Returns a whole number, not below zero; zero for what is none."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdecimal() and len(text) < LONGEST_NUMBER else 0

    async def answer(self, answer: Callable[[], Response]) -> Response:
        """Returns what a function answers that may take its time; 400 where what came was no form."""
        if self._texts is None:
            return PlainTextResponse("This is not what a page of the studio sends.\n", 400)
        return await run_in_threadpool(answer)


async def form_of(request: Request) -> Form:
    """Returns what a request brings."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        return Form(None)
    data = b""
    async for chunk in request.stream():
        data += chunk
        if len(data) > LARGEST_FORM:
            return Form(None)
    try:
        return Form(msgspec.json.decode(data, type=dict[str, str]))
    except (msgspec.DecodeError, ValueError, RecursionError):
        return Form(None)
