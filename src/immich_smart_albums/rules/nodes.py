"""A rule: a tree of predicates under All, Any and Not. Nothing else to learn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.rules.predicates.local_filter import LocalFilter
from immich_smart_albums.rules.predicates.person import PersonNamed
from immich_smart_albums.rules.predicates.search import Search

if TYPE_CHECKING:
    from collections.abc import Iterator

Leaf = Search | PersonNamed | LocalFilter


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


@dataclass(frozen=True, slots=True)
class Rule:
    """What belongs in an album."""

    match: Node
    limit: int | None = None
    """Keep at most this many: the best ranked, else the newest."""


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
