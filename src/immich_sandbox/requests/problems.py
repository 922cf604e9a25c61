"""Problems with a request, noted in both shapes: that of zod (3.0.0 and later) and that of class-validator (before)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_sandbox.levels import Level
    from immich_sandbox.requests.fields import Path

MISSING = object()
"""The value of a property that is not there."""
_JSON_TYPES: Mapping[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    type(None): "null",
}


@dataclass(slots=True)
class Problems:
    """What is wrong with one request, and how strictly this level looks."""

    level: Level
    from_query: bool = False
    issues: list[dict[str, Any]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def issue(self, path: Path, message: str, line: str, **more: Any) -> None:  # noqa: ANN401 - JSON values
        """Note one problem in both shapes."""
        self.issues.append({**more, "path": list(path), "message": message})
        self.lines.append(line)

    def wrong_type(self, expected: str, value: object, path: Path, line: str = "", text: str = "") -> None:
        """Note that a value has another type; `text` says the expected one in more words."""
        received = "undefined" if value is MISSING else _JSON_TYPES.get(type(value), "unknown")
        message = f"Invalid input: expected {text or expected}, received {received}"
        self.issue(path, message, line, expected=expected, code="invalid_type")
