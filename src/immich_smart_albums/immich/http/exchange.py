"""A request to send, and an exchange for the log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from immich_smart_albums.immich.http.responses import check

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, for the log. It has no headers, so no key."""

    method: str
    path: str
    status: int | None
    """None without an answer."""
    seconds: float
    received: int
    """Bytes of the body, decompressed."""
    body: bytes | None
    """The JSON that was sent."""
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request, and the check of its answer."""

    method: str
    path: str
    body: bytes | None
    largest: int
    """Bytes of the answer."""
    seconds: float
    """How long the exchange may take as a whole."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers that replace those of all requests."""
    check: Callable[[str, str, int, Mapping[str, str], bytes], bytes] = check
    """Returns the body of a good answer; raises the error for another one."""
    stoppable: bool = True
    is_private: bool = False
    """Whether its body has a secret, so that no log shows it."""
