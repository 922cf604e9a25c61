"""Asking a run to stop before everything is done."""

from __future__ import annotations

from collections.abc import Callable

Stop = Callable[[], bool]
"""Returns whether to stop. Called before each request, from any thread."""


def never() -> bool:
    """Returns False: a `Stop` for a run that nobody stops."""
    return False
