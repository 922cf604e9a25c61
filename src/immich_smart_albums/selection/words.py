"""Puts searches and filters into words: the user's, with names in place of ids, or short ones for logs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from immich_smart_albums.model.dialects import as_flat, shown_name
from immich_smart_albums.model.query import Kind, Visibility
from immich_smart_albums.model.search_field import Type
from immich_smart_albums.model.search_fields import BY_NAME
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Not, Reference, Search

if TYPE_CHECKING:
    from immich_smart_albums.model.query import Condition
    from immich_smart_albums.rules.tree import Leaf

NameOf = Callable[[str, str], str]
"""Returns the name of an id, given the search field that it stands in: `name_of("personIds", id)` is `Emma`."""

_OPERATORS = {"eq": "", "gt": "above", "gte": "from", "lt": "below", "lte": "up to", "ne": "not", "notIn": "none of"}
"""Operators in words; others keep Immich's name."""


def query_text(leaf: Leaf, name_of: NameOf) -> str:
    """Returns a leaf in the user's words: `person Emma, taken from 2023-06-01`."""
    if isinstance(leaf, Reference):
        return leaf.key
    if isinstance(leaf, Filter):
        return leaf.text or leaf.key
    query = leaf.query
    words = [_condition(condition, name_of) for condition in sorted(query.where, key=shown_name)]
    if query.any_of:
        branches = (" and ".join(_condition(condition, name_of) for condition in branch) for branch in query.any_of)
        words.append(f"({' or '.join(branches)})")
    words = words or ["any photo"]
    if query.visibility != {Visibility.TIMELINE}:
        words.append("in " + " or ".join(sorted(visibility.value for visibility in query.visibility)))
    if query.limit is not None:
        words.append(f"{'top' if query.kind is Kind.SMART else 'the first'} {query.limit}")
    if query.until:
        words.append(f"until {' or '.join(query.until)}")
    return ", ".join(words)


def describe(node: Node) -> str:
    """Returns a short name for a part of a rule, for logs: `metadata search (city='Nice')`, `rating from 4`."""
    match node:
        case All() | Any() | Not():
            return str(node.origin or type(node).__name__.lower())
        case Search():
            return node.query.describe()
        case Filter():
            return node.text or node.key
        case _:
            return node.key


def _condition(condition: Condition, name_of: NameOf) -> str:
    flat = as_flat(condition)
    if flat is not None:
        return _flat_field(*flat, name_of)
    operator = _OPERATORS.get(condition.operator, condition.operator)
    word = BY_NAME[condition.field].label
    return " ".join(part for part in (word, operator, _value(condition.field, condition.value, name_of)) if part)


def _flat_field(name: str, value: object, name_of: NameOf) -> str:
    word = BY_NAME[name].label
    match value:
        case None:
            return f"no {word}"
        case bool():
            return f"{word}: {str(value).lower()}"
        case _:
            return f"{word} {_value(name, value, name_of)}"


def _value(name: str, value: object, name_of: NameOf) -> str:
    match value:
        case tuple():
            return " and ".join(
                name_of(name, str(part)) if BY_NAME[name].type is Type.IDS else str(part) for part in value
            )
        case bool() | None:
            return "none" if value is None else str(value).lower()
        case str():
            return repr(value)
        case _:
            return str(value)
