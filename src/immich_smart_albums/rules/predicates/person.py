"""A predicate on people: a named person is on the asset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.rules.leaves import Named, Search, Thing
from immich_smart_albums.rules.nodes import Any, Node

if TYPE_CHECKING:
    from immich_smart_albums.rules.reach import Reach


def person_named(who: str, label: str = "", reach: Reach | None = None) -> Named:
    """Somebody with this name or id is on the asset. Several people may share the name: any of them counts."""

    def build(ids: tuple[tuple[str, ...], ...]) -> Node:
        searches = tuple(Search(Query(Kind.METADATA, (("personIds", (each,)),)), label) for each in ids[0])
        return searches[0] if len(searches) == 1 else Any(searches, label)

    return Named(Thing.PERSON, (who,), f"person {who!r}", build, reach, label)
