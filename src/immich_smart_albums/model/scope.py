"""Scope: the visibilities in which photos are looked for, and whether the trash is one of the places."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from immich_smart_albums.model.dialects import conditions_of
from immich_smart_albums.model.query import Visibility
from immich_smart_albums.model.search_fields import LOOKS_INTO_TRASH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from immich_smart_albums.model.query import Query, Value


@dataclass(frozen=True, slots=True)
class Scope:
    """The places in which photos are looked for."""

    visibility: frozenset[Visibility] = frozenset({Visibility.TIMELINE})
    trash: bool = False

    @classmethod
    def of(cls, queries: Iterable[Query]) -> Scope:
        """Returns the scope of everything that some searches look at; the timeline where there are none."""
        visibility: set[Visibility] = set()
        trash = False
        for query in queries:
            visibility |= query.visibility
            trash = trash or any(
                condition.field in LOOKS_INTO_TRASH and condition.value is not False for condition in query.where
            )
        return cls(frozenset(visibility), trash) if visibility else cls()

    def covers(self, query: Query) -> bool:
        """Returns whether all that a search finds lies in this scope."""
        other = Scope.of([query])
        return other.visibility <= self.visibility and self.trash >= other.trash

    def implied_filters(self, names: Mapping[str, object]) -> dict[str, Value]:
        """Returns the filters that `names` lacks for a search to look into the trash, if this scope does.

        Empty if this scope leaves the trash out, or `names` already says something of it.
        """
        says = "withDeleted" in names or any(names.get(word, False) is not False for word in LOOKS_INTO_TRASH)
        return {"withDeleted": True} if self.trash and not says else {}

    def narrow(self, query: Query, *, placed: bool = False) -> Query:
        """Returns the same search, looking in this scope. With `placed` its own visibility stays."""
        implied = self.implied_filters({condition.field: condition.value for condition in query.where})
        narrowed = query.narrowed(*conditions_of(implied))
        return narrowed if placed else replace(narrowed, visibility=self.visibility)
