"""Predicate `photo`: certain photos by id, which are always in an album, or never."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import metadata
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import required
from immich_smart_albums.rules.syntax.ids import read_asset
from immich_smart_albums.rules.tree import EntityKind, Filter, Node, Reference
from immich_smart_albums.rules.values.kinds import ByHand
from immich_smart_albums.rules.values.schema import TEXT, one_or_list

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader


def _read(value: ValueNode, reader: Reader) -> Node | None:
    values = reader.elements(value, "the id of a photo, or the address of its page,")
    if values is None:
        return None
    read = [read_asset(value, reader) for value in values]
    photo_ids = [id_ for id_ in read if id_ is not None]
    if len(photo_ids) < len(read):
        return None
    ids = tuple(dict.fromkeys(photo_ids))
    return Reference(EntityKind.PHOTO, ids, f"photo {' or '.join(ids)}", _is_one_of, origin=value.span)


def _is_one_of(ids: tuple[tuple[str, ...], ...]) -> Filter:
    """Returns one filter for all ids, so that a long list is one look at each record; a single id has a search, too."""
    wanted = frozenset(chain.from_iterable(ids))
    within = metadata(id=next(iter(wanted))) if len(wanted) == 1 else None
    return Filter(
        f"photo {' or '.join(sorted(wanted))}",
        lambda record: required(record, "id") in wanted,
        frozenset({"id"}),
        lambda record: record.get("id"),
        superset=within,
        superset_is_exact=within is not None,
        text="" if within is not None else f"one of {len(wanted)} photos",
    )


PREDICATE = Predicate(
    "photo",
    "Whether it is this very photo, or one of these.",
    value=ByHand(_read, one_or_list(TEXT)),
    picker=Picker.PHOTO,
    phrase="is the photo {}",
    examples=(
        ("photo: 8fbe472e-7463-4d97-ae2d-3efb3270e153", "this photo and no other"),
        ("photo: [8fbe472e-7463-4d97-ae2d-3efb3270e153]", "these photos"),
        (
            "photo: https://photos.example/photos/8fbe472e-7463-4d97-ae2d-3efb3270e153",
            "the same, by its address",
        ),
    ),
    notes=(
        "Beside the rest under `any` it says what is always in the album, under `not` what never is. As everything in "
        "a rule it is about what the rule looks at: an archived photo is found where the rule reaches into the "
        "archive. A photo that was deleted is a note and stops nothing; under `not` no photo is asked for, and the "
        "list may be long. Elsewhere each photo is a small search of its own before Immich 3.2."
    ),
)
