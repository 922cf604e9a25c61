"""Whether the file of an asset in an external library is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.tree import Node, Not, Search
from immich_smart_albums.rules.values.schema import TRUTH

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import ScalarNode, ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader

# Immich keeps offline assets in the trash; since 1.128 isOffline looks there by itself.
_OFFLINE = Search(Query(Kind.METADATA, (("isOffline", True), ("withDeleted", True))))


def _read(_word: ScalarNode, value: ValueNode, reader: Reader) -> Node | None:
    wanted = reader.truth(value)
    return None if wanted is None else _OFFLINE if wanted else Not(_OFFLINE)


PREDICATE = Predicate(
    "offline",
    "Whether the photo's file in an external library is missing.",
    _read,
    schema=TRUTH,
    picker=Picker.TRUTH,
    phrase="has lost its file",
    examples=(
        ("offline: true", "its file is missing"),
        ("offline: false", "its file is there, or it was uploaded"),
    ),
    notes=(
        "Immich keeps photos whose file is missing in the trash. So a rule with `offline: true` outside every "
        "`not` looks into the trash as well, with all of its predicates. It needs Immich 1.125."
    ),
)
