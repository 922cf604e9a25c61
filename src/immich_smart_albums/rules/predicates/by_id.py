"""Makes searches for ids, and references for names whose ids are looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.query import metadata
from immich_smart_albums.rules.tree import Any, Reference, Search

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immich_smart_albums.model.span import Place
    from immich_smart_albums.rules.tree import EntityKind, Node


def any_of_ids(field: str, ids: Iterable[str], origin: Place | None = None) -> Node:
    """Returns the searches for photos that have at least one of these ids in a field, such as tagIds."""
    searches = tuple(Search(metadata(**{field: (id_,)}), origin) for id_ in ids)
    return searches[0] if len(searches) == 1 else Any(searches, origin)


def named(kind: EntityKind, noun: str, field: str, name: str) -> Reference:
    """Returns the reference to what has this name, in a search field. If several have it, any of them counts."""
    name = name.strip()
    return Reference(kind, (name,), f"{noun} {name!r}", lambda ids: any_of_ids(field, ids[0]))
