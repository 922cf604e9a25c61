"""Decodes JSON of the input: broken text and repeated keys are problems with their place."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from immich_smart_albums.errors import Problem
    from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
    from immich_smart_albums.rules.syntax.source import Source


class _RepeatedKeyError(ValueError):
    pass


def read_json(source: Source, diagnostics: Diagnostics) -> object | None:
    """Returns the decoded value. None, with a problem noted, for broken JSON and for null, which nothing takes."""
    try:
        value: object = json.loads(source.text, object_pairs_hook=_without_repeats, parse_constant=_refuse_constant)
        json.dumps(value, ensure_ascii=False).encode()  # "\ud83d" alone decodes, but can never be sent
    except json.JSONDecodeError as error:
        diagnostics.problems.append(_broken(source, error))
        return None
    except _RepeatedKeyError as error:
        key = str(error)
        diagnostics.problems.append(
            source.problem(
                f"the key {key!r} stands twice in one object",
                hint="Keep one of them; JSON would silently drop the first.",
                offset=_second(key, source),
            )
        )
        return None
    except UnicodeEncodeError:
        hint = "Write the character itself instead of \\u and numbers."
        diagnostics.problems.append(source.problem("half of a character stands alone", hint=hint))
        return None
    except (ValueError, RecursionError) as error:
        diagnostics.problems.append(source.problem(f"this JSON cannot be read: {error}"))
        return None
    if value is None:
        diagnostics.problems.append(source.problem("null is no filter", hint="Write an object such as {}."))
    return value


def name_of_type(value: object) -> str:
    """Returns the type of a JSON value as messages name it, such as `a list`."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "an object"


def _second(key: str, source: Source) -> int | None:
    """Returns where a repeated key stands the second time. None if it stands in other objects, too."""
    return source.offset_of_key(key, skip=1) if source.offset_of_key(key, skip=2) is None else None


def _broken(source: Source, error: json.JSONDecodeError) -> Problem:
    hint = "Check quotes, commas and brackets at the place marked."
    if not source.text.strip():
        return source.problem("this is empty; JSON was expected", hint="Write an object such as {}.")
    return source.problem(f"broken JSON: {error.msg}", hint=hint, offset=min(error.pos, len(source.text.rstrip())))


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) < len(pairs):
        ((key, _),) = Counter(key for key, _ in pairs).most_common(1)
        raise _RepeatedKeyError(key)
    return result


def _refuse_constant(name: str) -> object:
    message = f"{name} is not JSON"
    raise ValueError(message)
