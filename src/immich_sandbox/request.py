"""A request as handlers get it, and the response that they return."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from immich_sandbox.requests.schema import checked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from immich_sandbox.answers.asset_json import AssetWriter
    from immich_sandbox.answers.results import Results
    from immich_sandbox.levels import Level
    from immich_sandbox.library.keys import ApiKey
    from immich_sandbox.library.library import Library
    from immich_sandbox.requests.fields import Field

    Handler: TypeAlias = Callable[["ApiRequest"], "Response"]


@dataclass(slots=True)
class SandboxSettings:
    """What a test or a demonstration may switch while the server runs; times are in seconds."""

    smart_search: bool = True
    """Off: smart search is refused with 400, and the features say so."""
    machine_learning: bool = True
    """Off: a smart search by text fails with 500, as it does while the machine-learning container is down."""
    maintenance: bool = False
    queues: dict[str, int] = field(default_factory=dict)
    """How many jobs wait, by the name of the queue, as in `smartSearch`."""
    latency: float = 0.0
    """Waited before every answer."""
    skipped_row_cost: float = 0.0
    """Waited for each row that a page skips by offset: a real server builds what it skips."""


@dataclass(slots=True)
class Backend:
    """What all requests share."""

    library: Library
    level: Level
    settings: SandboxSettings
    writer: AssetWriter
    results: Results


@dataclass(slots=True)
class Response:
    """Status, body and headers; `skipped_rows` is what the page left out before its first row."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    skipped_rows: int = 0


@dataclass(slots=True)
class ApiRequest:
    """A request that is known to be allowed: its route matched and its key may do this."""

    backend: Backend
    key: ApiKey | None
    ids: Mapping[str, str]
    """The ids out of the path, checked to be UUIDs."""
    query: Mapping[str, Any]
    body: Any

    @property
    def library(self) -> Library:
        """The library that is asked."""
        return self.backend.library

    @property
    def level(self) -> Level:
        """The version that answers."""
        return self.backend.level

    @property
    def user_id(self) -> str:
        """The id of the user whose key it is; only for routes that need a key."""
        if self.key is None:
            raise LookupError("this route is public and has no user")
        return self.key.user_id

    def checked_body(self, *fields: Field) -> dict[str, Any]:
        """Return the known properties of the body.

        Raises:
            ApiError: 400 with all problems.
        """
        return checked(self.body, fields, self.level)

    def checked_query(self, *fields: Field) -> dict[str, Any]:
        """Return the known parameters of the query string, converted from text.

        Raises:
            ApiError: 400 with all problems.
        """
        return checked(self.query, fields, self.level, from_query=True)


def json_response(body: object, status: int = 200) -> Response:
    """Return a response with a JSON body."""
    return Response(status, msgspec.json.encode(body))


def no_content(level: Level) -> Response:
    """Return a response without a body: 204, or 200 before 1.138."""
    return Response(level.no_content, content_type="")
