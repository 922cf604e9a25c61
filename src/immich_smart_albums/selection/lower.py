"""Rule → QueryPlan: which searches to send, what to read of each asset, what is left to check here.

A rule is evaluated on *candidates*: assets from searches that together surely hold every match. A search bounds a rule
from above; Not and local filters bound nothing; "all" is bounded by any of its bounded parts, of which the cheapest is
taken; "any" only if all its parts are. A rule that nothing bounds is evaluated on the whole library.

Candidates are read with the fields that local filters look at; of every other search only the ids are read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query
from immich_smart_albums.rules.asset_fields import FROM_DETAILS
from immich_smart_albums.rules.leaves import Check, Search
from immich_smart_albums.rules.nodes import All, Any, Node, Not, leaves

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immich_smart_albums.rules.nodes import Rule


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """Everything that a run sends and checks for one rule."""

    rule: Rule
    queries: tuple[Query, ...]
    """Every distinct search, candidates first."""
    candidates: frozenset[Query]
    fields: frozenset[str]
    """What to read of candidates: `exifInfo.make`, `people`, …"""
    filters: tuple[Check, ...]
    """Local filters that are checked on the records of searches, as they stream by."""
    late_filters: tuple[Check, ...]
    """Local filters on fields that searches do not return; each asset that gets this far is asked for by itself."""
    ranking: tuple[Query, ...]
    """Smart searches whose order says which assets are best."""


def lower(rule: Rule) -> QueryPlan:
    """Compile a rule whose names are resolved."""
    filters = tuple(dict.fromkeys(leaf for leaf in leaves(rule.match) if isinstance(leaf, Check)))
    searched = tuple(dict.fromkeys(leaf.query for leaf in leaves(rule.match) if isinstance(leaf, Search)))
    wants_people = any(_touches(each, "people") for each in filters)
    bounds = _bounds(rule.match, wants_people=wants_people)
    candidates = frozenset({WHOLE_LIBRARY}) if bounds is None else bounds
    # Immich's smart search returns no people in any version.
    no_people = any(query.kind is Kind.SMART for query in candidates)
    late = tuple(each for each in filters if _is_late(each, no_people=no_people))
    early = tuple(each for each in filters if each not in late)
    return QueryPlan(
        rule,
        queries=tuple(dict.fromkeys((*(q for q in searched if q in candidates), *candidates, *searched))),
        candidates=candidates,
        fields=frozenset().union(*(each.fields or () for each in early)),
        filters=early,
        late_filters=late,
        ranking=tuple(dict.fromkeys(_ranking(rule.match))),
    )


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


def _is_late(each: Check, *, no_people: bool) -> bool:
    return any(_touches(each, name) for name in FROM_DETAILS) or (no_people and _touches(each, "people"))


def _touches(each: Check, name: str) -> bool:
    """Whether a filter may look at a field; a path such as `$..name` may look at any."""
    return each.roots is None or name in each.roots


def _ranking(node: Node) -> list[Query]:
    """The smart searches that an asset is in because it matches, not because it does not."""
    match node:
        case Search() if node.query.kind is Kind.SMART:
            return [node.query]
        case All() | Any():
            return [query for child in node.children for query in _ranking(child)]
        case _:
            return []


def describe(node: Node) -> str:
    """A short name for a part of a rule, for messages."""
    match node:
        case All() | Any() | Not():
            return node.label or type(node).__name__.lower()
        case Search():
            return node.query.describe()
        case Check():
            return node.title or node.words
        case _:
            return node.words
