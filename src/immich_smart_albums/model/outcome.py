"""Outcomes of a change for one asset: added, already there, taken out, or refused."""

from __future__ import annotations

from enum import Enum


class Outcome(Enum):
    """The outcome for one asset."""

    ADDED = "added"
    ALREADY_THERE = "already there"
    REMOVED = "removed"
    NO_PERMISSION = "no permission"
    NOT_FOUND = "not found"
    """It was to be taken out, and is not in the album."""
    NOT_DONE = "not done"
    """The answer does not cover it, and the album shows that nothing was done."""
    UNKNOWN = "not answered"
    """The answer does not cover it, and the album could not be read."""
