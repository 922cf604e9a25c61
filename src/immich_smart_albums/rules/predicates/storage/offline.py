"""Predicate `offline`: whether the file of an asset in an external library is missing."""

from __future__ import annotations

from immich_smart_albums.model.query import metadata
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.tree import Search
from immich_smart_albums.rules.values.single import whether

# Immich keeps offline assets in the trash; since 1.128 isOffline looks there by itself.
_OFFLINE = Search(metadata(isOffline=True, withDeleted=True))


PREDICATE = Predicate(
    "offline",
    "Whether the photo's file in an external library is missing.",
    value=whether(_OFFLINE),
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
