"""Scopes in which to ask for embeddings: they cover some searches, and are as narrow as rankings can be.

    >>> from immich_smart_albums.model.dialects import where
    >>> emma = Query(Kind.METADATA, where(personIds=("emma",), city="Nice"))
    >>> ranking_scope([emma]).describe()
    'metadata search (the whole timeline)'
    >>> narrow_scope([emma]).describe()
    "metadata search ((city='Nice' and personIds=[emma]))"

A photo in a ranking has an embedding, whatever was ranked. So it does no harm if a server ignores a condition of a
ranking: the ranking is then longer, and shows no less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.condition import Condition
from immich_smart_albums.model.dialects import as_flat, where
from immich_smart_albums.model.query import Kind, Query, Visibility
from immich_smart_albums.model.search_field import BOTH_KINDS
from immich_smart_albums.model.search_fields import BY_NAME, LOOKS_INTO_TRASH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from immich_smart_albums.model.condition import Branch

_MOST_BRANCHES = 5
"""More rankings than this would together be about as long as one of everything."""


def ranking_scope(drivers: Iterable[Query]) -> Query:
    """Returns the search without conditions that covers all these searches."""
    queries = list(drivers)
    in_trash = any(condition.field in LOOKS_INTO_TRASH for query in queries for condition in query.where)
    visibility = frozenset[Visibility]().union(*(query.visibility for query in queries))
    return Query(Kind.METADATA, where(withDeleted=True) if in_trash else (), visibility)


def narrow_scope(drivers: Iterable[Query]) -> Query:
    """Returns a search with branches that together surely cover the metadata searches among these.

    Without branches if one of them would cover everything. Rankings need not be covered: photos in them have
    embeddings.
    """
    queries = list(drivers)
    scope = ranking_scope(queries)
    plain = (query for query in queries if query.kind is Kind.METADATA)
    branches = tuple(dict.fromkeys(branch for query in plain for branch in _branches(query)))
    if not 0 < len(branches) <= _MOST_BRANCHES or () in branches:
        return scope
    return Query(scope.kind, scope.where, scope.visibility, any_of=branches)


def _branches(query: Query) -> Iterator[Branch]:
    """Branches of conditions that rankings take, of which one holds for each photo that a search finds."""
    for chosen in query.any_of or ((),):
        conditions = (*query.where, *chosen)
        plain = tuple(condition for condition in conditions if _is_ranked(condition))
        # Any of some people: a branch for each.
        choices = (
            [Condition(condition.field, "all", (str(value),)) for value in condition.value]
            for condition in conditions
            if condition.operator == "any" and isinstance(condition.value, tuple)
        )
        choice = next(
            (conditions_of_one for conditions_of_one in choices if all(map(_is_ranked, conditions_of_one))), None
        )
        yield from [plain] if choice is None else ((*plain, condition) for condition in choice)


def _is_ranked(condition: Condition) -> bool:
    """Whether rankings take a condition."""
    flat = as_flat(condition)
    row = None if flat is None else BY_NAME[flat[0]]
    return row is not None and row.kinds == BOTH_KINDS and row.widens is None
