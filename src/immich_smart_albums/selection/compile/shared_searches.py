"""Shared searches: those that are sent in any case, so that whatever else needs them has them for nothing.

    >>> from immich_smart_albums.rules.tree import Rule
    >>> from immich_smart_albums.selection.compile.notation import search, write_query
    >>> emma, noah = search(personIds=("emma",)), search(personIds=("noah",))
    >>> shared = SharedSearches(searches_of(Rule(emma), (Branch(emma.query, noah),)), set())
    >>> [write_query(query) for query in shared.fields], emma.query in shared
    (['(personIds=[emma])', '(personIds=[noah])'], True)

What was asked about is noted, because an answer stays the same as long as that does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from immich_smart_albums.model.query import Query
from immich_smart_albums.rules.tree import roots
from immich_smart_albums.selection.query_plan import Branch, needs_details

if TYPE_CHECKING:
    from immich_smart_albums.rules.tree import Rule
    from immich_smart_albums.selection.compile.access_paths import Conjuncts

Shared = dict[Query, frozenset[str]]
"""Searches that are sent in any case, with the top-level fields that are read of what they find."""

Candidate = tuple[Branch, ...]
"""A way to answer a rule, or a part of it."""


@dataclass(frozen=True, slots=True)
class SharedSearches:
    """The searches that are sent in any case, and a note of those that somebody asked about."""

    fields: Shared
    noted: set[Query]

    def __contains__(self, query: object) -> bool:
        self.noted.add(cast("Query", query))
        return query in self.fields

    def copy(self) -> SharedSearches:
        """Returns a copy that can be added to. What is looked up in it is noted in the same set as here."""
        return SharedSearches(dict(self.fields), self.noted)

    def add(self, more: Shared) -> None:
        """Add searches, or more fields of those that are there."""
        for query, fields in more.items():
            self.fields[query] = fields | self.fields.get(query, frozenset())


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """How things that must hold together were answered, and what that rests on."""

    conjuncts: Conjuncts
    """Kept, so that their identities stand for them."""
    shared: Shared
    """Of the searches that mattered those that were shared."""
    missing: frozenset[Query]
    """Of the searches that mattered the others."""
    answer: Candidate

    def holds(self, shared: Shared) -> bool:
        """Returns whether the answer would be the same where these searches are shared."""
        return all(shared.get(query) == fields for query, fields in self.shared.items()) and not any(
            query in shared for query in self.missing
        )


def searches_of(rule: Rule, answer: Candidate) -> Shared:
    """Returns the searches of an answer, with the top-level fields that it reads of what they find."""
    needs: Shared = {}
    nothing = frozenset[str]()
    for branch in answer:
        fields = branch.fields.union(
            *(roots(key.fields) for key in rule.split if not needs_details(roots(key.fields), branch.driver))
        )
        needs[branch.driver] = needs.get(branch.driver, nothing) | fields
        for query in branch.searches:
            needs.setdefault(query, nothing)
    return needs


def is_within(some: Shared, others: Shared) -> bool:
    """Returns whether all of some searches are among others, with the fields that they read."""
    return all(query in others and fields <= others[query] for query, fields in some.items())
