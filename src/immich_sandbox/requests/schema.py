"""Checks bodies and query strings as zod (3.0.0 and later) or class-validator (before) do, problems included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from immich_sandbox.api_error import ApiError
from immich_sandbox.requests.problems import Problems
from immich_sandbox.requests.value_types import properties

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immich_sandbox.levels import Level
    from immich_sandbox.requests.fields import Field


def checked(body: object, fields: Iterable[Field], level: Level, *, from_query: bool = False) -> dict[str, Any]:
    """Return the known properties of a body, converted; unknown ones are dropped without a word.

    Raises:
        ApiError: 400 with all problems together.
    """
    problems = Problems(level, from_query=from_query)
    values: dict[str, Any] = {}
    if isinstance(body, dict):
        values = properties(problems, body, fields, ())
    elif level.zod:
        problems.wrong_type("object", body, ())
    if problems.issues or problems.lines:
        raise ApiError(400, "Validation failed", issues=problems.issues, lines=problems.lines)
    return values
