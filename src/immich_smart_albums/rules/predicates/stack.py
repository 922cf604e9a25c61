"""Whether an asset is one of a stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import required
from immich_smart_albums.rules.syntax.document import ScalarNode
from immich_smart_albums.rules.syntax.reader import read_list
from immich_smart_albums.rules.tree import All, Filter, Node, Not, Record
from immich_smart_albums.rules.values.schema import TRUTH, one_or_list, words

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader

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
    superset=Query(Kind.METADATA, (("withStacked", False),)),
    superset_is_exact=True,
)
_FIRST = Filter("first of its stack", lambda record: _primary(record) == record["id"], _FIELDS, _primary)


def _read(_word: ScalarNode, value: ValueNode, reader: Reader) -> Node | None:
    return read_list(value, reader, "true, false or primary", lambda item: _one(item, reader))


def _one(value: ValueNode, reader: Reader) -> Node | None:
    if isinstance(value, ScalarNode) and value.text == "primary":
        # That it is in a stack is implied, and cheap to ask: only what is left is asked for one by one.
        return All((Not(_SINGLE), _FIRST))
    wanted = reader.truth(value)
    return None if wanted is None else Not(_SINGLE) if wanted else _SINGLE


PREDICATE = Predicate(
    "stack",
    "Whether the photo is one of a stack.",
    _read,
    schema=one_or_list(TRUTH, words("primary")),
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
