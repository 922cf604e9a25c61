"""The tags of an asset: a tag covers the ones below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.syntax.document import MappingNode
from immich_smart_albums.rules.syntax.reader import options, read_all, read_list
from immich_smart_albums.rules.tree import Any, EntityKind, Node, Not, Reference, Search
from immich_smart_albums.rules.values.schema import NONE, SCALAR, mapping, one_or_list

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import ScalarNode, ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader

_PATH = "a tag"
_UNTAGGED = Search(Query(Kind.METADATA, (("tagIds", None),)))


def _read(_word: ScalarNode, value: ValueNode, reader: Reader) -> Node | None:
    return read_list(value, reader, _PATH, lambda item: _condition(item, reader), none=_UNTAGGED)


def _condition(value: ValueNode, reader: Reader) -> Node | None:
    if not isinstance(value, MappingNode):
        return _one(value, reader)
    readers = {
        "any": lambda entry: _any(entry, reader),
        "all": lambda entry: _all(entry, reader),
        "none": lambda entry: _none(entry, reader),
    }
    return options(value, reader, "a condition on tags", readers)


def _any(value: ValueNode, reader: Reader) -> Node | None:
    return read_list(value, reader, _PATH, lambda item: _one(item, reader), none=_UNTAGGED)


def _all(value: ValueNode, reader: Reader) -> Node | None:
    return read_all(value, reader, _PATH, lambda item: _one(item, reader), none=_UNTAGGED)


def _none(value: ValueNode, reader: Reader) -> Node | None:
    tags = _any(value, reader)
    return None if tags is None else Not(tags)


def _one(value: ValueNode, reader: Reader) -> Node | None:
    path = reader.text(value, _PATH)
    return (
        None
        if path is None
        else Reference(EntityKind.TAG, (path.strip(),), f"tag {path.strip()!r}", _tagged, origin=value.span)
    )


def _tagged(ids: tuple[tuple[str, ...], ...]) -> Node:
    searches = tuple(Search(Query(Kind.METADATA, (("tagIds", (id_,)),))) for id_ in ids[0])
    return searches[0] if len(searches) == 1 else Any(searches)


PREDICATE = Predicate(
    "tag",
    "Which tags the photo has.",
    _read,
    schema=one_or_list(SCALAR, NONE, mapping(**dict.fromkeys(("any", "all", "none"), one_or_list(SCALAR, NONE)))),
    picker=Picker.TAG,
    phrase="is tagged {}",
    examples=(
        ("tag: Trips/Finland", "tagged so, or with a tag below it such as Trips/Finland/Lakes"),
        ("tag: [Pets, Family]", "one of these, or both"),
        ("tag: {all: [Trips, print], none: Work}", "both of these, and not that"),
        ("tag: none", "no tag at all"),
        ("tag: [Pets, none]", "tagged so, or not at all"),
    ),
    options={"any": "at least one of these tags", "all": "each of them", "none": "none of them"},
    notes=(
        "A tag is named by its whole path (in any case), or by its id. A tag that does not exist is an error. Write a "
        'tag that is really called none in quotes: `"none"`. Tags need Immich 1.126, `tag: none` needs 1.136.'
    ),
)
