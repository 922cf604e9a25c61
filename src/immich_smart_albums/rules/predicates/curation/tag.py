"""Predicate `tag`: the tags of an asset; a tag covers those below it."""

from __future__ import annotations

from functools import partial

from immich_smart_albums.model.query import metadata
from immich_smart_albums.rules.predicates.by_id import named
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.tree import EntityKind, Not, Search
from immich_smart_albums.rules.values.kinds import Every, OneOf, OneOrMany, Options
from immich_smart_albums.rules.values.schema import SCALAR
from immich_smart_albums.rules.values.single import NoneIs, Text

_UNTAGGED = Search(metadata(tagIds=None))


_TAG = OneOf(Text("a tag", SCALAR).means(partial(named, EntityKind.TAG, "tag", "tagIds")), NoneIs(_UNTAGGED))

PREDICATE = Predicate(
    "tag",
    "Which tags the photo has.",
    value=OneOrMany(
        OneOf(
            _TAG,
            Options(
                "a condition on tags",
                {
                    "any": ("at least one of these tags", OneOrMany(_TAG)),
                    "all": ("each of them", Every(_TAG)),
                    "none": ("none of them", OneOrMany(_TAG).means(Not)),
                },
            ),
        )
    ),
    picker=Picker.TAG,
    phrase="is tagged {}",
    examples=(
        ("tag: Trips/Finland", "tagged so, or with a tag below it such as Trips/Finland/Lakes"),
        ("tag: [Pets, Family]", "one of these, or both"),
        ("tag: {all: [Trips, print], none: Work}", "both of these, and not that"),
        ("tag: none", "no tag at all"),
        ("tag: [Pets, none]", "tagged so, or not at all"),
    ),
    notes=(
        "A tag is named by its whole path (in any case), or by its id. A tag that does not exist is an error. Write a "
        'tag that is really called none in quotes: `"none"`. Tags need Immich 1.126, `tag: none` needs 1.136.'
    ),
)
