"""The events of a session, for a front end to show: messages and progress, never results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from immich_smart_albums.bootstrap import Exchange


@dataclass(frozen=True, slots=True)
class _Text:
    text: str


class Note(_Text):
    """Note on how rules and settings were read; it stops nothing."""

    __slots__ = ()


class StatusMessage(_Text):
    """Message on what is being done."""

    __slots__ = ()


class Detail(_Text):
    """Detail that helps to find the reason of something."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A request was answered, or failed. It has no headers, so no key."""

    exchange: Exchange


@dataclass(frozen=True, slots=True)
class AssetsRead:
    """Some more assets were read."""

    count: int


@dataclass(frozen=True, slots=True)
class ReadingDone:
    """An operation has read all that it needs, or has failed."""


Event = Note | StatusMessage | Detail | Exchanged | AssetsRead | ReadingDone

Listener = Callable[[Event], None]
"""Takes events as they come, also from the threads that send requests: it has to be quick, and safe for threads."""


def ignore(event: Event) -> None:
    """Show nothing."""
    del event
