"""Whole numbers of flags, whose problems are reported together with all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.errors import Problem

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.diagnostics import Diagnostics


def whole_number(flag: str, text: str, diagnostics: Diagnostics, *, most: int | None = None) -> int:
    """Returns a number from 1 to `most`. For anything else, adds a problem and returns 1."""
    try:
        number = int(text)
    except ValueError:
        diagnostics.problems.append(Problem(flag, f"{text[:40]!r} is not a whole number"))
        return 1
    if number < 1 or (most is not None and number > most):
        limit = "at least 1" if most is None else f"from 1 to {most:,}"
        diagnostics.problems.append(Problem(flag, f"{text[:40]} is out of range", f"Give a number {limit}."))
        return 1
    return number
