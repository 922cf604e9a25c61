"""Paths with filters, slices and unions, by the library python-jsonpath in its strict mode.

The library is corrected in three places. A slice of a text yields nothing (RFC 9535, 2.3.4.2.2; the library
yields characters). The functions match() and search() stop at a time limit. A pattern in them that is no
regular expression is refused when the path is read: the standard says that it matches nothing, and nobody who
excludes photos with it would notice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import regex
from jsonpath import JSONPathEnvironment, JSONPathError
from jsonpath.exceptions import JSONPathTypeError
from jsonpath.filter import StringLiteral
from jsonpath.function_extensions import Match, Search

from immich_smart_albums.rules.jsonpath.steps import PathError, Selection
from immich_smart_albums.rules.pattern import PatternTimeout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jsonpath.filter import BaseExpression
    from jsonpath.function_extensions import FilterFunction
    from jsonpath.token import Token

    from immich_smart_albums.rules.jsonpath.plain import Reader
    from immich_smart_albums.rules.jsonpath.steps import Step

_HINT = "A filter looks like $.people[?@.name=='Anna'], a slice like $.people[0:2]."


def reader(text: str, steps: tuple[Step, ...], *, timeout: float) -> Reader:
    """The values of a path with selections; `timeout` is in seconds of processor time for one match() or search().

    Raises PathError when the path does not follow RFC 9535. What it returns raises PatternTimeout, or PathError
    when an asset is nested too deeply for the library.
    """
    written, places = "$", []
    for step in steps:
        if isinstance(step.selector, Selection):
            written += ".." if step.descendants else ""
            places.append((len(written), step.start))
            written += step.selector.source
        else:
            written += str(step)
    try:
        path = _Environment(timeout).compile(written)
    except (JSONPathError, ValueError, OverflowError) as error:
        raise PathError(text, _place(error, places), f"not a JSONPath: {_reason(error)}", _HINT) from None

    def read(asset: Mapping[str, object]) -> list[object]:
        try:
            return path.findall(asset)
        except JSONPathError as error:
            raise PathError(text, 0, f"cannot be evaluated: {_reason(error)}", "Use a simpler path.") from None

    return read


def _place(error: Exception, places: list[tuple[int, int]]) -> int:
    """Where in the user's text the library found the error: in one of the selections, which it got unchanged."""
    token = getattr(error, "token", None)
    if token is None or token.index < 0:
        return places[-1][1]
    written, start = max((place for place in places if place[0] <= token.index), default=places[0])
    return start + max(0, token.index - written)


def _reason(error: Exception) -> str:
    return str(error.args[0]) if error.args else type(error).__name__


class _Environment(JSONPathEnvironment):
    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        super().__init__(strict=True)

    def setup_function_extensions(self) -> None:
        super().setup_function_extensions()
        self.function_extensions["match"] = _Match(self._timeout)
        self.function_extensions["search"] = _Search(self._timeout)

    def getitem(self, obj: Any, key: Any) -> Any:  # noqa: ANN401 - the library's signature
        return [] if isinstance(key, slice) and not isinstance(obj, list) else super().getitem(obj, key)

    def check_well_typedness(self, token: Token, func: FilterFunction, args: list[BaseExpression]) -> None:
        super().check_well_typedness(token, func, args)
        if isinstance(func, (_Match, _Search)) and isinstance(args[1], StringLiteral):
            try:
                regex.compile(args[1].value)
            except regex.error as error:
                raise JSONPathTypeError(f"no regular expression in {token.value}(): {error}", token=token) from None


class _Match(Match):
    def __init__(self, timeout: float) -> None:
        super().__init__()
        self._timeout = timeout

    def __call__(self, value: object, pattern: object) -> bool:
        try: ...
        except TimeoutError: raise PatternTimeout(...)
