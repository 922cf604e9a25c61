"""Predicate `rating`: the stars of an asset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.query import metadata
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import equals, exif, is_missing
from immich_smart_albums.rules.syntax.document import ScalarNode, name_of
from immich_smart_albums.rules.syntax.reader import any_of
from immich_smart_albums.rules.values.kinds import ByHand, OneOf, OneOrMany
from immich_smart_albums.rules.values.numbers import Unit, plain_number, read_range, written
from immich_smart_albums.rules.values.schema import RANGE
from immich_smart_albums.rules.values.single import NoneIs, Word

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader
    from immich_smart_albums.rules.tree import Filter, Node, Record

_MOST = 5
_HINT = "Photos without stars are found by none: rating: none, or rating: [none, 1]."
_STARS = Unit("a number of stars from 1 to 5", plain_number, written, '{min: 4}, 2..4 or ">= 4"')
_NO_STARS = {"0", "unrated", "no stars", "zero"}
_RATING = exif("rating")


def _stars(record: Record) -> object:
    """Returns the stars of an asset. None without: before 2.6 Immich has 0 for stars that were taken away again."""
    return _RATING(record) or None


_UNRATED = is_missing("rating", _stars, "exifInfo.rating", within=metadata(rating=None))


def _in_range(value: ValueNode, reader: Reader) -> Node | None:
    if isinstance(value, ScalarNode) and value.text.strip().lower() in _NO_STARS:
        reader.problem(value, f"{_STARS.meant} is expected here, not {name_of(value)}", hint=_HINT)
        return None
    stars = read_range(value, reader, _STARS)
    if stars is None:
        return None
    wanted = [number for number in range(1, _MOST + 1) if number in stars]
    if not wanted:
        reader.problem(value, f"no rating from 1 to {_MOST} lies in this range: nothing can match", hint=_HINT)
    return any_of(map(_exactly, wanted)) if wanted else None


def _exactly(stars: int) -> Filter:
    # Immich compares with one rating only, so a range is several searches.
    return equals("rating", stars, _RATING, "exifInfo.rating", within=metadata(rating=stars))


PREDICATE = Predicate(
    "rating",
    "How many stars the photo has.",
    value=OneOrMany(
        OneOf(
            NoneIs(_UNRATED),
            Word("rejected", equals("rating", -1, _RATING, "exifInfo.rating"), also=("-1",)),
            ByHand(
                _in_range,
                RANGE,
                meant=_STARS.meant,
                options={"min": "at least so many stars", "max": "at most so many stars"},
            ),
        )
    ),
    picker=Picker.NUMBER,
    phrase="is rated {}",
    examples=(
        ("rating: 5", "five stars"),
        ("rating: {min: 4}", "four or five"),
        ("rating: [1, 2]", "one or two"),
        ("rating: none", "no stars were given"),
        ("rating: rejected", "marked as rejected by another program"),
    ),
    notes=(
        "From 1 to 5 stars. A photo without stars is not one with few: `{max: 2}` leaves it out, `none` finds it. Some "
        "programs write a rating of -1 for rejected photos; no range holds for these. Before Immich 2.6, stars that "
        "were taken away again are kept as 0, which `none` finds as well."
    ),
)
