"""Predicate `album`: the albums that an asset is in, or in none."""

from __future__ import annotations

from functools import partial

from immich_smart_albums.model.query import metadata
from immich_smart_albums.rules.predicates.by_id import named
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.tree import EntityKind, Not, Search
from immich_smart_albums.rules.values.kinds import OneOf, OneOrMany, Options
from immich_smart_albums.rules.values.schema import SCALAR
from immich_smart_albums.rules.values.single import NoneIs, Text, whether

_IN_NONE = Search(metadata(isNotInAlbum=True))


_ALBUM = OneOf(Text("an album", SCALAR).means(partial(named, EntityKind.ALBUM, "album", "albumIds")), NoneIs(_IN_NONE))

PREDICATE = Predicate(
    "album",
    "Which albums the photo is in.",
    value=OneOrMany(
        OneOf(
            _ALBUM,
            Options(
                "a condition on albums",
                {
                    "in": ("in at least one of these albums", OneOrMany(_ALBUM)),
                    "not-in": ("in none of these", OneOrMany(_ALBUM).means(Not)),
                    "none": ("`true`: in no album at all; `false`: in some album", whether(_IN_NONE)),
                },
            ),
        )
    ),
    picker=Picker.ALBUM,
    phrase="is in the album {}",
    examples=(
        ("album: Best of", "in this album"),
        ("album: [Finland, Best of]", "in one of these, or in both"),
        ("album: {in: Finland, not-in: [Best of, Private]}", "in this one, but in none of those"),
        ("album: none", "in no album of anybody"),
        ("album: [Best of, none]", "in this one, or in none"),
        ("album: {none: false}", "in some album"),
    ),
    notes=(
        "An album is given by name, by id, or by the address of its page; it must be owned by the account or shared "
        "with it. Where several albums have the same name, any of them is meant. An album that does not exist is an "
        "error, so a rule cannot refer to an album that is still to be created.\n\n"
        "`none` means albums of all users, not only yours: a photo that a partner put into an album of theirs is in "
        "one. Photos of a shared album count where they are yours or a partner's. "
        'Write an album that is really called none in quotes: `"none"`. Searches by album need Immich 1.135.'
    ),
)
