"""How far the includes of a rule look, so that people and excludes that do not say look as far."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Visibility

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from immich_smart_albums.model.query import Query, Value

TRASH_WORDS = frozenset({"withDeleted", "trashedAfter", "trashedBefore", "isOffline"})
"""Filters with which Immich looks into the trash (isOffline since 1.128)."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where photos are looked for.

    An exclude that looked at the timeline alone, beside an include of the archive, would let every archived photo
    through.
    """

    visibility: frozenset[Visibility] = frozenset({Visibility.TIMELINE})
    trash: bool = False

    @classmethod
    def of(cls, queries: Iterable[Query]) -> Reach:
        """Everything that some searches look at; the timeline where there are none."""
        visibility: set[Visibility] = set()
        trash = False
        for query in queries:
            visibility |= query.visibility
            trash = trash or any(name in TRASH_WORDS and value is not False for name, value in query.filters)
        return cls(frozenset(visibility), trash) if visibility else cls()

    def unsaid(self, payload: Mapping[str, object]) -> dict[str, Value]:
        """The filters that make a payload look into the trash, where the includes do and it says nothing of that."""
        says = "withDeleted" in payload or any(payload.get(word, False) is not False for word in TRASH_WORDS)
        return {"withDeleted": True} if self.trash and not says else {}

    def over(self, query: Query) -> Query:
        """The same search, looking this far."""
        filters = dict(query.filters) | self.unsaid(dict(query.filters))
        return replace(query, filters=tuple(sorted(filters.items())), visibility=self.visibility)


TIMELINE_ONLY = Reach()
