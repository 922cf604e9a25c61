"""Parameters of requests: those of an address, and the form that a page sends, a small JSON object of texts."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

LARGEST_FORM = 5_000_000
"""Bytes of a form: the largest rules file, and a little."""

LONGEST_NUMBER = 10
"""Digits: no photo has a higher place, and no run a higher number."""

FORM_TIMEOUT = 60.0
"""Seconds that a page has to send a form."""


class FormError(Exception):
    """A request body that is no form of the studio; its text says so to whoever sent it."""


@dataclass(frozen=True, slots=True)
class Form:
    """Texts by name."""

    texts: Mapping[str, str]

    def text(self, name: str) -> str:
        """Returns a text. Empty if it is missing."""
        return self.texts.get(name, "")

    def number(self, name: str) -> int:
        """Returns a whole number, not below zero; zero for what is none."""
        return _whole_number(self.text(name))


async def read_form(request: Request) -> Form:
    """Returns the form in the body of a request. Raises FormError if it is none, too long, or too slow to come."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise FormError(_NO_FORM)
    data = bytearray()
    try:
        async with asyncio.timeout(FORM_TIMEOUT):
            async for chunk in request.stream():
                data += chunk
                if len(data) > LARGEST_FORM:
                    message = "This text is too long for a rules file, so nothing was done with it."
                    raise FormError(message)
    except TimeoutError:
        message = "This came too slowly, so nothing was done with it."
        raise FormError(message) from None
    try:
        return Form(msgspec.json.decode(data, type=dict[str, str]))
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise FormError(_NO_FORM) from None


_NO_FORM = "This is not what a page of the studio sends."


def text_of(request: Request, name: str) -> str:
    """Returns a parameter of the address. Empty if it is missing."""
    return request.query_params.get(name, "")


def number_of(request: Request, name: str) -> int:
    """Returns a whole number of the address, not below zero; zero for what is none."""
    return _whole_number(text_of(request, name))


def degrees_of(request: Request, name: str, default: float) -> float:
    """Returns a number of the address, such as degrees; the default for what is none."""
    try:
        number = float(text_of(request, name))
    except ValueError:
        return default
    return number if math.isfinite(number) else default


def _whole_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < LONGEST_NUMBER else 0
