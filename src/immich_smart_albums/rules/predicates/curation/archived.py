"""Predicate `archived`: whether an asset is in the archive."""

from __future__ import annotations

from immich_smart_albums.model.query import Kind, Query, Visibility
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.tree import Search
from immich_smart_albums.rules.values.kinds import OneOf
from immich_smart_albums.rules.values.single import Word, whether

_ARCHIVED = Search(Query(Kind.METADATA, visibility=frozenset({Visibility.ARCHIVE})), sets_scope=True)
_EVERYTHING = Search(
    Query(Kind.METADATA, visibility=frozenset({Visibility.TIMELINE, Visibility.ARCHIVE})), sets_scope=True
)


PREDICATE = Predicate(
    "archived",
    "Whether the photo is in the archive.",
    value=OneOf(whether(_ARCHIVED), Word("any", _EVERYTHING)),
    picker=Picker.TRUTH,
    phrase="is in the archive",
    examples=(
        ("archived: true", "in the archive"),
        ("archived: false", "not in the archive, which is what every rule means that does not say otherwise"),
        ("archived: any", "in the archive or not"),
    ),
    notes=(
        "Rules look at the timeline. One with `archived: true` or `archived: any` outside every `not` looks into the "
        "archive as well, with all of its predicates: what it excludes is excluded there, too. What stands under "
        "`not`, however deep, never makes a rule look further."
    ),
)
