"""Trees with names as a test says that they would be looked up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from immich_smart_albums.rules.tree import All, Any, Filter, Node, Not, Reference, Search
from tests.support.yaml_values import node

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def looked_up(match: object, ids: Mapping[str, Sequence[str]]) -> Node:
    """A match with its names as the ids that a test gives them."""
    return _looked_up(node(match), ids)


def _looked_up(tree: Node, ids: Mapping[str, Sequence[str]]) -> Node:
    match tree:
        case Reference():
            return tree.resolve(tuple(tuple(ids[name]) for name in tree.names))
        case Not():
            return replace(tree, child=_looked_up(tree.child, ids))
        case All() | Any():
            return replace(tree, children=tuple(_looked_up(child, ids) for child in tree.children))
        case _:
            return tree


def shape(tree: Node) -> object:
    """A tree as nested tuples: searches as their filters, checks as their words, names as theirs."""
    match tree:
        case All() | Any():
            return (type(tree).__name__.lower(), *map(shape, tree.children))
        case Not():
            return ("not", shape(tree.child))
        case Search():
            return tree.query.flat_fields
        case _:
            return tree.key


def checks(tree: Node) -> list[Filter]:
    """The checks of a tree, from left to right."""
    match tree:
        case All() | Any():
            return [check for child in tree.children for check in checks(child)]
        case Not():
            return checks(tree.child)
        case Filter():
            return [tree]
        case _:
            return []
