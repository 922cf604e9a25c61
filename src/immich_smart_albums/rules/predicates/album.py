"""The albums that an asset is in, or in none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.syntax.document import MappingNode
from immich_smart_albums.rules.syntax.reader import options, read_list
from immich_smart_albums.rules.tree import Any, EntityKind, Node, Not, Reference, Search
from immich_smart_albums.rules.values.schema import NONE, SCALAR, TRUTH, mapping, one_or_list

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import ScalarNode, ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader

_NAME = "an album"
_IN_NONE = Search(Query(Kind.METADATA, (("isNotInAlbum", True),)))


def _read(_word: ScalarNode, value: ValueNode, reader: Reader) -> Node | None:
    return read_list(value, reader, _NAME, lambda item: _condition(item, reader), none=_IN_NONE)


def _condition(value: ValueNode, reader: Reader) -> Node | None:
    if not isinstance(value, MappingNode):
        return _one(value, reader)
    readers = {
        "in": lambda entry: _in(entry, reader),
        "not-in": lambda entry: _not_in(entry, reader),
        "none": lambda entry: _in_none(entry, reader),
    }
    return options(value, reader, "a condition on albums", readers)


def _in(value: ValueNode, reader: Reader) -> Node | None:
    return read_list(value, reader, _NAME, lambda item: _one(item, reader), none=_IN_NONE)


def _not_in(value: ValueNode, reader: Reader) -> Node | None:
    albums = _in(value, reader)
    return None if albums is None else Not(albums)


def _in_none(value: ValueNode, reader: Reader) -> Node | None:
    wanted = reader.truth(value)
    return None if wanted is None else _IN_NONE if wanted else Not(_IN_NONE)


def _one(value: ValueNode, reader: Reader) -> Node | None:
    name = reader.text(value, _NAME)
    if name is None:
        return None
    return Reference(EntityKind.ALBUM, (name.strip(),), f"album {name.strip()!r}", _in_album, origin=value.span)


def _in_album(ids: tuple[tuple[str, ...], ...]) -> Node:
    searches = tuple(Search(Query(Kind.METADATA, (("albumIds", (id_,)),))) for id_ in ids[0])
    return searches[0] if len(searches) == 1 else Any(searches)


PREDICATE = Predicate(
    "album",
    "Which albums the photo is in.",
    _read,
    schema=one_or_list(
        SCALAR,
        NONE,
        mapping(**{"in": one_or_list(SCALAR, NONE), "not-in": one_or_list(SCALAR, NONE), "none": TRUTH}),
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
    options={
        "in": "in at least one of these albums",
        "not-in": "in none of these",
        "none": "`true`: in no album at all; `false`: in some album",
    },
    notes=(
        "An album is given by name, by id, or by the address of its page; it must be owned by the account or shared "
        "with it. Where several albums have the same name, any of them is meant. An album that does not exist is an "
        "error, so a rule cannot refer to an album that is still to be created.\n\n"
        "`none` means albums of all users, not only yours: a photo that a partner put into an album of theirs is in "
        "one. Photos of a shared album count where they are yours or a partner's. "
        'Write an album that is really called none in quotes: `"none"`. Searches by album need Immich 1.135.'
    ),
)
