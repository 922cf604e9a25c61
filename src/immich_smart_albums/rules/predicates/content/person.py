"""Predicate `person`: the people on an asset: some, all, nobody else, how many, or without a name."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from immich_smart_albums.model.text.forms import folded
from immich_smart_albums.rules.predicates.by_id import any_of_ids
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import number_in, required
from immich_smart_albums.rules.syntax.ids import id_in_url
from immich_smart_albums.rules.syntax.reader import all_of, any_of, is_none
from immich_smart_albums.rules.tree import All, EntityKind, Filter, Node, Not, Reference
from immich_smart_albums.rules.values.kinds import ByHand, Every, OneOf, OneOrMany, Options
from immich_smart_albums.rules.values.numbers import Range, Unit
from immich_smart_albums.rules.values.schema import NONE, SCALAR, one_or_list
from immich_smart_albums.rules.values.single import NoneIs, NumberRange, whether

if TYPE_CHECKING:
    from immich_smart_albums.model.scope import Scope
    from immich_smart_albums.model.span import Place
    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader
    from immich_smart_albums.rules.tree import Record

_WHO = "a person's name"
_FIELDS = frozenset({"people"})
_COUNT = Unit(
    "a number of people",
    lambda text: float(text) if text.isascii() and text.isdigit() and len(text) < 10 else None,
    lambda number: str(int(number)),
    "2, 2..4 or {min: 3}",
)


def person_named(who: str, origin: Place | None = None, scope: Scope | None = None) -> Reference:
    """Returns the node for photos that show somebody with this name or id.

    Several people may share the name: any of them counts.
    """

    def build(ids: tuple[tuple[str, ...], ...]) -> Node:
        return any_of_ids("personIds", ids[0], origin)

    return Reference(EntityKind.PERSON, (who,), f"person {who!r}", build, scope, origin)


def _people_named(value: ValueNode, reader: Reader) -> tuple[Reference, ...] | None:
    """Returns the people that one entry names: one, or the members of a group."""
    text = reader.text(value, _WHO)
    if text is None:
        return None
    groups = {folded(name): members for name, members in reader.people.items()}
    members = groups.get(folded(text), (text,))
    return tuple(person_named(id_in_url(who, "people") or who.strip(), value.span) for who in members)


def _anybody(value: ValueNode, reader: Reader) -> Node | None:
    people = _people_named(value, reader)
    return None if people is None else any_of(people)


def _everybody(value: ValueNode, reader: Reader) -> Node | None:
    people = _people_named(value, reader)
    return None if people is None else all_of(people)


def _only(value: ValueNode, reader: Reader) -> Node | None:
    values = reader.elements(value, _WHO)
    if values is None:
        return None
    entries = [_people_named(value, reader) for value in values if not is_none(value)]
    people = [person for named in entries for person in named or ()]
    if None in entries:
        return None
    nobody = (_NOBODY,) if len(entries) < len(values) else ()
    names = tuple(dict.fromkeys(name for person in people for name in person.names))
    return any_of((*nobody, *([_only_named(names, value.span)] if names else [])))


def _only_named(names: tuple[str, ...], origin: Place) -> Reference:
    listed = ", ".join(map(repr, names))

    def build(ids: tuple[tuple[str, ...], ...]) -> Node:
        allowed = frozenset(chain.from_iterable(ids))
        return All((any_of_ids("personIds", sorted(allowed)), _nobody_but(allowed, f"nobody but {listed}")))

    return Reference(EntityKind.PERSON, names, f"nobody but {listed}, and one of them", build, origin=origin)


def _nobody_but(allowed: frozenset[str], title: str) -> Filter:
    return Filter(
        f"nobody but {', '.join(sorted(allowed))}",
        lambda record: all(person.get("id") in allowed for person in _people(record)),
        _FIELDS,
        _names,
        text=title,
    )


def _people(record: Record) -> list[dict[str, object]]:
    people = required(record, "people")
    return [person for person in people if isinstance(person, dict)] if isinstance(people, list) else []


def _count(record: Record) -> float:
    return len({person.get("id") for person in _people(record)})


def _names(record: Record) -> list[object]:
    return [person.get("name") or "(no name)" for person in _people(record)]


_NOBODY = number_in("people", Range(0, 0), _COUNT, _count, *_FIELDS)


_UNNAMED = Filter(
    "somebody without a name",
    lambda record: any(not person.get("name") for person in _people(record)),
    _FIELDS,
    _names,
)
_ANYBODY = OneOf(ByHand(_anybody, SCALAR, meant=_WHO), NoneIs(_NOBODY))
_EVERYBODY = OneOf(ByHand(_everybody, SCALAR, meant=_WHO), NoneIs(_NOBODY))
_SO_MANY = NumberRange(_COUNT).means(lambda wanted: number_in("people", wanted, _COUNT, _count, *_FIELDS))

PREDICATE = Predicate(
    "person",
    "Who is on the photo.",
    value=OneOrMany(
        OneOf(
            _ANYBODY,
            Options(
                "a condition on people",
                {
                    "any": ("at least one of these people", OneOrMany(_ANYBODY)),
                    "all": ("all of them together", Every(_EVERYBODY)),
                    "none": ("none of them", OneOrMany(_ANYBODY).means(Not)),
                    "only": (
                        "at least one of them and nobody else, named or not",
                        ByHand(_only, one_or_list(SCALAR, NONE)),
                    ),
                    "count": (
                        "how many people, those without a name included: a number, a range or a list of these",
                        OneOrMany(_SO_MANY),
                    ),
                    "unnamed": (
                        "`true`: somebody without a name; `false`: everybody on it has one",
                        whether(_UNNAMED),
                    ),
                },
            ),
        )
    ),
    picker=Picker.PEOPLE,
    phrase="shows {}",
    examples=(
        ("person: Emma", "Emma is on it, whoever else is"),
        ("person: [Emma, Noah]", "Emma, or Noah, or both"),
        ("people: {all: [Emma, Noah], none: Grandma}", "Emma and Noah together, without Grandma"),
        ("people: {only: [Emma, Noah]}", "one or both of them, and nobody else"),
        ("people: {any: kids, count: {max: 3}}", "somebody of the group `kids`, and three people at most"),
        ("people: {count: 2, unnamed: false}", "two people, both with a name"),
        ("person: none", "nobody"),
        ("person: [Emma, none]", "Emma, or nobody at all"),
    ),
    notes=(
        "People are given by name (in any case), by id, or by the address of their page. Where several people have "
        "the same name, any of them is meant; hidden ones and those who are on archived photos only can be named as "
        "well. A name under `people:` at the top of the file stands for its members wherever a person can stand. A "
        "name that nobody has is an error.\n\n"
        "A name finds your own people. Where it excludes (under `not`, in `none`), it is everybody of that name whom a "
        "photo shows, also the people of partners whose photos are on your timeline, whatever case and accents: a "
        "partner's Emma is left out with yours. Partners' people are read off the photos, which costs one reading of "
        "the timeline with its people in each run, and only with such a partner and such an exclude. Where Immich "
        "shows nobody on any of a partner's photos, that cannot be told: these photos are left out, and the plan says "
        "so. To find a partner's person, give the id.\n\n"
        "`only`, `count` and `unnamed` look at the people that Immich shows on the photo: hidden people count, faces "
        "that Immich has not put to a person do not. People belong to one account: in a partner's photos Immich shows "
        'the partner\'s people. Write a person who is really called none in quotes: `"none"`.'
    ),
    also=("people",),
)
