"""The stars of an asset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.rules.predicates.predicate import Predicate
from immich_smart_albums.rules.record import equals, exif, unknown
from immich_smart_albums.rules.syntax.document import Text
from immich_smart_albums.rules.syntax.reader import any_of, is_none, one_of
from immich_smart_albums.rules.values.numbers import Unit, plain_number, read_range, written
from immich_smart_albums.rules.values.schema import NONE, RANGE, one_or_list, words

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import Value
    from immich_smart_albums.rules.syntax.reader import Reading
    from immich_smart_albums.rules.tree import Check, Node

_MOST = 5
_STARS = Unit("a number of stars from 1 to 5", plain_number, written, '{min: 4}, 2..4 or ">= 4"')


def _read(_word: Text, value: Value, reading: Reading) -> Node | None:
    return any_of(value, reading, _STARS.meant, lambda each: _one(each, reading))


def _one(value: Value, reading: Reading) -> Node | None:
    if is_none(value):
        query = Query(Kind.METADATA, (("rating", None),))
        return unknown("rating", exif("rating"), "exifInfo.rating", within=query)
    if isinstance(value, Text) and value.text in {"rejected", "-1"}:
        return equals("rating", -1, exif("rating"), "exifInfo.rating")
    stars = read_range(value, reading, _STARS)
    if stars is None:
        return None
    wanted = [number for number in range(1, _MOST + 1) if number in stars]
    if not wanted:
        reading.problem(value, f"no rating from 1 to {_MOST} lies in this range: nothing can match")
    return one_of(map(_exactly, wanted)) if wanted else None


def _exactly(stars: int) -> Check:
    # Immich compares with one rating only, so a range is several searches.
    return equals("rating", stars, exif("rating"), "exifInfo.rating", within=Query(Kind.METADATA, (("rating", stars),)))


PREDICATE = Predicate(
    "rating",
    "How many stars the photo has.",
    _read,
    schema=one_or_list(NONE, words("rejected"), RANGE),
    examples=(
        ("rating: 5", "five stars"),
        ("rating: {min: 4}", "four or five"),
        ("rating: [1, 2]", "one or two"),
        ("rating: none", "no stars were given"),
        ("rating: rejected", "marked as rejected by another program"),
    ),
    options={"min": "at least so many stars", "max": "at most so many stars"},
    notes=(
        "From 1 to 5 stars. A photo without stars is not one with few: `{max: 2}` leaves it out, `none` finds it. Some "
        "programs write a rating of -1 for rejected photos; no range holds for these."
    ),
)
