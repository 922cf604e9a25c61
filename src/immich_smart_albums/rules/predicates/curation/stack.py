"""Predicate `stack`: whether an asset is one of a stack."""

from __future__ import annotations

from immich_smart_albums.model.query import metadata
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import required
from immich_smart_albums.rules.tree import All, Filter, Not, Record
from immich_smart_albums.rules.values.kinds import OneOf, OneOrMany
from immich_smart_albums.rules.values.single import Truth, Word

_FIELDS = frozenset({"stack"})


def _primary(record: Record) -> object:
    stack = required(record, "stack")
    return stack.get("primaryAssetId") if isinstance(stack, dict) else None


_SINGLE = Filter(
    "in no stack",
    lambda record: required(record, "stack") is None,
    _FIELDS,
    _primary,
    # Since 2.6 this leaves out everything that is stacked, the first of each stack as well.
    superset=metadata(withStacked=False),
    superset_is_exact=True,
)
_FIRST = Filter("first of its stack", lambda record: _primary(record) == record["id"], _FIELDS, _primary)


PREDICATE = Predicate(
    "stack",
    "Whether the photo is one of a stack.",
    value=OneOrMany(
        OneOf(
            Truth().means(lambda stacked: Not(_SINGLE) if stacked else _SINGLE),
            # That it is in a stack is implied, and cheap to ask: only what is left is asked for one by one.
            Word("primary", All((Not(_SINGLE), _FIRST))),
        ),
        meant="true, false or primary",
    ),
    picker=Picker.TRUTH,
    phrase="is one of a stack",
    examples=(
        ("stack: true", "one of a stack"),
        ("stack: primary", "the one that its stack is shown by"),
        ("stack: false", "in no stack"),
    ),
    notes=(
        "For one of each stack beside everything that is not stacked, write `stack: [false, primary]`. "
        "Before Immich 2.6, and for `primary` in all versions, every photo "
        "that the rest of the rule lets through is asked for by itself, which takes time."
    ),
)
