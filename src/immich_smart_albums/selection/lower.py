"""Rules → RunPlan: which searches to send, what to read of each asset, what is left to check here.

A rule is evaluated on *candidates*: assets from searches that together surely hold every match. A search bounds a rule
from above; Not and local filters bound nothing; "all" is bounded by any of its bounded parts, of which the cheapest is
taken; "any" only if all its parts are. A rule that nothing bounds is evaluated on the whole library.

Candidates are read with the fields that local filters look at; of every other search only the ids are read.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query
from immich_smart_albums.rules.leaves import Check, Search
from immich_smart_albums.rules.nodes import All, Any, Node, leaves
from immich_smart_albums.selection.plan import Part, RulePlan, RunPlan, put_together
from immich_smart_albums.selection.simplify import simplify

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from immich_smart_albums.rules.nodes import Rule
    from immich_smart_albums.selection.ports import Server

NOTHING_KNOWN: Mapping[Query, int] = MappingProxyType({})


def lower(
    rules: Sequence[Rule],
    server: Server,
    sizes: Mapping[Query, int] = NOTHING_KNOWN,
    *,
    names: Sequence[str] = (),
) -> RunPlan:
    """Compile the rules of a run for one account, with their names looked up.

    `sizes` is how many assets some searches find, as far as that is known; `names` what messages call the rules.
    """
    named = [*names, *("" for _ in rules)]
    return put_together(tuple(_lowered(rule, name) for rule, name in zip(rules, named, strict=False)))


def _lowered(rule: Rule, name: str) -> RulePlan:
    match = simplify(rule.match)
    checks = tuple(leaf for leaf in leaves(match) if isinstance(leaf, Check))
    wants_people = any(each.roots is None or "people" in each.roots for each in checks)
    bounds = _bounds(match, wants_people=wants_people)
    candidates = {WHOLE_LIBRARY} if bounds is None else bounds
    return RulePlan(rule, tuple(Part(query, match) for query in candidates), name=name)


def _bounds(node: Node, *, wants_people: bool) -> frozenset[Query] | None:
    """Searches whose union holds everything that the node can match; None where there are none."""
    match node:
        case Search():
            return frozenset({node.query})
        case Any():
            parts = [_bounds(child, wants_people=wants_people) for child in node.children]
            bounded = [part for part in parts if part is not None]
            return frozenset().union(*bounded) if len(bounded) == len(parts) else None
        case All():
            parts = [_bounds(child, wants_people=wants_people) for child in node.children]
            bounded = [part for part in parts if part is not None]
            return min(bounded, key=lambda part: _requests(part, wants_people=wants_people), default=None)
        case _:
            return None


def _requests(queries: Iterable[Query], *, wants_people: bool) -> float:
    """About how many requests it takes to read the assets of some searches: a guess that only orders them."""
    return sum(_requests_of(query, wants_people=wants_people) for query in queries)


def _requests_of(query: Query, *, wants_people: bool) -> float:
    size = query.limit or (10_000 if query.filters else 100_000)
    one_by_one = size if query.kind is Kind.SMART and wants_people else 0
    return size / 1000 + one_by_one
