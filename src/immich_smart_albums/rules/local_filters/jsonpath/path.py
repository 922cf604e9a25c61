"""Compiles paths: the values that one yields from an asset, and the fields of an asset that it reads."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from immich_smart_albums.rules.local_filters.jsonpath import compiler
from immich_smart_albums.rules.local_filters.jsonpath.ast import BracketedSelection, Index, Name, plain_segments
from immich_smart_albums.rules.local_filters.jsonpath.parser import read_steps
from immich_smart_albums.rules.local_filters.jsonpath.shape import first_mismatch

if TYPE_CHECKING:
    from immich_smart_albums.rules.local_filters.jsonpath.ast import Segment, Step
    from immich_smart_albums.rules.local_filters.jsonpath.compiler import Getter
    from immich_smart_albums.rules.local_filters.jsonpath.shape import Mismatch, ShapeNode

_SECONDS_PER_SEARCH = 1.0
_NAMES = re.compile(r"\.(\w+)|\['([^']*)'\]")


@dataclass(frozen=True, slots=True)
class Path:
    """A compiled JSONPath; equal to another with the same normal text."""

    text: str
    """The path in its normal, short form: `$.exifInfo.make`, `$.people[*].name`, `$['a b']`."""

    roots: frozenset[str] | None = field(compare=False)
    """The top-level fields of an asset that it reads. None if it may read any.

    Empty when it yields nothing from any asset: `$[0]` asks for an element of a list.
    """

    fields: frozenset[str] | None = field(compare=False)
    """The same with a second level if the second step is a name: `exifInfo.make`; else as `roots`."""

    values: Getter = field(compare=False, repr=False)
    """Returns the values that it yields from an asset, in document order, null as None.

    Raises PathError and PatternTimeout for filters only: see `compile_path`.
    """

    segments: tuple[Segment, ...] = field(compare=False, repr=False)

    @property
    def names(self) -> frozenset[str]:
        """The fields that are named in it: those at the top, and all others as if they were right below these."""
        roots = self.roots or frozenset()
        inner = {name or quoted for name, quoted in _NAMES.findall(self.text)} - roots
        return roots | {f"{root}.{name}" for root in roots for name in inner}

    def mismatch(self, root: ShapeNode) -> Mismatch | None:
        """Returns the first selector that never selects anything from an asset of a shape. None if all may."""
        return first_mismatch(self.segments, (root,), root)


def compile_path(text: str, *, timeout: float = _SECONDS_PER_SEARCH) -> Path:
    """Compile a JSONPath of RFC 9535, or a spelling of jsonpath-ng that can only mean one thing.

    `timeout`: seconds of processor time for one match() or search() in a filter; beyond it, `values` raises
    PatternTimeout. It raises PathError for a filter on an asset that is nested more than a hundred levels deep.

    Raises PathError with a mark at the place that is wrong.
    """
    steps = read_steps(text)
    values, segments = compiler.compile_getter(steps), plain_segments(steps)
    if values is None:
        # Not at the top: the library takes 100 ms to import, and few paths need it.
        from immich_smart_albums.rules.local_filters.jsonpath import library  # noqa: PLC0415 - see the comment above

        values, segments = library.compile_getter(text, steps, timeout=timeout)
    return Path("$" + "".join(map(str, steps)), _roots(steps), _fields(steps), values, segments)


def _roots(steps: tuple[Step, ...]) -> frozenset[str] | None:
    if any(isinstance(step.selector, BracketedSelection) and step.selector.asks_root for step in steps):
        return None
    match steps[:1]:
        case [step] if isinstance(step.selector, Name) and not step.descendants:
            return frozenset({step.selector.name})
        case [step] if isinstance(step.selector, Index) and not step.descendants:
            return frozenset()
    return None


def _fields(steps: tuple[Step, ...]) -> frozenset[str] | None:
    roots = _roots(steps)
    if not roots:
        return roots
    (root,) = roots
    second = steps[1] if len(steps) > 1 else None
    inner = second.selector.name if second and isinstance(second.selector, Name) and not second.descendants else ""
    if "." in root + inner:  # No field of Immich has a dot in its name, so this notation cannot write it.
        return None
    return frozenset({f"{root}.{inner}" if inner else root})
