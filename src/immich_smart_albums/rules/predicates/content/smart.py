"""Predicate `smart`: what is on an asset, by Immich's ranking for a text or for another photo, cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.dialects import conditions_of, where
from immich_smart_albums.model.query import DEFAULT_SMART_LIMIT, LARGEST_LIMIT, Kind, Query
from immich_smart_albums.rules.payload.smart_text import split_limit
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.syntax.document import MappingNode, ScalarNode
from immich_smart_albums.rules.syntax.ids import read_asset
from immich_smart_albums.rules.tree import Search
from immich_smart_albums.rules.values.kinds import ByHand, MappingByHand, OneOf, OneOrMany
from immich_smart_albums.rules.values.schema import SCALAR, TEXT, Schema, mapping, one_or_list

if TYPE_CHECKING:
    from immich_smart_albums.model.query import Value as FilterValue
    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader
    from immich_smart_albums.rules.tree import Node

_WORDS = "what should be on the photos"
_TOP = "how many photos to keep"
_OPTIONS = {
    "query": "a text, such as `a dog on a beach`",
    "like": "a photo, by id or by the address of its page, instead of a text",
    "top": f"keep this many of the best (without it and without `until`: {DEFAULT_SMART_LIMIT})",
    "until": "the last good photo, by id or address, or several: keep everything that ranks down to the last of them",
    "language": "the language of the text, such as `fi`, for models that know several",
}


def _plain(value: ValueNode, reader: Reader) -> Node | None:
    text = reader.text(value, _WORDS)
    if text is None:
        return None
    words, limit = split_limit(text)
    top = DEFAULT_SMART_LIMIT
    if limit is not None:
        most = reader.whole_number(ScalarNode(limit, value.span), _TOP, least=1, most=LARGEST_LIMIT)
        if most is None:
            return None
        top = most
    return Search(Query(Kind.SMART, where(query=words), limit=top))


def _from_entries(value: MappingNode, reader: Reader) -> Node | None:
    entries = reader.entries(value, _OPTIONS, "a smart search")
    if entries is None:
        return None
    before = len(reader.diagnostics.problems)
    filters: dict[str, FilterValue] = {}
    if ("query" in entries) is ("like" in entries):
        message = "query and like exclude each other" if entries else "a smart search needs query or like"
        message = message if "query" in entries else "a smart search needs query or like"
        reader.problem(value, message, hint="Say what to look for, or give a photo that others should be like.")
    if "query" in entries:
        filters["query"] = reader.text(entries["query"], _WORDS)
    if "like" in entries:
        filters["queryAssetId"] = read_asset(entries["like"], reader)
    if "language" in entries:
        filters["language"] = reader.text(entries["language"], "a language such as fi")
    until = _until(entries["until"], reader) if "until" in entries else ()
    limit = _limit(entries, reader)
    if len(reader.diagnostics.problems) > before:
        return None
    return Search(Query(Kind.SMART, conditions_of(filters), limit=limit, until=until))


def _until(value: ValueNode, reader: Reader) -> tuple[str, ...]:
    values = reader.elements(value, "a photo") or ()
    return tuple(
        dict.fromkeys(asset_id for asset_id in (read_asset(value, reader) for value in values) if asset_id is not None)
    )


def _limit(entries: dict[str, ValueNode], reader: Reader) -> int | None:
    if "top" not in entries:
        return None if "until" in entries else DEFAULT_SMART_LIMIT
    if "until" in entries:
        hint = "Keep until: it does not go stale as the library grows. Or keep top."
        reader.problem(entries["top"], "top and until exclude each other", hint=hint)
    return reader.whole_number(entries["top"], _TOP, least=1, most=LARGEST_LIMIT)


_PHOTO: Schema = {"type": "string", "description": "the id of a photo, or the address of its page"}

PREDICATE = Predicate(
    "smart",
    "What is on the photo, by Immich's smart search.",
    value=OneOrMany(
        OneOf(
            ByHand(_plain, SCALAR, meant=_WORDS),
            MappingByHand(
                _from_entries,
                mapping(
                    query=SCALAR,
                    like=_PHOTO,
                    top={"type": "integer", "minimum": 1},
                    until=one_or_list(_PHOTO),
                    language=TEXT,
                ),
                _OPTIONS,
            ),
        )
    ),
    picker=Picker.SMART,
    phrase="looks like {}",
    examples=(
        ("smart: a dog on a beach", f"the {DEFAULT_SMART_LIMIT} photos that fit best"),
        ("smart: [mountains, a lake]", f"the best {DEFAULT_SMART_LIMIT} of each"),
        ("smart: {query: a dog on a beach, top: 300}", "the best 300"),
        ("smart: {like: 8fbe472e-7463-4d97-ae2d-3efb3270e153}", "photos that look like this one"),
        (
            "smart: {query: sunset, until: https://photos.example/photos/8fbe472e-7463-4d97-ae2d-3efb3270e153}",
            "everything that ranks as high as this photo or higher",
        ),
        ("smart: {query: koira rannalla, language: fi}", "a text in another language"),
    ),
    notes=(
        "Immich ranks every photo and says of none how well it fits, so a ranking has to be cut off. `top` keeps a "
        "number, and brings in worse photos where there are few good ones. `until` names the last good photo: "
        "everything above it is in, also tomorrow's photos. Name several so that the cut-off survives if one is "
        "deleted; if none of them is found any more, the album is stopped with the advice to pick another.\n\n"
        "The ranking is that of the whole timeline: other predicates beside it narrow its result, they do not make "
        "room for worse ones. `dog@500` means the same as `{query: dog, top: 500}`. In a rule that reaches into the "
        "archive the cut-off is made there as well as on the timeline. `like` needs Immich 1.141, `language` 1.131."
    ),
)
