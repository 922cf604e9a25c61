"""Scopes: the visibilities in which searches look, and whether they look into the trash."""

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
    """Where searches look."""

    visibility: frozenset[Visibility] = frozenset({Visibility.TIMELINE})
    trash: bool = False

    @classmethod
    def of(cls, queries: Iterable[Query]) -> Scope:
        """Returns the smallest scope that covers some searches; the timeline without searches."""
        visibility: set[Visibility] = set()
        trash = False
        for query in queries:
            visibility |= query.visibility
            trash = trash or any(
                condition.field in LOOKS_INTO_TRASH and condition.value is not False for condition in query.where
            )
        return cls(frozenset(visibility), trash) if visibility else cls()

    def covers(self, query: Query) -> bool:
        """Returns whether a search looks nowhere else."""
        other = Scope.of([query])
        return other.visibility <= self.visibility and self.trash >= other.trash

    def implied_filters(self, names: Mapping[str, object]) -> dict[str, Value]:
        """Returns the flat fields that a search with `names` lacks for this scope: withDeleted, or none.

        None are lacking if this scope is without the trash, or a field of the search looks into it.
        """
        has_trash = "withDeleted" in names or any(names.get(word, False) is not False for word in LOOKS_INTO_TRASH)
        return {"withDeleted": True} if self.trash and not has_trash else {}

    def narrow(self, query: Query, *, placed: bool = False) -> Query:
        """Returns the search in this scope. With `placed` it keeps its own visibility."""
        implied = self.implied_filters({condition.field: condition.value for condition in query.where})
        narrowed = query.narrowed(*conditions_of(implied))
        return narrowed if placed else replace(narrowed, visibility=self.visibility)
