"""Requests of pages: a small JSON object of texts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response

from immich_smart_albums.web.routes.answering import LARGEST_FORM, whole_number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

PATIENCE = 60.0
"""Seconds that a page has to send what it sends."""


class Form:
    """Texts by name."""

    def __init__(
        self, texts: Mapping[str, str] | None, refusal: str = "This is not what a page of the studio sends."
    ) -> None:
        """Without texts it is refused."""
        self._texts = texts
        self._refusal = refusal

    def text(self, name: str) -> str:
        """Returns a text. Empty if it is missing."""
        return (self._texts or {}).get(name, "")

    def number(self, name: str) -> int:
        """Returns a whole number, not below zero; zero for what is none."""
        return whole_number(self.text(name))

    async def answer(self, answer: Callable[[], Response]) -> Response:
        """Returns what a function answers that may take its time; 400 where what came was no form."""
        if self._texts is None:
            return PlainTextResponse(f"{self._refusal}\n", 400)
        return await run_in_threadpool(answer)


async def form_of(request: Request) -> Form:
    """Returns what a request brings."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        return Form(None)
    data = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            async for chunk in request.stream():
                data += chunk
                if len(data) > LARGEST_FORM:
                    return Form(None, "This text is too long for a rules file, so nothing was done with it.")
    except TimeoutError:
        return Form(None, "This came too slowly, so nothing was done with it.")
    try:
        return Form(msgspec.json.decode(data, type=dict[str, str]))
    except (msgspec.DecodeError, ValueError, RecursionError):
        return Form(None)
