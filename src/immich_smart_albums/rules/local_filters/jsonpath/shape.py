"""Decides whether a path may yield anything from values of a known shape."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from immich_smart_albums.rules.local_filters.jsonpath.ast import FilterSelector, Index, Name, Wildcard

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from immich_smart_albums.rules.local_filters.jsonpath.ast import Segment

    Selector = Name | Index | Wildcard | FilterSelector


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of a value: an object with fields, a list of elements, or, with neither, a single value."""

    fields: Mapping[str, Shape] = field(default_factory=dict)
    elements: Shape | None = None


@dataclass(frozen=True, slots=True)
class ShapeNode:
    """A place in a shape, with the path to it."""

    address: str
    """Such as `$.people[*].name`."""

    shape: Shape = field(compare=False)

    def children(self) -> Iterator[ShapeNode]:
        """Yields the fields of an object, or the elements of a list as one place."""
        for name, inner in self.shape.fields.items():
            yield ShapeNode(f"{self.address}.{name}", inner)
        if self.shape.elements is not None:
            yield ShapeNode(f"{self.address}[*]", self.shape.elements)

    def descendants(self) -> Iterator[ShapeNode]:
        """Yields the place itself and all places below it."""
        yield self
        for child in self.children():
            yield from child.descendants()

    def selected(self, selector: Selector) -> Iterator[ShapeNode]:
        """Yields the places that a selector selects from here."""
        match selector:
            case Name(name=name) if name in self.shape.fields:
                yield ShapeNode(f"{self.address}.{name}", self.shape.fields[name])
            case Index() if self.shape.elements is not None:
                yield ShapeNode(f"{self.address}[*]", self.shape.elements)
            case Wildcard() | FilterSelector():
                yield from self.children()


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A selector that selects nothing, and the places that it was applied to."""

    selector: Selector
    places: tuple[ShapeNode, ...]


def first_mismatch(segments: tuple[Segment, ...], places: tuple[ShapeNode, ...], root: ShapeNode) -> Mismatch | None:
    """Returns the first selector of a path from `places` that never selects anything. None if all may.

    `root` is what `$` means in filters.
    """
    for segment in segments:
        if segment.descendants:
            places = tuple(dict.fromkeys(below for place in places for below in place.descendants()))
        reached: list[ShapeNode] = []
        for selector in segment.selectors:
            selected = tuple(child for place in places for child in place.selected(selector))
            if not selected:
                return Mismatch(selector, places)
            for query in selector.queries if isinstance(selector, FilterSelector) else ():
                mismatch = first_mismatch(query.segments, (root,) if query.from_root else selected, root)
                if mismatch is not None:
                    return mismatch
            reached += selected
        places = tuple(dict.fromkeys(reached))
    return None
