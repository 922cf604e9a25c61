"""Predicate `owner`: whose an asset is: yours, a partner's, a certain user's."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import required
from immich_smart_albums.rules.syntax.document import ScalarNode
from immich_smart_albums.rules.tree import EntityKind, Filter, Node, Not, Reference
from immich_smart_albums.rules.values.kinds import ByHand, OneOrMany
from immich_smart_albums.rules.values.schema import TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader

_WHO = "mine, partner or a user"


def owned_by(ids: Iterable[str], title: str) -> Filter:
    """Returns the filter for photos of these users."""
    wanted = frozenset(ids)
    return Filter(
        f"owner {' or '.join(sorted(wanted))}",
        lambda record: required(record, "ownerId") in wanted,
        frozenset({"ownerId"}),
        lambda record: record.get("ownerId"),
        text=title,
    )


def _of_user(value: ValueNode, reader: Reader) -> Node | None:
    text = reader.text(value, _WHO)
    if text is None:
        return None
    who = text.strip()
    thing = (
        EntityKind.ME
        if isinstance(value, ScalarNode) and not value.quoted and who in {"mine", "partner"}
        else EntityKind.USER
    )
    title = "owner mine" if thing is EntityKind.ME else f"owner {who!r}"

    def build(ids: tuple[tuple[str, ...], ...]) -> Node:
        return owned_by(chain.from_iterable(ids), title)

    named = Reference(thing, (who,), title, build, origin=value.span)
    return Not(named) if thing is EntityKind.ME and who == "partner" else named


PREDICATE = Predicate(
    "owner",
    "Whose photo it is.",
    value=OneOrMany(ByHand(_of_user, TEXT, meant=_WHO)),
    picker=Picker.USER,
    phrase="belongs to {}",
    examples=(
        ("owner: mine", "your own"),
        ("owner: partner", "a partner's whose photos are in your timeline"),
        ("owner: bob@example.org", "this user's"),
        ("owner: [mine, Bob]", "one of these"),
    ),
    notes=(
        "`mine` is the account that selects, so in an album that several accounts feed it is each one's own. "
        "A user is given by e-mail address, name or id, in any case; one that does not exist is an error. "
        'A user who is really called mine is written in quotes: `"mine"`.'
    ),
)
