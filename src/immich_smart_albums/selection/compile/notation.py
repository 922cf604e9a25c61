"""A short notation for rules and plans, for the examples at the head of each module of the compiler.

    >>> rule = All((search(city="Nice"), Not(search(personIds=("ben",))), equal("rating", 5)))
    >>> print(write(rule))
    (city='Nice') & not (personIds=[ben]) & <rating=5>

Searches stand in round brackets, filters on records in angle ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Query, metadata
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Not, Record, Search

if TYPE_CHECKING:
    from immich_smart_albums.model.query import Value
    from immich_smart_albums.selection.query_plan import Branch, QueryPlan

_METADATA = "metadata search "


def search(**filters: Value) -> Search:
    """Returns a metadata search with flat fields. Without any it is the one for the whole timeline."""
    return Search(metadata(**filters))


def equal(name: str, value: Value) -> Filter:
    """Returns a filter on EXIF that passes just what `search` with the same arguments finds."""

    def holds(record: Record) -> bool:
        exif = record.get("exifInfo")
        return isinstance(exif, dict) and exif.get(name) == value

    within = search(**{name: value}).query
    reads = frozenset({f"exifInfo.{name}"})
    return Filter(f"{name}={value!r}", holds, reads, lambda _: None, within, superset_is_exact=True)


def write(node: Node | bool) -> str:
    """Returns a tree in one line, such as `(city='Nice') & not (personIds=[ben])`."""
    match node:
        case bool():
            return "everything" if node else "nothing"
        case Not():
            return f"not {write(node.child)}"
        case All():
            return " & ".join(map(write, node.children))
        case Any():
            return f"({' or '.join(map(write, node.children))})"
        case Search():
            return write_query(node.query)
        case _:
            return f"<{node.key.removeprefix(_METADATA)}>"


def write_query(query: Query) -> str:
    """Returns a search in one line, such as `(city='Nice', personIds=[emma])`."""
    return query.describe().removeprefix(_METADATA).replace("smart search ", "smart ")


def write_branch(branch: Branch) -> str:
    """Returns a driver and, after a bar, its residual: `(city='Nice') | <rating=5>`."""
    driver = write_query(branch.driver)
    return driver if branch.residual is None else f"{driver} | {write(branch.residual)}"


def write_plan(plan: QueryPlan) -> str:
    """Returns the branches of all rules, one on each line. A rule that nothing can match has none."""
    return "\n".join(write_branch(branch) for rule in plan.rules for branch in rule.branches)
