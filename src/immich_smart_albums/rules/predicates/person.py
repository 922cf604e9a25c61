"""People on an asset: some, all of them, nobody else, how many, and people without a name."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.model.text_forms import folded
from immich_smart_albums.rules.predicates.predicate import Predicate
from immich_smart_albums.rules.record import in_range, needed
from immich_smart_albums.rules.syntax.document import Entries
from immich_smart_albums.rules.syntax.ids import id_in_url
from immich_smart_albums.rules.syntax.reader import is_none, one_of, options, together
from immich_smart_albums.rules.tree import All, Any, Check, Named, Node, Not, Search, Thing
from immich_smart_albums.rules.values.numbers import Range, Unit, read_range
from immich_smart_albums.rules.values.schema import NONE, RANGE, SCALAR, TRUTH, mapping, one_or_list

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immich_smart_albums.model.query import Reach
    from immich_smart_albums.rules.syntax.document import Text, Value
    from immich_smart_albums.rules.syntax.reader import Reading
    from immich_smart_albums.rules.tree import Record

_WHO = "a person's name"
_FIELDS = frozenset({"people"})
_COUNT = Unit(
    "a number of people",
    lambda text: float(text) if text.isascii() and text.isdigit() and len(text) < 10 else None,
    lambda number: str(int(number)),
    "2, 2..4 or {min: 3}",
)


def person_named(who: str, label: str = "", reach: Reach | None = None) -> Named:
    """Somebody with this name or id is on the asset. Several people may share the name: any of them counts."""

    def build(ids: tuple[tuple[str, ...], ...]) -> Node:
        return _any_by_id(ids[0], label)

    return Named(Thing.PERSON, (who,), f"person {who!r}", build, reach, label)


def _any_by_id(ids: Iterable[str], label: str = "") -> Node:
    searches = tuple(Search(Query(Kind.METADATA, (("personIds", (each,)),)), label) for each in ids)
    return searches[0] if len(searches) == 1 else Any(searches, label)


def _read(_word: Text, value: Value, reading: Reading) -> Node | None:
    if is_none(value):
        return in_range("people", Range(0, 0), _COUNT, _count, *_FIELDS)
    if not isinstance(value, Entries):
        return _any(value, reading)
    readers = {
        "any": lambda each: _any(each, reading),
        "all": lambda each: _all(each, reading),
        "none": lambda each: _none(each, reading),
        "only": lambda each: _only(each, reading),
        "count": lambda each: _how_many(each, reading),
        "unnamed": lambda each: _unnamed(each, reading),
    }
    return options(value, reading, "a condition on people", readers)


def _each(value: Value, reading: Reading) -> tuple[Named, ...] | None:
    """The people in a value, groups as their members."""
    values = reading.each(value, _WHO)
    if values is None:
        return None
    groups = {folded(name): members for name, members in reading.people.items()}
    found: list[Named] = []
    texts = [(each, reading.text(each, _WHO)) for each in values]
    for each, text in texts:
        if text is not None:
            members = groups.get(folded(text), (text,))
            found += [person_named(id_in_url(who, "people") or who.strip(), str(each.span)) for who in members]
    return None if None in {text for _, text in texts} else tuple(found)


def _any(value: Value, reading: Reading) -> Node | None:
    people = _each(value, reading)
    return None if people is None else one_of(people)


def _all(value: Value, reading: Reading) -> Node | None:
    people = _each(value, reading)
    return None if people is None else together(people)


def _none(value: Value, reading: Reading) -> Node | None:
    people = _any(value, reading)
    return None if people is None else Not(people)


def _only(value: Value, reading: Reading) -> Node | None:
    people = _each(value, reading)
    if people is None:
        return None
    names = tuple(dict.fromkeys(name for each in people for name in each.names))
    said = ", ".join(map(repr, names))

    def build(ids: tuple[tuple[str, ...], ...]) -> Node:
        allowed = frozenset(chain.from_iterable(ids))
        return All((_any_by_id(sorted(allowed)), _nobody_but(allowed, f"nobody but {said}")))

    return Named(Thing.PERSON, names, f"nobody but {said}, and one of them", build, label=str(value.span))


def _nobody_but(allowed: frozenset[str], title: str) -> Check:
    return Check(
        f"nobody but {', '.join(sorted(allowed))}",
        lambda record: all(each.get("id") in allowed for each in _people(record)),
        _FIELDS,
        _names,
        title=title,
    )


def _how_many(value: Value, reading: Reading) -> Node | None:
    wanted = read_range(value, reading, _COUNT)
    return None if wanted is None else in_range("people", wanted, _COUNT, _count, *_FIELDS)


def _unnamed(value: Value, reading: Reading) -> Node | None:
    wanted = reading.truth(value)
    if wanted is None:
        return None
    check = Check(
        "somebody without a name",
        lambda record: any(not each.get("name") for each in _people(record)),
        _FIELDS,
        _names,
    )
    return check if wanted else Not(check)


def _people(record: Record) -> list[dict[str, object]]:
    people = needed(record, "people")
    return [each for each in people if isinstance(each, dict)] if isinstance(people, list) else []


def _count(record: Record) -> float:
    return len({each.get("id") for each in _people(record)})


def _names(record: Record) -> list[object]:
    return [each.get("name") or "(no name)" for each in _people(record)]


PREDICATE = Predicate(
    "person",
    "Who is on the photo.",
    _read,
    schema={
        "anyOf": [
            one_or_list(SCALAR),
            NONE,
            mapping(
                **dict.fromkeys(("any", "all", "none", "only"), one_or_list(SCALAR)),
                count=RANGE,
                unnamed=TRUTH,
            ),
        ]
    },
    examples=(
        ("person: Emma", "Emma is on it, whoever else is"),
        ("person: [Emma, Noah]", "Emma, or Noah, or both"),
        ("people: {all: [Emma, Noah], none: Grandma}", "Emma and Noah together, without Grandma"),
        ("people: {only: [Emma, Noah]}", "one or both of them, and nobody else"),
        ("people: {any: kids, count: {max: 3}}", "somebody of the group `kids`, and three people at most"),
        ("people: {count: 2, unnamed: false}", "two people, both with a name"),
        ("person: none", "nobody"),
    ),
    options={
        "any": "at least one of these people",
        "all": "all of them together",
        "none": "none of them",
        "only": "at least one of them and nobody else, named or not",
        "count": "how many people, those without a name included: a number or a range",
        "unnamed": "`true`: somebody without a name; `false`: everybody on it has one",
    },
    notes=(
        "People are given by name (in any case), by id, or by the address of their page. Where several people have "
        "the same name, any of them is meant. A name under `people:` at the top of the file stands for its members "
        "wherever a person can stand. A name that nobody has is an error.\n\n"
        "`only`, `count` and `unnamed` look at the people that Immich shows on the photo: hidden people count, faces "
        "that Immich has not put to a person do not. People belong to one account: in a partner's photos Immich shows "
        'the partner\'s people. Write a person who is really called none in quotes: `"none"`.'
    ),
    also=("people",),
)
