"""The application: applies faults to a request, routes it to its handler, and records it."""

from __future__ import annotations

import base64
import hashlib
import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from immich_sandbox.api_error import ApiError, unknown_route
from immich_sandbox.library import times
from immich_sandbox.library.keys import require
from immich_sandbox.request import ApiRequest, Response, json_response
from immich_sandbox.requests.fields import Field
from immich_sandbox.requests.schema import checked
from immich_sandbox.server import pages
from immich_sandbox.server.faults import BeforeRequest, Cut, Drop, Hide, Reply, Reset, Slow, without
from immich_sandbox.server.routes import PUBLIC, Router

if TYPE_CHECKING:
    from collections.abc import Sequence

    from immich_sandbox.library.keys import ApiKey, KeyRing
    from immich_sandbox.request import Backend
    from immich_sandbox.server.faults import Action, Faults
    from immich_sandbox.server.http_messages import Incoming
    from immich_sandbox.server.transport import Connection

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Record:
    """A request that came in; `status` is None until a response was sent."""

    method: str
    path: str
    query: dict[str, Any]
    body: Any
    status: int | None = None


class App:
    """Answers requests as one level of the server does."""

    def __init__(self, backend: Backend, keys: KeyRing, faults: Faults) -> None:
        """Answer from this backend, to these keys."""
        self.records: list[Record] = []
        self.lock = threading.Lock()
        self._backend = backend
        self._keys = keys
        self._faults = faults
        self._router = Router(backend.level)
        self._requests = 0

    def serve(self, connection: Connection) -> None:
        """Answer all requests of a connection.

        Raises:
            OSError: The connection broke.
        """
        while (incoming := connection.receive()) is not None:
            record = Record(incoming.method, incoming.path, incoming.query, _as_json(incoming.body))
            with self.lock:
                self.records.append(record)
                self._requests += 1
                number = self._requests
            if not self._serve_request(incoming, record, number, connection):
                return

    def _serve_request(self, incoming: Incoming, record: Record, number: int, connection: Connection) -> bool:
        """Send the response to a request. Returns whether the connection stays open."""
        cut: Cut | None = None
        slow: Slow | None = None
        response: Response | None = None
        struck = self._faults.strike(incoming.method, incoming.path)
        _drop(incoming, struck)
        for action in struck:
            if isinstance(action, Reply | Reset) and action.applied:
                self._respond_to(incoming, number)
            if isinstance(action, BeforeRequest):
                action.run()
            elif isinstance(action, Reply):
                response = Response(action.status, action.body, action.content_type, dict(action.headers))
            elif isinstance(action, Reset):
                connection.reset_on_close()
                return False
            elif isinstance(action, Cut):
                cut = action
            elif isinstance(action, Slow):
                slow = action
        if response is None:
            response = self._respond_to(incoming, number)
        _hide(response, struck)
        connection.wait(self._latency(response) + (slow.delay if slow else 0.0))
        record.status = response.status
        if cut is not None:
            connection.cut(response, cut.after)
            return False
        connection.send(response, incoming, drip=slow.drip if slow else 0.0)
        return incoming.keeps_alive

    def _latency(self, response: Response) -> float:
        """The seconds that the server takes for a response."""
        settings = self._backend.settings
        return settings.latency + settings.skipped_row_cost * response.skipped_rows

    # -- answers ------------------------------------------------------------------------------------------------

    def _respond_to(self, incoming: Incoming, number: int) -> Response:
        level = self._backend.level
        correlation_id = hashlib.sha256(str(number).encode()).hexdigest()[:8]
        try:
            with self._backend.library.lock:
                response = self._route(incoming)
        except ApiError as error:
            response = json_response(error.body(zod=level.zod, correlation_id=correlation_id), error.status)
        except Exception:  # noqa: BLE001 - a server answers 500 to its own mistakes, and lives
            _log.exception("the sandbox could not answer %s %s", incoming.method, incoming.path)
            mistake = ApiError(500, "Internal server error")
            response = json_response(mistake.body(zod=level.zod, correlation_id=correlation_id), 500)
        response.headers[level.correlation_header] = correlation_id
        response.headers["date"] = times.http(self._backend.library.clock)
        if (
            incoming.method == "GET"
            and response.status == 200
            and response.content_type.startswith(("application/json", "image/"))
        ):
            _add_etag(response, incoming.headers.get("if-none-match"))
        return response

    def _route(self, incoming: Incoming) -> Response:
        if incoming.body is None:
            raise ApiError(500, "Internal server error")
        path = incoming.path
        if path == "/.well-known/immich":
            return json_response({"api": {"endpoint": "/api"}})
        if "//" in path or (not _is_api(path) and incoming.method != "GET"):
            raise unknown_route(incoming.method, path)
        if not _is_api(path):
            return self._web(path)
        body = _parsed(incoming)
        match = self._router.find(
            incoming.method, path.removeprefix("/api"), maintenance=self._backend.settings.maintenance
        )
        if match is None:
            raise unknown_route(incoming.method, path)
        route, ids = match
        key: ApiKey | None = None
        if route.permission != PUBLIC:
            key = self._keys.find(incoming.headers, incoming.query)
            require(key, route.name, route.permission, self._backend.level)
        uuids = [Field(name, "uuid") for name, value in ids.items() if (name, value) != ("userId", "me")]
        ids |= checked(ids, uuids, self._backend.level)
        return route.handler(ApiRequest(self._backend, key, ids, incoming.query, body))

    def _web(self, path: str) -> Response:
        asset_id = path.removeprefix("/photos/")
        photo = path.startswith("/photos/") and asset_id
        page = pages.photo_page(self._backend.library, asset_id) if photo else pages.web_page()
        return Response(body=page.encode(), content_type="text/html; charset=utf-8")


def _hide(response: Response, struck: Sequence[Action]) -> None:
    """Remove hidden fields from a response."""
    names = frozenset().union(*(action.names for action in struck if isinstance(action, Hide)))
    if names and response.content_type.startswith("application/json"):
        response.body = msgspec.json.encode(without(_as_json(response.body), names))


def _drop(incoming: Incoming, struck: Sequence[Action]) -> None:
    """Remove dropped properties from a request."""
    names = frozenset().union(*(action.names for action in struck if isinstance(action, Drop)))
    if names and incoming.body:
        incoming.body = msgspec.json.encode(without(_as_json(incoming.body), names))
    if names:
        incoming.query = {name: value for name, value in incoming.query.items() if name not in names}


def _is_api(path: str) -> bool:
    return path == "/api" or path.startswith("/api/")


def _as_json(body: bytes | None) -> object:
    """The body as it is recorded: text where it is not JSON."""
    if not body:
        return None
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body.decode(errors="replace")


def _parsed(incoming: Incoming) -> object:
    """The body as the server parses it: an empty object unless the content type is JSON.

    Raises:
        ApiError: 400 for invalid JSON.
    """
    if not incoming.body or not incoming.headers.get("content-type", "").startswith("application/json"):
        return {}
    try:
        parsed = msgspec.json.decode(incoming.body)
    except msgspec.DecodeError as error:
        raise ApiError(400, _syntax_message(incoming.body, truncated="truncated" in str(error))) from None
    if not isinstance(parsed, dict | list):
        raise ApiError(400, _syntax_message(incoming.body, truncated=False))
    return parsed


def _syntax_message(body: bytes, *, truncated: bool) -> str:
    if truncated:
        return "Unexpected end of JSON input"
    text = body.decode(errors="replace")
    return f"Unexpected token '{text[:1]}', \"{text[:10]}\" is not valid JSON"


def _add_etag(response: Response, known_etag: str | None) -> None:
    digest = base64.b64encode(hashlib.sha1(response.body, usedforsecurity=False).digest()).decode()[:27]
    response.headers["etag"] = f'"{len(response.body):x}-{digest}"'
    if known_etag == response.headers["etag"]:
        response.status, response.body, response.content_type = 304, b"", ""
