"""Pictures that a server returns, for a page to show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Picture:
    """A small picture of a photo or a person."""

    data: bytes | None = field(repr=False)
    """None if the caller already has this one, by its etag."""
    content_type: str
    """A type of pictures; empty without data. An SVG may hold a script, so a page shows it as `<img>` only, and sends
    it with a policy that runs none."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """The server's headers for caching: `etag`, `cache-control` and `last-modified`, if it sends them."""
