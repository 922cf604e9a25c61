"""Kinds of route handlers: one for a fragment of a page, one for a script, one for what a page sends."""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, PlainTextResponse, Response

from immich_smart_albums.errors import SmartAlbumsError, Stopped
from immich_smart_albums.report.failures import raised_at
from immich_smart_albums.web.rendering import problem, problem_json
from immich_smart_albums.web.routes.parameters import FormError, read_form

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request


def fragment(handler: Callable[..., Response]) -> Callable[..., Response]:
    """Returns a route for a fragment of a page: a failure becomes one too."""

    @functools.wraps(handler)
    def route(*arguments: object) -> Response:
        try:
            return handler(*arguments)
        except SmartAlbumsError as error:
            return problem(error)
        except Exception as error:  # noqa: BLE001 - the boundary: whatever is left is our bug
            return problem(bug(error), 500)

    return route


def json_route(handler: Callable[..., Response]) -> Callable[..., Response]:
    """Returns a route that a script calls: a failure becomes JSON, and so does being outdated by a newer request."""

    @functools.wraps(handler)
    def route(*arguments: object) -> Response:
        try:
            return handler(*arguments)
        except Stopped:
            return JSONResponse({"outdated": True})
        except SmartAlbumsError as error:
            return problem_json(error)
        except Exception as error:  # noqa: BLE001 - as above
            return problem_json(bug(error), 500)

    return route


def form_route(handler: Callable[..., Response]) -> Callable[..., Awaitable[Response]]:
    """Returns a route for a form that a page sends. The handler gets the form, in a thread, as a `json_route`."""
    handle = json_route(handler)

    @functools.wraps(handler)
    async def route(routes: object, request: Request) -> Response:
        try:
            form = await read_form(request)
        except FormError as error:
            return PlainTextResponse(f"{error}\n", 400)
        return await run_in_threadpool(handle, routes, form)

    return route


def bug(error: Exception) -> SmartAlbumsError:
    """Report our own mistake: a sentence for the page, and on standard error where it happened."""
    sys.stderr.write(f"error: this is a bug in immich-smart-albums: {type(error).__name__}: {raised_at(error)}\n")
    hint = "What happened stands where the studio was started. Please report it."
    return SmartAlbumsError(f"this is a bug in immich-smart-albums: {type(error).__name__}", hint=hint)
