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
    """A note on how rules and settings were read. It stops nothing."""

    __slots__ = ()


class StatusMessage(_Text):
    """A message on the progress of an operation."""

    __slots__ = ()


class Detail(_Text):
    """A detail for the log, which helps to find the reason of something."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A request was answered, or failed. It has no headers, so no key."""

    exchange: Exchange


@dataclass(frozen=True, slots=True)
class AssetsRead:
    """More assets were read, so many."""

    count: int


@dataclass(frozen=True, slots=True)
class ReadingDone:
    """An operation has read all that it needs, or has failed."""


Event = Note | StatusMessage | Detail | Exchanged | AssetsRead | ReadingDone

Listener = Callable[[Event], None]
"""Takes one event, also in the threads that send requests: it must be quick, and safe for threads."""


def ignore(event: Event) -> None:
    """Show nothing."""
    del event
