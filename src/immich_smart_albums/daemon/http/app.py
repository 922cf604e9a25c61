"""The application behind the daemon's address; the studio may be mounted behind its own paths."""

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
    from immich_smart_albums.daemon.nudges import Nudges
    from immich_smart_albums.daemon.state import DaemonState, DaemonStateFile

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
class Parts:
    """Everything that the application works with."""

    state: DaemonStateFile
    nudges: Nudges
    clock: Callable[[], float]
    wake: Callable[[], None]
    hook: WebhookEndpoint | None = None
    """None: this daemon takes no calls about photos."""
    studio: ASGIApp | None = None
    """Gets every path that is not the daemon's own."""


def application(parts: Parts) -> Starlette:
    """Returns the application."""
    pages = _Pages(parts)
    routes: list[Route | Mount] = [
        Route("/healthz", pages.health, methods=["GET"]),
        Route("/metrics", pages.metrics, methods=["GET"]),
        Route("/api/status", pages.status, methods=["GET"]),
        Route("/allow/{token}", pages.ask, methods=["GET"]),
        Route("/allow/{token}", pages.allow, methods=["POST"]),
    ]
    if parts.hook is not None:
        routes.append(Route("/hook", parts.hook.__call__, methods=["POST", "PUT"]))
    if parts.studio is not None:
        routes.append(Mount("/", app=parts.studio))
    return Starlette(routes=routes)


class _Pages:
    """Answers from the state."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def health(self, _request: Request) -> Response:
        """200 or 503, and why."""
        health = health_of(self._parts.state.now, self._parts.clock())
        lines = [*(f"problem: {text}" for text in health.problems), *(f"warning: {text}" for text in health.warnings)]
        text = "\n".join([*lines, ""]) if lines else "ok\n"
        return PlainTextResponse(text, 200 if health.is_good else 503, {"Cache-Control": "no-store"})

    async def metrics(self, _request: Request) -> Response:
        """Figures, as Prometheus has them."""
        text = metrics_of(self._parts.state.now, self._parts.clock(), self._parts.nudges.calls)
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    async def status(self, _request: Request) -> Response:
        """Returns all of it, as JSON."""
        return JSONResponse(
            status_of(self._parts.state.now, self._parts.clock()), headers={"Cache-Control": "no-store"}
        )

    async def ask(self, request: Request) -> Response:
        """Ask before anything is allowed: what only follows links, to show them, allows nothing."""
        token = request.path_params["token"]
        approval = find(self._parts.state.now.approvals, token, self._parts.clock())
        if approval is None:
            return _page(404, "Nothing to allow", _GONE)
        refused = self._parts.state.now.refused.get(approval.rule, "")
        form = '<form method="post"><button>Allow it once</button></form>'
        return _page(200, f"{approval.album}: changes were refused", refused, form)

    async def allow(self, request: Request) -> Response:
        """Allow it, once."""
        token = request.path_params["token"]
        is_granted = False

        def granted(state: DaemonState) -> dict[str, object]:
            nonlocal is_granted
            approvals = grant(state.approvals, token, self._parts.clock())
            is_granted = approvals is not None
            return {} if approvals is None else {"approvals": approvals}

        self._parts.state.alter(granted)
        if not is_granted:
            return _page(404, "Nothing to allow", _GONE)
        self._parts.wake()
        return _page(202, "Allowed once", "It is done now, if it is still exactly what was refused.")


def _page(status: int, title: str, text: str, form: str = "") -> Response:
    content = _PAGE.format(title=html.escape(title), text=html.escape(text), form=form)
    return HTMLResponse(content, status, _HEADERS)
