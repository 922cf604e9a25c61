"""A rule: a tree of predicates under All, Any and Not. Nothing else to learn."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from immich_smart_albums.rules.leaves import Check, Named, Search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from immich_smart_albums.rules.leaves import Record

Leaf = Search | Check | Named


@dataclass(frozen=True, slots=True)
class All:
    """Every child holds."""

    children: tuple[Node, ...]
    label: str = ""

    def __post_init__(self) -> None:
        _require_children(self.children)


@dataclass(frozen=True, slots=True)
class Any:
    """At least one child holds."""

    children: tuple[Node, ...]
    label: str = ""

    def __post_init__(self) -> None:
        _require_children(self.children)


@dataclass(frozen=True, slots=True)
class Not:
    """The child does not hold."""

    child: Node
    label: str = ""


Node = All | Any | Not | Leaf


class Sort(Enum):
    """Which assets a limit keeps."""

    BEST = "best"
    """By rank where a smart search ranks them, else the newest."""
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Key:
    """Splits a selection: each asset has one value, several, or none."""

    name: str
    """year, month, country, …: the word between braces in the album's name."""
    fields: frozenset[str]
    """The fields of a record that it reads, dotted below exifInfo."""
    values: Callable[[Record], tuple[str, ...]] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """What belongs in an album."""

    match: Node
    limit: int | None = None
    """Keep at most this many; of each album, where the rule is split."""
    sort: Sort = Sort.BEST
    split: tuple[Key, ...] = ()
    """Feed one album for each combination of values."""


def leaves(node: Node) -> Iterator[Leaf]:
    """All predicates of a tree, from left to right."""
    match node:
        case All() | Any():
            for child in node.children:
                yield from leaves(child)
        case Not():
            yield from leaves(node.child)
        case _:
            yield node


def _require_children(children: tuple[Node, ...]) -> None:
    # "All of nothing" would be the whole library, "any of nothing" no photo: neither is what anybody meant.
    if not children:
        message = "a combination needs at least one predicate"
        raise ValueError(message)
