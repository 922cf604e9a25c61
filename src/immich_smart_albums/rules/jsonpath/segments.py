"""A path as data, whichever reader it has: what its segments select, and what its filters look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.rules.jsonpath.steps import Index, Name, Wildcard

if TYPE_CHECKING:
    from immich_smart_albums.rules.jsonpath.steps import Step


@dataclass(frozen=True, slots=True)
class Query:
    """A path inside a filter: from the value in question (`@`), or from the whole asset (`$`)."""

    segments: tuple[Segment, ...]
    from_root: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """The children for which an expression holds."""

    queries: tuple[Query, ...]
    """All that the expression looks at."""


@dataclass(frozen=True, slots=True)
class Segment:
    """What one segment selects, from the children or from all descendants. A slice is here the index 0."""

    selectors: tuple[Name | Index | Wildcard | Filter, ...]
    descendants: bool


def plain_segments(steps: tuple[Step, ...]) -> tuple[Segment, ...]:
    """The segments of a path without selections."""
    return tuple(
        Segment((step.selector,), step.descendants)
        for step in steps
        if isinstance(step.selector, Name | Index | Wildcard)
    )
