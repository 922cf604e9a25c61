"""The daemon's ASGI application. The studio may be mounted below the daemon's own routes."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from immich_smart_albums.daemon.approvals import find, grant
from immich_smart_albums.daemon.health import health_of, metrics_of, status_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from immich_smart_albums.daemon.http.hook import WebhookEndpoint
    from immich_smart_albums.daemon.state import DaemonState, DaemonStateFile
    from immich_smart_albums.daemon.uploads import UploadQueue

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Immich Smart Albums</title>
<h1>{title}</h1>
<p>{text}</p>
{form}
</html>
"""

_GONE = "This link was used already, its time is over, or there is another plan by now."


@dataclass(frozen=True, slots=True)
class AppContext:
    """What the handlers work with."""

    state: DaemonStateFile
    uploads: UploadQueue
    clock: Callable[[], float]
    wake: Callable[[], None]
    hook: WebhookEndpoint | None = None
    """The webhook. None: photos are not announced to this daemon."""
    studio: ASGIApp | None = None
    """The application for all other paths."""


def application(context: AppContext) -> Starlette:
    """Returns the application."""
    handlers = _Handlers(context)
    routes: list[Route | Mount] = [
        Route("/healthz", handlers.health, methods=["GET"]),
        Route("/metrics", handlers.metrics, methods=["GET"]),
        Route("/api/status", handlers.status, methods=["GET"]),
        Route("/allow/{token}", handlers.confirm, methods=["GET"]),
        Route("/allow/{token}", handlers.allow, methods=["POST"]),
    ]
    if context.hook is not None:
        routes.append(Route("/hook", context.hook.__call__, methods=["POST", "PUT"]))
    if context.studio is not None:
        routes.append(Mount("/", app=context.studio))
    return Starlette(routes=routes)


class _Handlers:
    """Handlers of the daemon's routes."""

    def __init__(self, context: AppContext) -> None:
        self._context = context

    async def health(self, _request: Request) -> Response:
        """Returns 200 if all is well, else 503, with the problems as text."""
        health = health_of(self._context.state.now, self._context.clock())
        lines = [*(f"problem: {text}" for text in health.problems), *(f"warning: {text}" for text in health.warnings)]
        text = "\n".join([*lines, ""]) if lines else "ok\n"
        return PlainTextResponse(text, 200 if health.is_good else 503, {"Cache-Control": "no-store"})

    async def metrics(self, _request: Request) -> Response:
        """Returns the metrics for Prometheus."""
        text = metrics_of(self._context.state.now, self._context.clock(), self._context.uploads.calls)
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    async def status(self, _request: Request) -> Response:
        """Returns the whole status as JSON."""
        return JSONResponse(
            status_of(self._context.state.now, self._context.clock()), headers={"Cache-Control": "no-store"}
        )

    async def confirm(self, request: Request) -> Response:
        """Returns a page with a button that allows refused changes: following the link alone allows nothing."""
        token = request.path_params["token"]
        approval = find(self._context.state.now.approvals, token, self._context.clock())
        if approval is None:
            return _page(404, "Nothing to allow", _GONE)
        refused = self._context.state.now.refused.get(approval.rule, "")
        form = '<form method="post"><button>Allow it once</button></form>'
        return _page(200, f"{approval.album}: changes were refused", refused, form)

    async def allow(self, request: Request) -> Response:
        """Grant the approval of a token, and wake the loop."""
        token = request.path_params["token"]
        is_granted = False

        def grant_token(state: DaemonState) -> dict[str, object]:
            nonlocal is_granted
            approvals = grant(state.approvals, token, self._context.clock())
            is_granted = approvals is not None
            return {} if approvals is None else {"approvals": approvals}

        self._context.state.alter(grant_token)
        if not is_granted:
            return _page(404, "Nothing to allow", _GONE)
        self._context.wake()
        return _page(202, "Allowed once", "It is done now, if it is still exactly what was refused.")


def _page(status: int, title: str, text: str, form: str = "") -> Response:
    content = _PAGE.format(title=html.escape(title), text=html.escape(text), form=form)
    return HTMLResponse(content, status, _HEADERS)
