"""Whose an asset is: yours, a partner's, a certain user's."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from immich_smart_albums.rules.predicates.predicate import Predicate
from immich_smart_albums.rules.record import needed
from immich_smart_albums.rules.syntax.document import Text
from immich_smart_albums.rules.syntax.reader import any_of
from immich_smart_albums.rules.tree import Check, Named, Node, Not, Thing
from immich_smart_albums.rules.values.schema import TEXT, one_or_list

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immich_smart_albums.rules.syntax.document import Value
    from immich_smart_albums.rules.syntax.reader import Reading

_WHO = "mine, partner or a user"


def owned_by(ids: Iterable[str], title: str) -> Check:
    """The asset belongs to one of these users."""
    wanted = frozenset(ids)
    return Check(
        f"owner {' or '.join(sorted(wanted))}",
        lambda record: needed(record, "ownerId") in wanted,
        frozenset({"ownerId"}),
        lambda record: record.get("ownerId"),
        title=title,
    )


def _read(_word: Text, value: Value, reading: Reading) -> Node | None:
    return any_of(value, reading, _WHO, lambda each: _one(each, reading))


def _one(value: Value, reading: Reading) -> Node | None:
    text = reading.text(value, _WHO)
    if text is None:
        return None
    who = text.strip()
    thing = Thing.SELF if isinstance(value, Text) and not value.quoted and who in {"mine", "partner"} else Thing.USER
    title = "owner mine" if thing is Thing.SELF else f"owner {who!r}"

    def build(ids: tuple[tuple[str, ...], ...]) -> Node:
        return owned_by(chain.from_iterable(ids), title)

    named = Named(thing, (who,), title, build, label=str(value.span))
    return Not(named) if thing is Thing.SELF and who == "partner" else named


PREDICATE = Predicate(
    "owner",
    "Whose photo it is.",
    _read,
    schema=one_or_list(TEXT),
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
