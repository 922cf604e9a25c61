"""A picture that a server sends, to be passed on."""

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
    """One of a few kinds of pictures, and nothing else; an SVG may hold a script, so a page shows it as `<img>` only
    and sends it with a policy that runs none. Empty without data."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """What the server says of keeping it: `etag`, `cache-control` and `last-modified`, if it sends them."""
