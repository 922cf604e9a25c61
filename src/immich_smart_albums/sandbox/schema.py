"""Checks bodies and query strings as zod (3.0.0 and later) or class-validator (before) do, problems included."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from immich_smart_albums.sandbox import times
from immich_smart_albums.sandbox.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from immich_smart_albums.sandbox.levels import Level

Path: TypeAlias = tuple[str | int, ...]
Kind = Literal["boolean", "integer", "number", "text", "choice", "date", "uuid", "uuids", "object", "list"]

_UUID = r"^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12})$"
_IS_UUID = re.compile(_UUID)
_IS_ZONED = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$")
_JSON_TYPES: Mapping[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    type(None): "null",
}
ASSET_TYPES = ("IMAGE", "VIDEO", "AUDIO", "OTHER")
VISIBILITIES = ("archive", "timeline", "hidden", "locked")
ORDERS = ("asc", "desc")
MISSING = object()
"""The value of a field that is not there."""


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a body: its type and limits; `low` is the least length of a text or list."""

    name: str
    kind: Kind
    low: int | None = None
    high: int | None = None
    choices: tuple[str, ...] = ()
    null: bool = False
    required: bool = False
    fields: tuple[Field, ...] = ()
    """The properties of an `object`; the one type of the members of a `list`."""


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
            values = self._properties(body, fields, ())
        elif self.level.zod:
            self._wrong_type("object", body, ())
        if self.issues or self.lines:
            raise Refusal(400, "Validation failed", issues=self.issues, lines=self.lines)
        return values

    def _properties(self, body: Mapping[str, Any], fields: Iterable[Field], path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for one in fields:
            value = body.get(one.name, MISSING)
            if value is MISSING and not one.required:
                continue
            if value is None and one.null:
                values[one.name] = None
                continue
            values[one.name] = _READERS[one.kind](self, value, one, (*path, one.name))
        return values

    # -- problems ---------------------------------------------------------------------------------------------

    def issue(self, path: Path, message: str, line: str, **more: Any) -> None:  # noqa: ANN401 - JSON values
        """Note one problem in both shapes."""
        self.issues.append({**more, "path": list(path), "message": message})
        self.lines.append(line)

    def _wrong_type(self, expected: str, value: object, path: Path, line: str = "", text: str = "") -> None:
        received = "undefined" if value is MISSING else _JSON_TYPES.get(type(value), "unknown")
        message = f"Invalid input: expected {text or expected}, received {received}"
        self.issue(path, message, line, expected=expected, code="invalid_type")

    # -- kinds ------------------------------------------------------------------------------------------------

    def _boolean(self, value: object, one: Field, path: Path) -> object:
        if (self.from_query or not self.level.zod) and value in ("true", "false"):
            return value == "true"
        if not isinstance(value, bool):
            line = f"{one.name} must be a boolean value"
            if self.from_query:
                text = 'Invalid option: expected one of "true"|"false"'
                values = ["true", "false"]
                self.issue(path, text, line, code="invalid_value", expected="stringbool", values=values)
            else:
                self._wrong_type("boolean", value, path, line)
        return value

    def _integer(self, value: object, one: Field, path: Path) -> object:
        number: object = value
        if (self.from_query or not self.level.zod) and isinstance(value, str) and re.fullmatch(r"-?\d+", value):
            number = int(value)
        if isinstance(number, bool) or not isinstance(number, int):
            self._wrong_type("number", value, path, f"{one.name} must be an integer number")
            if one.high is not None and not self.level.zod:
                self.lines[-1:] = [
                    f"{one.name} must not be greater than {one.high}",
                    f"{one.name} must not be less than {one.low}",
                    f"{one.name} must be an integer number",
                ]
        elif one.low is not None and number < one.low:
            self._out_of_range(path, "small", ">=", one.low, f"{one.name} must not be less than {one.low}")
        elif one.high is not None and number > one.high:
            self._out_of_range(path, "big", "<=", one.high, f"{one.name} must not be greater than {one.high}")
        return number

    def _number(self, value: object, one: Field, path: Path) -> object:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._wrong_type("number", value, path, f"{one.name} must be a number")
        return value

    def _out_of_range(self, path: Path, size: str, sign: str, limit: int, line: str) -> None:
        more = {"minimum" if size == "small" else "maximum": limit}
        message = f"Too {size}: expected number to be {sign}{limit}"
        self.issue(path, message, line, origin="number", code=f"too_{size}", inclusive=True, **more)

    def _text(self, value: object, one: Field, path: Path) -> object:
        if not isinstance(value, str):
            self._wrong_type("string", value, path, f"{one.name} must be a string")
        else:
            self._length(value, one, path)
        return value

    def _choice(self, value: object, one: Field, path: Path) -> object:
        if value not in one.choices:
            message = "Invalid option: expected one of " + "|".join(f'"{choice}"' for choice in one.choices)
            line = f"{one.name} must be one of the following values: {', '.join(one.choices)}"
            self.issue(path, message, line, code="invalid_value", values=list(one.choices))
        return value

    def _date(self, value: object, one: Field, path: Path) -> object:
        text = "ISO 8601 datetime string"
        if not isinstance(value, str):
            self._wrong_type("string", value, path, f"{one.name} must be a date string", text)
            return value
        zoned = _IS_ZONED.match(value)
        try:
            instant = times.parse(value)
        except ValueError:
            zoned = None
            instant = None
        if self.level.zod and not zoned:
            message = f"Invalid input: expected {text}, received string"
            more = {"origin": "string", "code": "invalid_format", "format": "datetime"}
            self.issue(path, message, "", **more, pattern=f"/{_IS_ZONED.pattern}/")
        elif instant is None:
            raise Refusal(400, f"{one.name} must be a date string")
        return instant

    def _uuid(self, value: object, one: Field, path: Path) -> object:
        if not isinstance(value, str):
            self._wrong_type("string", value, path, f"{one.name} must be a UUID")
        elif not _IS_UUID.match(value):
            self._bad_uuid(path, f"{one.name} must be a UUID")
        return value.lower() if isinstance(value, str) else value

    def _uuids(self, value: object, one: Field, path: Path) -> object:
        if self.from_query and isinstance(value, str):
            value = [value]
        if not isinstance(value, list):
            self._wrong_type("array", value, path, f"{one.name} must be an array")
            return value
        self._length(value, one, path)
        bad = [at for at, each in enumerate(value) if not (isinstance(each, str) and _IS_UUID.match(each))]
        for at in bad if self.level.zod else bad[:1]:
            self._bad_uuid((*path, at), f"each value in {one.name} must be a UUID")
        return [each.lower() if isinstance(each, str) else each for each in value]

    def _bad_uuid(self, path: Path, line: str) -> None:
        more = {"origin": "string", "code": "invalid_format", "format": "uuid", "pattern": f"/{_UUID}/"}
        self.issue(path, "Invalid UUID", line, **more)

    def _object(self, value: object, one: Field, path: Path) -> object:
        if not isinstance(value, dict):
            self._wrong_type("object", value, path, f"{one.name} must be an object")
            return value
        return self._properties(value, one.fields, path)

    def _list(self, value: object, one: Field, path: Path) -> object:
        if not isinstance(value, list):
            self._wrong_type("array", value, path, f"{one.name} must be an array")
            return value
        self._length(value, one, path)
        (member,) = one.fields
        return [_READERS[member.kind](self, each, member, (*path, at)) for at, each in enumerate(value)]

    def _length(self, value: str | list[Any], one: Field, path: Path) -> None:
        if one.low is not None and len(value) < one.low:
            kind, unit = ("string", "characters") if isinstance(value, str) else ("array", "items")
            message = f"Too small: expected {kind} to have >={one.low} {unit}"
            more = {"origin": kind, "code": "too_small", "minimum": one.low, "inclusive": True}
            self.issue(path, message, f"{one.name} should not be empty", **more)


_READERS: Mapping[Kind, Callable[[Checker, object, Field, Path], object]] = {
    "boolean": Checker._boolean,
    "integer": Checker._integer,
    "number": Checker._number,
    "text": Checker._text,
    "choice": Checker._choice,
    "date": Checker._date,
    "uuid": Checker._uuid,
    "uuids": Checker._uuids,
    "object": Checker._object,
    "list": Checker._list,
}
