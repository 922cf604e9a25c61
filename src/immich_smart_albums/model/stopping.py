"""Being asked to end before everything is done."""

from __future__ import annotations

from collections.abc import Callable

Stop = Callable[[], bool]
"""Whether to end; asked before each request, from any thread."""


def never() -> bool:
    """Returns False: everything is done to its end."""
    return False
