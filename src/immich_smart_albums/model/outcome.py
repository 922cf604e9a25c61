"""Outcome of a request for one asset: added, already there, taken out, or refused."""

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
    NOT_DONE = "not done"
    """The server said nothing of it that this tool knows, and a look into the album shows that nothing was done."""
    UNKNOWN = "not answered"
    """The server said nothing of it that this tool knows, and the album could not be looked at."""
