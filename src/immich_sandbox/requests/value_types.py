"""The types that a property can have, and what is said about a value of another one."""

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


def _boolean(problems: Problems, value: object, one: Field, path: Path) -> object:
    if (problems.from_query or not problems.level.zod) and value in ("true", "false"):
        return value == "true"
    if not isinstance(value, bool):
        line = f"{one.name} must be a boolean value"
        if problems.from_query:
            text = 'Invalid option: expected one of "true"|"false"'
            values = ["true", "false"]
            problems.issue(path, text, line, code="invalid_value", expected="stringbool", values=values)
        else:
            problems.wrong_type("boolean", value, path, line)
    return value


def _integer(problems: Problems, value: object, one: Field, path: Path) -> object:
    number: object = value
    if (problems.from_query or not problems.level.zod) and isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        number = int(value)
    if isinstance(number, float) and problems.level.zod:
        message = "Invalid input: expected int, received number"
        problems.issue(path, message, "", expected="int", format="safeint", code="invalid_type")
    elif isinstance(number, bool) or not isinstance(number, int):
        problems.wrong_type("number", value, path, f"{one.name} must be an integer number")
        if one.high is not None and not problems.level.zod:
            problems.lines[-1:] = [
                f"{one.name} must not be greater than {one.high}",
                f"{one.name} must not be less than {one.low}",
                f"{one.name} must be an integer number",
            ]
    elif one.low is not None and number < one.low:
        _out_of_range(problems, one, path, small=True)
    elif one.high is not None and number > one.high:
        _out_of_range(problems, one, path, small=False)
    return number


def _number(problems: Problems, value: object, one: Field, path: Path) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        problems.wrong_type("number", value, path, f"{one.name} must be a number")
    return value


def _out_of_range(problems: Problems, one: Field, path: Path, *, small: bool) -> None:
    size, sign, limit = ("small", ">=", one.low) if small else ("big", "<=", one.high)
    more = {"minimum" if small else "maximum": limit}
    line = f"{one.name} must not be {'less' if small else 'greater'} than {limit}"
    message = f"Too {size}: expected number to be {sign}{limit}"
    problems.issue(path, message, line, origin="number", code=f"too_{size}", **more, inclusive=True)


def _text(problems: Problems, value: object, one: Field, path: Path) -> object:
    if not isinstance(value, str):
        problems.wrong_type("string", value, path, f"{one.name} must be a string")
    else:
        _length(problems, value, one, path)
    return value


def _choice(problems: Problems, value: object, one: Field, path: Path) -> object:
    if value not in one.choices:
        message = "Invalid option: expected one of " + "|".join(f'"{choice}"' for choice in one.choices)
        line = f"{one.name} must be one of the following values: {', '.join(one.choices)}"
        problems.issue(path, message, line, code="invalid_value", values=list(one.choices))
    return value


def _date(problems: Problems, value: object, one: Field, path: Path) -> object:
    text = "ISO 8601 datetime string"
    if not isinstance(value, str):
        kind = {} if value is None else value  # by JavaScript's word for what null is
        problems.wrong_type("string", kind, path, f"{one.name} must be a date string", text)
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
        raise ApiError(400, f"{one.name} must be a date string")
    return instant


def _uuid(problems: Problems, value: object, one: Field, path: Path) -> object:
    if not isinstance(value, str):
        problems.wrong_type("string", value, path, f"{one.name} must be a UUID")
    elif not _IS_UUID.match(value):
        _bad_uuid(problems, path, f"{one.name} must be a UUID")
    return value.lower() if isinstance(value, str) else value


def _uuids(problems: Problems, value: object, one: Field, path: Path) -> object:
    if problems.from_query and isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        problems.wrong_type("array", value, path, f"{one.name} must be an array")
        return value
    _length(problems, value, one, path)
    bad = [number for number, item in enumerate(value) if not (isinstance(item, str) and _IS_UUID.match(item))]
    for number in bad if problems.level.zod else bad[:1]:
        _bad_uuid(problems, (*path, number), f"each value in {one.name} must be a UUID")
    return [item.lower() if isinstance(item, str) else item for item in value]


def _bad_uuid(problems: Problems, path: Path, line: str) -> None:
    more = {"origin": "string", "code": "invalid_format", "format": "uuid", "pattern": f"/{_UUID}/"}
    problems.issue(path, "Invalid UUID", line, **more)


def _object(problems: Problems, value: object, one: Field, path: Path) -> object:
    if not isinstance(value, dict):
        problems.wrong_type("object", value, path, f"{one.name} must be an object")
        return value
    before = len(problems.issues)
    values = properties(problems, value, one.fields, path)
    unknown = [name for name in value if name not in {field.name for field in one.fields}] if one.strict else []
    if unknown:
        quoted = ", ".join(f'"{name}"' for name in unknown)
        message = f"Unrecognized key{'s' if unknown[1:] else ''}: {quoted}"
        problems.issue(path, message, "", code="unrecognized_keys", keys=unknown)
    if one.needs and not values and len(problems.issues) == before:
        problems.issue(path, one.needs, "", code="custom")
    return values


def _map(problems: Problems, value: object, one: Field, path: Path) -> object:
    """An object with whatever properties."""
    if not isinstance(value, dict):
        problems.wrong_type("record", value, path, f"{one.name} must be an object")
    return value


def _list(problems: Problems, value: object, one: Field, path: Path) -> object:
    if not isinstance(value, list):
        problems.wrong_type("array", value, path, f"{one.name} must be an array")
        return value
    _length(problems, value, one, path)
    (member,) = one.fields
    return [READERS[member.kind](problems, item, member, (*path, number)) for number, item in enumerate(value)]


def _length(problems: Problems, value: str | list[Any], one: Field, path: Path) -> None:
    if one.low is not None and len(value) < one.low:
        kind, unit = ("string", "characters") if isinstance(value, str) else ("array", "items")
        message = f"Too small: expected {kind} to have >={one.low} {unit}"
        more = {"origin": kind, "code": "too_small", "minimum": one.low, "inclusive": True}
        problems.issue(path, message, f"{one.name} should not be empty", **more)


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
    for one in fields:
        value = body.get(one.name, MISSING)
        if value is MISSING and not one.required:
            continue
        if value is None and one.null:
            values[one.name] = None
            continue
        values[one.name] = READERS[one.kind](problems, value, one, (*path, one.name))
    return values
