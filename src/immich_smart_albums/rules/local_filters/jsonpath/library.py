"""Compiles paths with filters, slices and unions, by the library python-jsonpath in its strict mode.

The library is corrected in four places. A slice of a text yields nothing (RFC 9535, 2.3.4; the library
yields characters). The functions match() and search() stop at a time limit. A pattern in them that is no
regular expression is refused when the path is read: the standard says that it matches nothing, and nobody who
excludes photos with it would notice. Texts are compared composed (NFC).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from jsonpath import JSONPathEnvironment, JSONPathError
from jsonpath.exceptions import JSONPathTypeError
from jsonpath.filter import FilterQuery, RootFilterQuery, StringLiteral
from jsonpath.function_extensions import ExpressionType, FilterFunction, Search
from jsonpath.segments import JSONPathRecursiveDescentSegment
from jsonpath.selectors import Filter as LibraryFilter
from jsonpath.selectors import IndexSelector, NameSelector, SliceSelector

from immich_smart_albums.model.text.forms import nfc
from immich_smart_albums.rules.local_filters.jsonpath.ast import (
    BracketedSelection,
    FilterPath,
    FilterSelector,
    Index,
    Name,
    PathError,
    Segment,
    Wildcard,
)
from immich_smart_albums.rules.values.regex import PatternTimeout

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jsonpath import JSONPath
    from jsonpath.filter import BaseExpression
    from jsonpath.selectors import JSONPathSelector
    from jsonpath.token import Token

    from immich_smart_albums.rules.local_filters.jsonpath.ast import Step
    from immich_smart_albums.rules.local_filters.jsonpath.compiler import Getter

_HINT = "A filter looks like $.people[?@.name=='Anna'], a slice like $.people[0:2]."


def compile_getter(text: str, steps: tuple[Step, ...], *, timeout: float) -> tuple[Getter, tuple[Segment, ...]]:
    """Returns a getter for the values of a path with selections, and its segments.

    `timeout` is in seconds of processor time for one match() or search().

    Raises PathError when the path does not follow RFC 9535. What it returns raises PatternTimeout, or PathError when an
    asset is nested too deeply for the library.
    """
    written, places = "$", []
    for step in steps:
        if isinstance(step.selector, BracketedSelection):
            written += ".." if step.descendants else ""
            places.append((len(written), step.start))
            written += step.selector.source
        else:
            written += str(step)
    try:
        # Never a CompoundJSONPath: there is no | or & between steps.
        path = cast("JSONPath", _Environment(timeout).compile(written))
    except (JSONPathError, ValueError, OverflowError) as error:
        raise PathError(text, _place(error, places), f"not a JSONPath: {_reason(error)}", _HINT) from None

    def read(asset: Mapping[str, object]) -> list[object]:
        try:
            return path.findall(asset)
        except JSONPathError as error:
            raise PathError(text, 0, f"cannot be evaluated: {_reason(error)}", "Use a simpler path.") from None

    return read, _segments(path)


def _segments(path: JSONPath) -> tuple[Segment, ...]:
    return tuple(
        Segment(
            tuple(map(_selector, segment.selectors)),
            descendants=isinstance(segment, JSONPathRecursiveDescentSegment),
        )
        for segment in path.segments
    )


def _selector(selector: JSONPathSelector) -> Name | Index | Wildcard | FilterSelector:
    match selector:
        case NameSelector():
            return Name(selector.name)
        case IndexSelector() | SliceSelector():
            return Index(0)
        case LibraryFilter():
            return FilterSelector(tuple(_queries(selector.expression)))
        case _:
            return Wildcard()


def _queries(expression: BaseExpression) -> Iterator[FilterPath]:
    if isinstance(expression, FilterQuery):
        yield FilterPath(_segments(expression.path), from_root=isinstance(expression, RootFilterQuery))
        return
    for child in expression.children():
        yield from _queries(child)


def _place(error: Exception, places: list[tuple[int, int]]) -> int:
    """Returns where an error of the library is in the user's text; it is in a selection, which it got unchanged."""
    token: Token | None = getattr(error, "token", None)
    if token is None or token.index < 0:
        return places[-1][1]
    written, start = max((place for place in places if place[0] <= token.index), default=places[0])
    return start + max(0, token.index - written)


def _reason(error: Exception) -> str:
    return str(error.args[0]) if error.args else type(error).__name__


def _composed(value: object) -> object:
    return nfc(value) if isinstance(value, str) else value


class _Environment(JSONPathEnvironment):
    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        super().__init__(strict=True)

    def setup_function_extensions(self) -> None:
        super().setup_function_extensions()
        self.function_extensions["match"] = _Limited(self._timeout, whole=True)
        self.function_extensions["search"] = _Limited(self._timeout, whole=False)

    def compare(self, left: object, operator: str, right: object) -> bool:
        # Texts are compared in one form, whichever the path and the asset have.
        return super().compare(_composed(left), operator, _composed(right))

    def getitem(self, obj: Any, key: Any) -> Any:  # noqa: ANN401 - the library's signature
        return [] if isinstance(key, slice) and isinstance(obj, str) else super().getitem(obj, key)

    def check_well_typedness(self, token: Token, func: FilterFunction, args: list[BaseExpression]) -> None:
        super().check_well_typedness(token, func, args)
        pattern = args[-1]
        if isinstance(func, _Limited) and isinstance(pattern, StringLiteral) and func.compiled(pattern.value) is None:
            message = f"{pattern.value!r} in {token.value}() is not a regular expression"
            raise JSONPathTypeError(message, token=token)


class _Limited(FilterFunction):
    """The standard's match() or search(), with a time limit."""

    arg_types = [ExpressionType.VALUE, ExpressionType.VALUE]  # noqa: RUF012 - as the library declares it
    return_type = ExpressionType.LOGICAL

    def __init__(self, timeout: float, *, whole: bool) -> None:
        self._timeout = timeout
        self._whole = whole
        # The library's translation from the standard's regular expressions; it keeps those without a dot only.
        self.compiled = lru_cache(maxsize=256)(Search(thread_safe=True).check_cache)

    def __call__(self, value: object, pattern: object) -> bool:
        compiled = self.compiled(nfc(pattern)) if isinstance(pattern, str) else None
        if compiled is None or not isinstance(value, str):
            return False
        search = compiled.fullmatch if self._whole else compiled.search
        try:
            return search(nfc(value), timeout=self._timeout) is not None
        except TimeoutError:
            raise PatternTimeout(str(pattern), value, self._timeout) from None
