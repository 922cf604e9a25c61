"""Shared searches: those that are sent anyway, so that a rule which needs them, too, has them at no cost.

    >>> from immich_smart_albums.rules.tree import Rule
    >>> from immich_smart_albums.selection.compile.notation import search, write_query
    >>> emma, noah = search(personIds=("emma",)), search(personIds=("noah",))
    >>> shared = SharedSearches(searches_of(Rule(emma), (Branch(emma.query, noah),)))
    >>> [write_query(query) for query in shared.fields]
    ['(personIds=[emma])', '(personIds=[noah])']
    >>> emma.query in shared
    True

Each lookup is noted: a candidate stays the best as long as the lookups that led to it give the same (`Memo`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from immich_smart_albums.model.query import Query
from immich_smart_albums.rules.tree import roots
from immich_smart_albums.selection.query_plan import Branch, needs_details

if TYPE_CHECKING:
    from immich_smart_albums.rules.tree import Rule
    from immich_smart_albums.selection.compile.simplify import Conjuncts

Shared = dict[Query, frozenset[str]]
"""Searches that are sent anyway, with the top-level fields that are read of what they find."""

Candidate = tuple[Branch, ...]
"""One way to answer a rule, or a part of it."""


@dataclass(frozen=True, slots=True)
class SharedSearches:
    """The searches that are sent anyway, and a note of the searches that were looked up among them."""

    fields: Shared
    looked_up: set[Query] = field(default_factory=set)

    def __contains__(self, query: object) -> bool:
        self.looked_up.add(cast("Query", query))
        return query in self.fields

    def copy(self) -> SharedSearches:
        """Returns a copy to add to. Lookups in it are noted here, too."""
        return SharedSearches(dict(self.fields), self.looked_up)

    def add(self, more: Shared) -> None:
        """Add searches, or more fields of those that are there."""
        for query, fields in more.items():
            self.fields[query] = fields | self.fields.get(query, frozenset())


@dataclass(frozen=True, slots=True)
class Memo:
    """The best candidate for some conjuncts, and the lookups that led to it."""

    conjuncts: Conjuncts
    """Held on to, since `RuleCompiler` looks memos up by the identities of these nodes."""
    present: Shared
    """Of the searches that were looked up those that were shared."""
    absent: frozenset[Query]
    """Of the searches that were looked up the others."""
    candidate: Candidate

    def holds(self, shared: Shared) -> bool:
        """Returns whether the candidate is the best where these searches are shared, too."""
        return all(shared.get(query) == fields for query, fields in self.present.items()) and not any(
            query in shared for query in self.absent
        )


def searches_of(rule: Rule, candidate: Candidate) -> Shared:
    """Returns the searches of a candidate, with the top-level fields that it reads of what they find."""
    needs: Shared = {}
    nothing = frozenset[str]()
    for branch in candidate:
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
