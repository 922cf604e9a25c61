"""How many examples a property test looks at."""

from __future__ import annotations

from hypothesis import settings

IS_DEEP = not settings.default.derandomize  # type: ignore[union-attr]
"""Whether this is `make test-deep`, which looks for long, and elsewhere each time."""

_DEEPER = 20


def examples(number: int) -> int:
    """So many in `make test`, and many times as many in `make test-deep`."""
    return number * _DEEPER if IS_DEEP else number
