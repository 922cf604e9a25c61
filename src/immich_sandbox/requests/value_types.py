"""The types that a property can have, and what is said about a value of another field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from immich_sandbox.api_error import ApiError
from immich_sandbox.library import times
from immich_sandbox.requests.problems import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from immich_sandbox.requests.fields import Field, Kind, Path
    from immich_sandbox.requests.problems import Problems

_UUID = r"^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12})$"
_IS_UUID = re.compile(_UUID)
_IS_ZONED = re.compile(
    r"^(?:(?:\d\d[2468][048]|\d\d[13579][26]|\d\d0[48]|[02468][048]00|[13579][26]00)-02-29"
    r"|\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)"
    r"|(?:02)-(?:0[1-9]|1\d|2[0-8])))"
    r"T(?:(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|([+-](?:[01]\d|2[0-3]):[0-5]\d)))$"
)


def _boolean(problems: Problems, value: object, field: Field, path: Path) -> object:
    if (problems.from_query or not problems.level.zod) and value in ("true", "false"):
        return value == "true"
    if not isinstance(value, bool):
        line = f"{field.name} must be a boolean value"
        if problems.from_query:
            text = 'Invalid option: expected one of "true"|"false"'
            values = ["true", "false"]
            problems.issue(path, text, line, code="invalid_value", expected="stringbool", values=values)
        else:
            problems.wrong_type("boolean", value, path, line)
    return value


def _integer(problems: Problems, value: object, field: Field, path: Path) -> object:
    number: object = value
    if (problems.from_query or not problems.level.zod) and isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        number = int(value)
    if isinstance(number, float) and problems.level.zod:
        message = "Invalid input: expected int, received number"
        problems.issue(path, message, "", expected="int", format="safeint", code="invalid_type")
    elif isinstance(number, bool) or not isinstance(number, int):
        problems.wrong_type("number", value, path, f"{field.name} must be an integer number")
        if field.high is not None and not problems.level.zod:
            problems.lines[-1:] = [
                f"{field.name} must not be greater than {field.high}",
                f"{field.name} must not be less than {field.low}",
                f"{field.name} must be an integer number",
            ]
    elif field.low is not None and number < field.low:
        _out_of_range(problems, field, path, small=True)
    elif field.high is not None and number > field.high:
        _out_of_range(problems, field, path, small=False)
    return number


def _number(problems: Problems, value: object, field: Field, path: Path) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        problems.wrong_type("number", value, path, f"{field.name} must be a number")
    return value


def _out_of_range(problems: Problems, field: Field, path: Path, *, small: bool) -> None:
    size, sign, limit = ("small", ">=", field.low) if small else ("big", "<=", field.high)
    more = {"minimum" if small else "maximum": limit}
    line = f"{field.name} must not be {'less' if small else 'greater'} than {limit}"
    message = f"Too {size}: expected number to be {sign}{limit}"
    problems.issue(path, message, line, origin="number", code=f"too_{size}", **more, inclusive=True)


def _text(problems: Problems, value: object, field: Field, path: Path) -> object:
    if not isinstance(value, str):
        problems.wrong_type("string", value, path, f"{field.name} must be a string")
    else:
        _length(problems, value, field, path)
    return value


def _choice(problems: Problems, value: object, field: Field, path: Path) -> object:
    if value not in field.choices:
        message = "Invalid option: expected one of " + "|".join(f'"{choice}"' for choice in field.choices)
        line = f"{field.name} must be one of the following values: {', '.join(field.choices)}"
        problems.issue(path, message, line, code="invalid_value", values=list(field.choices))
    return value


def _date(problems: Problems, value: object, field: Field, path: Path) -> object:
    text = "ISO 8601 datetime string"
    if not isinstance(value, str):
        kind = {} if value is None else value  # by JavaScript's word for what null is
        problems.wrong_type("string", kind, path, f"{field.name} must be a date string", text)
        return value
    zoned = _IS_ZONED.match(value)
    try:
        instant = times.parse(value)
    except ValueError:
        zoned = None
        instant = None
    if problems.level.zod and not zoned:
        message = f"Invalid input: expected {text}, received string"
        more = {"origin": "string", "code": "invalid_format", "format": "datetime"}
        problems.issue(path, message, "", **more, pattern=f"/{_IS_ZONED.pattern}/")
    elif instant is None:
        raise ApiError(400, f"{field.name} must be a date string")
    return instant


def _uuid(problems: Problems, value: object, field: Field, path: Path) -> object:
    if not isinstance(value, str):
        problems.wrong_type("string", value, path, f"{field.name} must be a UUID")
    elif not _IS_UUID.match(value):
        _bad_uuid(problems, path, f"{field.name} must be a UUID")
    return value.lower() if isinstance(value, str) else value


def _uuids(problems: Problems, value: object, field: Field, path: Path) -> object:
    if problems.from_query and isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        problems.wrong_type("array", value, path, f"{field.name} must be an array")
        return value
    _length(problems, value, field, path)
    bad = [number for number, item in enumerate(value) if not (isinstance(item, str) and _IS_UUID.match(item))]
    for number in bad if problems.level.zod else bad[:1]:
        _bad_uuid(problems, (*path, number), f"each value in {field.name} must be a UUID")
    return [item.lower() if isinstance(item, str) else item for item in value]


def _bad_uuid(problems: Problems, path: Path, line: str) -> None:
    more = {"origin": "string", "code": "invalid_format", "format": "uuid", "pattern": f"/{_UUID}/"}
    problems.issue(path, "Invalid UUID", line, **more)


def _object(problems: Problems, value: object, field: Field, path: Path) -> object:
    if not isinstance(value, dict):
        problems.wrong_type("object", value, path, f"{field.name} must be an object")
        return value
    before = len(problems.issues)
    values = properties(problems, value, field.fields, path)
    unknown = [name for name in value if name not in {known.name for known in field.fields}] if field.strict else []
    if unknown:
        quoted = ", ".join(f'"{name}"' for name in unknown)
        message = f"Unrecognized key{'s' if unknown[1:] else ''}: {quoted}"
        problems.issue(path, message, "", code="unrecognized_keys", keys=unknown)
    if field.needs and not values and len(problems.issues) == before:
        problems.issue(path, field.needs, "", code="custom")
    return values


def _map(problems: Problems, value: object, field: Field, path: Path) -> object:
    """An object with whatever properties."""
    if not isinstance(value, dict):
        problems.wrong_type("record", value, path, f"{field.name} must be an object")
    return value


def _list(problems: Problems, value: object, field: Field, path: Path) -> object:
    if not isinstance(value, list):
        problems.wrong_type("array", value, path, f"{field.name} must be an array")
        return value
    _length(problems, value, field, path)
    (member,) = field.fields
    return [READERS[member.kind](problems, item, member, (*path, number)) for number, item in enumerate(value)]


def _length(problems: Problems, value: str | list[Any], field: Field, path: Path) -> None:
    if field.low is not None and len(value) < field.low:
        kind, unit = ("string", "characters") if isinstance(value, str) else ("array", "items")
        message = f"Too small: expected {kind} to have >={field.low} {unit}"
        more = {"origin": kind, "code": "too_small", "minimum": field.low, "inclusive": True}
        problems.issue(path, message, f"{field.name} should not be empty", **more)


READERS: Mapping[Kind, Callable[[Problems, object, Field, Path], object]] = {
    "boolean": _boolean,
    "integer": _integer,
    "number": _number,
    "text": _text,
    "choice": _choice,
    "date": _date,
    "uuid": _uuid,
    "uuids": _uuids,
    "object": _object,
    "map": _map,
    "list": _list,
}


def properties(problems: Problems, body: Mapping[str, Any], fields: Iterable[Field], path: Path) -> dict[str, Any]:
    """Return the known properties of an object at `path`; problems are noted."""
    values: dict[str, Any] = {}
    for field in fields:
        value = body.get(field.name, MISSING)
        if value is MISSING and not field.required:
            continue
        if value is None and field.null:
            values[field.name] = None
            continue
        values[field.name] = READERS[field.kind](problems, value, field, (*path, field.name))
    return values
