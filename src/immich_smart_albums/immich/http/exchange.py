"""A request as it is sent, and as the log shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from immich_smart_albums.immich.http.responses import check

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request as the log shows it: no header, so no key."""

    method: str
    path: str
    status: int | None
    """None if no answer came."""
    seconds: float
    received: int
    """Bytes of the body, decompressed."""
    body: bytes | None
    """The JSON that was sent."""
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request, and what its answer has to be."""

    method: str
    path: str
    body: bytes | None
    largest: int
    """Bytes of the answer."""
    seconds: float
    """How long the answer may take as a whole."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """In place of those that all requests have."""
    check: Callable[[str, str, int, Mapping[str, str], bytes], bytes] = check
    """The body of a good answer; raises what another means."""
    stoppable: bool = True
    is_private: bool = False
    """Whether its body holds a secret: then no log shows it."""
