"""What became of one asset that was to be added to an album, or taken out of it."""

from __future__ import annotations

from enum import Enum


class Outcome(Enum):
    """The server's answer for one id."""

    ADDED = "added"
    ALREADY_THERE = "already there"
    REMOVED = "removed"
    NO_PERMISSION = "no permission"
    NOT_FOUND = "not found"
    """Of one to be taken out: it is not in the album."""
    UNKNOWN = "not answered"
    """The server said nothing of it, or something that this tool does not know."""
