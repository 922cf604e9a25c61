"""Common to all routes: failures become a part of the page, or JSON that a script shows."""

from __future__ import annotations

import functools
import math
import sys
import traceback
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from immich_smart_albums.errors import SmartAlbumsError, Stopped
from immich_smart_albums.web.rendering import problem, problem_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

LARGEST_FORM = 5_000_000
"""Bytes of what a page sends: the largest rules file, and a little."""

LONGEST_NUMBER = 10
"""Digits: no photo has a higher place, and no run a higher number."""


def part(answer: Callable[..., Response]) -> Callable[..., Response]:
    """Returns a route for a part of a page: a failure is one too."""

    @functools.wraps(answer)
    def answered(*arguments: object) -> Response:
        try:
            return answer(*arguments)
        except SmartAlbumsError as error:
            return problem(error)
        except Exception as error:  # noqa: BLE001 - the boundary: whatever is left is our bug
            return problem(bug(error), 500)

    return answered


def scripted(answer: Callable[..., Response]) -> Callable[..., Response]:
    """Returns a route that a script asks: a failure comes as JSON, and so does that something newer was asked."""

    @functools.wraps(answer)
    def answered(*arguments: object) -> Response:
        try:
            return answer(*arguments)
        except Stopped:
            return JSONResponse({"outdated": True})
        except SmartAlbumsError as error:
            return problem_json(error)
        except Exception as error:  # noqa: BLE001 - as above
            return problem_json(bug(error), 500)

    return answered


def bug(error: Exception) -> SmartAlbumsError:
    """Our own mistake: told on the page in a sentence, and where it happened on standard error."""
    where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(traceback.extract_tb(error.__traceback__)))
    sys.stderr.write(f"error: this is a bug in immich-smart-albums: {type(error).__name__}: {where}\n")
    hint = "What happened stands where the studio was started. Please report it."
    return SmartAlbumsError(f"this is a bug in immich-smart-albums: {type(error).__name__}", hint=hint)


def text_of(request: Request, name: str) -> str:
    """Returns a parameter of the address. Empty if it is missing."""
    return request.query_params.get(name, "")


def number_of(request: Request, name: str, usual: int = 0) -> int:
    """Returns a whole number of the address, not below zero."""
    return whole_number(text_of(request, name), usual)


def whole_number(text: str, usual: int = 0) -> int:
    """Returns a number that a page sends, not below zero; the usual one for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < LONGEST_NUMBER else usual


def degrees_of(request: Request, name: str, usual: float) -> float:
    """Returns a number of the address, such as degrees; the usual one for what is none."""
    try:
        number = float(text_of(request, name))
    except ValueError:
        return usual
    return number if math.isfinite(number) else usual
