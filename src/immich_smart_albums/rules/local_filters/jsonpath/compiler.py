"""Compiles plain paths (names, indexes, wildcards, descendants) to closures: no objects, no parsing per asset.

A closure takes a value and a list, and adds to the list what its path yields from the value. Each hands its
results to the closure of the next step, which gives the order of RFC 9535: a nodelist is the concatenation of
what each node of the one before it yields.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from immich_smart_albums.rules.local_filters.jsonpath.ast import Index, Name, Wildcard

if TYPE_CHECKING:
    from immich_smart_albums.rules.local_filters.jsonpath.ast import Step

Getter = Callable[[Mapping[str, object]], list[object]]
"""Returns the values that a path yields from an asset."""

_Visit = Callable[[object, list[object]], None]


def compile_getter(steps: tuple[Step, ...]) -> Getter | None:
    """Returns a getter for the values of a plain path. None if the path is not plain."""
    match [(step.selector, step.descendants) for step in steps]:
        case [(Name(name=name), False)]:
            return _field(name)
        case [(Name(name=name), False), (Name(name=inner), False)]:
            return _inner_field(name, inner)
    visit: _Visit = _collect
    for step in reversed(steps):
        match step.selector:
            case Name(name=name):
                visit = _member(name, visit)
            case Index(index=index):
                visit = _element(index, visit)
            case Wildcard():
                visit = _children(visit)
            case _:
                return None
        if step.descendants:
            visit = _descendants(visit)
    return _from_root(visit)


def _field(name: str) -> Getter:
    def read(asset: Mapping[str, object]) -> list[object]:
        return [asset[name]] if name in asset else []

    return read


def _inner_field(name: str, inner: str) -> Getter:
    def read(asset: Mapping[str, object]) -> list[object]:
        value = asset.get(name)
        return [value[inner]] if isinstance(value, dict) and inner in value else []

    return read


def _from_root(visit: _Visit) -> Getter:
    def read(asset: Mapping[str, object]) -> list[object]:
        values: list[object] = []
        visit(asset if isinstance(asset, dict) else dict(asset), values)
        return values

    return read


def _collect(value: object, values: list[object]) -> None:
    values.append(value)


def _member(name: str, then: _Visit) -> _Visit:
    def visit(value: object, values: list[object]) -> None:
        if isinstance(value, dict) and name in value:
            then(value[name], values)

    return visit


def _element(index: int, then: _Visit) -> _Visit:
    def visit(value: object, values: list[object]) -> None:
        if isinstance(value, list) and -len(value) <= index < len(value):
            then(value[index], values)

    return visit


def _children(then: _Visit) -> _Visit:
    def visit(value: object, values: list[object]) -> None:
        if isinstance(value, list):
            for child in value:
                then(child, values)
        elif isinstance(value, dict):
            for child in value.values():
                then(child, values)

    return visit


def _descendants(then: _Visit) -> _Visit:
    def visit(value: object, values: list[object]) -> None:
        # The value itself, then its children, each with all below it; a stack, so that depth is no limit.
        waiting = [value]
        while waiting:
            value = waiting.pop()
            if isinstance(value, list):
                then(value, values)
                waiting.extend(reversed(value))
            elif isinstance(value, dict):
                then(value, values)
                waiting.extend(reversed(value.values()))

    return visit
