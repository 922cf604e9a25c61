"""Predicate `favorite`: whether an asset is a favourite of the account."""

from __future__ import annotations

from immich_smart_albums.model.query import metadata
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import required
from immich_smart_albums.rules.tree import Filter
from immich_smart_albums.rules.values.single import whether

# The search also finds what a partner likes among the partner's own photos; their records say false.
_FAVORITE = Filter(
    "favorite",
    lambda record: required(record, "isFavorite") is True,
    frozenset({"isFavorite"}),
    lambda record: record.get("isFavorite"),
    superset=metadata(isFavorite=True),
)


PREDICATE = Predicate(
    "favorite",
    "Whether the photo is a favourite of yours.",
    value=whether(_FAVORITE),
    picker=Picker.TRUTH,
    phrase="is a favourite",
    examples=(("favorite: true", "one of your favourites"), ("favorite: false", "none of them")),
    notes=(
        "Favourites belong to the owner of a photo, and Immich shows them to nobody else: a partner's photo is never "
        "a favourite of yours."
    ),
    also=("favourite",),
)
