"""Checks bodies and query strings as zod (3.0.0 and later) or class-validator (before) do, problems included."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from immich_smart_albums.sandbox.kinds import READERS
from immich_smart_albums.sandbox.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from immich_smart_albums.sandbox.fields import Field, Path
    from immich_smart_albums.sandbox.levels import Level

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
class Checker:
    """Reads one request; collects every problem, then raises them together."""

    level: Level
    from_query: bool = False
    issues: list[dict[str, Any]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def read(self, body: object, fields: Iterable[Field]) -> dict[str, Any]:
        """Return the known properties of a body, converted; unknown ones are dropped without a word.

        Raises:
            Refusal: 400 with all problems.
        """
        values: dict[str, Any] = {}
        if isinstance(body, dict):
            values = self.properties(body, fields, ())
        elif self.level.zod:
            self.wrong_type("object", body, ())
        if self.issues or self.lines:
            raise Refusal(400, "Validation failed", issues=self.issues, lines=self.lines)
        return values

    def properties(self, body: Mapping[str, Any], fields: Iterable[Field], path: Path) -> dict[str, Any]:
        """Return the known properties of an object at `path`; problems are noted."""
        values: dict[str, Any] = {}
        for one in fields:
            value = body.get(one.name, MISSING)
            if value is MISSING and not one.required:
                continue
            if value is None and one.null:
                values[one.name] = None
                continue
            values[one.name] = READERS[one.kind](self, value, one, (*path, one.name))
        return values

    # -- problems ---------------------------------------------------------------------------------------------

    def issue(self, path: Path, message: str, line: str, **more: Any) -> None:  # noqa: ANN401 - JSON values
        """Note one problem in both shapes."""
        self.issues.append({**more, "path": list(path), "message": message})
        self.lines.append(line)

    def wrong_type(self, expected: str, value: object, path: Path, line: str = "", text: str = "") -> None:
        """Note that a value has another type; `text` says the expected one in more words."""
        received = "undefined" if value is MISSING else _JSON_TYPES.get(type(value), "unknown")
        message = f"Invalid input: expected {text or expected}, received {received}"
        self.issue(path, message, line, expected=expected, code="invalid_type")
