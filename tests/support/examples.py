"""How many examples a property test looks at, and how many combinations a test of combinations."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Sequence

IS_DEEP = not settings.default.derandomize  # type: ignore[union-attr]
"""Whether this is `make test-deep`, which looks for long, and elsewhere each time."""

_DEEPER = 100
"""So that all of `make test-deep` takes half an hour on two cores that are quiet, and an hour on others."""

only_deep = pytest.mark.skipif(not IS_DEEP, reason="long: tried by make test-deep")


def examples(number: int) -> int:
    """So many in `make test`, and many times as many in `make test-deep`."""
    return number * _DEEPER if IS_DEEP else number


def crossed(*axes: Sequence[Any]) -> list[tuple[Any, ...]]:
    """For `parametrize`: all combinations in `make test-deep`; in `make test` every value, each beside some others."""
    if IS_DEEP:
        return list(product(*axes))
    return [tuple(axis[row % len(axis)] for axis in axes) for row in range(max(map(len, axes)))]


def on_versions(versions: Sequence[str], cases: Sequence[Any]) -> list[tuple[str, Any]]:
    """For `parametrize`: each case on all versions in `make test-deep`; in `make test` on the newest and on one other.

    The newest is the last of them; above all it has searches that the others do not have.
    """
    *older, newest = versions
    if IS_DEEP:
        return list(product(versions, cases))
    return [(version, case) for number, case in enumerate(cases) for version in (older[number % len(older)], newest)]
