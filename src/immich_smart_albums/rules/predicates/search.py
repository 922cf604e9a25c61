"""A predicate that the server answers: the asset is among what a search finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from immich_smart_albums.model.query import Query


@dataclass(frozen=True, slots=True)
class Search:
    """The asset is in the result of `query`. Two searches with equal queries are equal, wherever they stand."""

    query: Query
    label: str = field(default="", compare=False)
    """Where it stands, for messages."""
