"""The predicate on people: what it reads, what it asks, what it says of a record."""

from __future__ import annotations

import pytest

from immich_smart_albums.errors import FilterError
from immich_smart_albums.rules.tree import Any, EntityKind, Reference, leaves
from tests.support.payloads import ANNA
from tests.support.resolved_names import checks, looked_up, shape
from tests.support.yaml_values import Quoted, node, problem

IDS = {"Emma": ("e",), "Noah": ("n",), "Alex": ("a", "b"), "none": ("x",)}
E, N, A, B = ({"personIds": (id_,)} for id_ in "enab")


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ("Emma", E),
        ("  Emma ", E),
        ("Alex", ("any", A, B)),
        (["Emma", "Noah"], ("any", E, N)),
        (["Emma", "Alex"], ("any", E, ("any", A, B))),
        ("kids", ("any", E, N)),
        ("KIDS", ("any", E, N)),
        (["Alex", "kids"], ("any", ("any", A, B), ("any", E, N))),
        (Quoted("none"), {"personIds": ("x",)}),
        ({"any": "kids"}, ("any", E, N)),
        ({"all": "kids"}, ("all", E, N)),
        ({"all": ["Emma"]}, E),
        ({"none": "kids"}, ("not", ("any", E, N))),
        ({"none": "Emma"}, ("not", E)),
        ({"all": ["Emma", "Noah"], "none": "Alex"}, ("all", ("all", E, N), ("not", ("any", A, B)))),
        ({"only": "Emma"}, ("all", E, "nobody but e")),
        ({"only": ["Noah", "Emma", "Noah"]}, ("all", ("any", E, N), "nobody but e, n")),
        ({"only": "kids", "count": 2}, ("all", ("all", ("any", E, N), "nobody but e, n"), "people 2")),
        ({"only": "Alex"}, ("all", ("any", A, B), "nobody but a, b")),
        ({"count": "2..4"}, "people from 2 to 4"),
        ({"count": {"min": 3}}, "people from 3"),
        ({"count": 0}, "people 0"),
        ("none", "people 0"),
        (None, "people 0"),
        ({"unnamed": True}, "somebody without a name"),
        ({"unnamed": False}, ("not", "somebody without a name")),
        # A list is a list, whatever stands in it.
        (["Emma", "none"], ("any", E, "people 0")),
        (["none", {"all": "kids"}], ("any", "people 0", ("all", E, N))),
        ({"any": ["none", "kids"]}, ("any", "people 0", ("any", E, N))),
        ({"all": ["Emma", "none"]}, ("all", E, "people 0")),
        ({"none": ["Emma", "none"]}, ("not", ("any", E, "people 0"))),
        ({"only": ["none", "Emma"]}, ("any", "people 0", ("all", E, "nobody but e"))),
        ({"only": "none"}, "people 0"),
        ({"only": Quoted("none")}, ("all", {"personIds": ("x",)}, "nobody but x")),
        ({"count": [1, "3.."]}, ("any", "people 1", "people from 3")),
    ],
)
@pytest.mark.parametrize("word", ["person", "people"])
def test_people_are_read_as_searches_and_checks(word: str, people: object, expected: object) -> None:
    assert shape(looked_up({word: people}, IDS)) == expected


def test_names_are_known_by_their_own_places() -> None:
    first, second, third = leaves(node({"people": {"all": ["Emma", "Noah"], "only": ["Emma", "kids"]}}))
    assert isinstance(first, Reference)
    assert (first.kind, first.names, first.key, str(first.origin)) == (
        EntityKind.PERSON,
        ("Emma",),
        "person 'Emma'",
        "rules.yaml:1:17",
    )
    assert str(second.origin) == "rules.yaml:1:23"
    assert isinstance(third, Reference)
    assert third.names == ("Emma", "Noah")
    assert third.key == "nobody but 'Emma', 'Noah', and one of them"
    assert str(third.origin) == "rules.yaml:1:36"


@pytest.mark.parametrize("address", [ANNA, f"https://photos.example/people/{ANNA}?previousRoute=%2Fpeople"])
def test_somebody_is_given_by_id_or_address(address: str) -> None:
    (leaf,) = leaves(node({"person": Quoted(address)}))
    assert isinstance(leaf, Reference)
    assert leaf.names == (ANNA,)


@pytest.mark.parametrize(
    ("people", "message"),
    [
        ("", "a person's name is expected here, not nothing"),
        (Quoted(" "), "a person's name is expected here, not a blank text"),
        ([], "a person's name is expected here, and the list is empty"),
        ({"any": ["Emma", {"all": ["Noah"]}]}, "a person's name is expected here, not a mapping"),
        ({"only": [["Emma"]]}, "a person's name is expected here, not a list"),
        ({"only": []}, "a person's name is expected here, and the list is empty"),
        ({}, "a condition on people is empty"),
        ({"al": ["Emma"]}, "unknown word 'al' in a condition on people"),
        ({"all": []}, "a person's name is expected here, and the list is empty"),
        ({"none": ""}, "a person's name is expected here, not nothing"),
        ({"only": ""}, "a person's name is expected here, not nothing"),
        ({"count": "many"}, "a number of people or a range is expected here, not 'many'"),
        ({"count": 2.5}, "a number of people or a range is expected here, not '2.5'"),
        ({"count": "4..2"}, "the range ends before it begins: nothing can match"),
        ({"unnamed": "maybe"}, "true or false is expected here, not 'maybe'"),
    ],
)
def test_what_is_wrong_is_told(people: object, message: str) -> None:
    assert problem({"person": people}).message == message


def people(*pairs: tuple[str, str]) -> dict[str, object]:
    return {"id": "1", "people": [{"id": id_, "name": name} for id_, name in pairs]}


NOBODY, EMMA, BOTH = people(), people(("e", "Emma")), people(("e", "Emma"), ("n", "Noah"))
STRANGER = people(("e", "Emma"), ("s", ""))
FACES = people(("e", "Emma"), ("e", "Emma"))
"""Somebody who is on it twice counts once."""


@pytest.mark.parametrize(
    ("condition", "passing"),
    [
        ({"only": "Emma"}, [NOBODY, EMMA, FACES]),  # that Emma is there says the search beside the check
        ({"only": "kids"}, [NOBODY, EMMA, BOTH, FACES]),
        ({"count": 1}, [EMMA, FACES]),
        ({"count": {"max": 1}}, [NOBODY, EMMA, FACES]),
        ({"count": 2}, [BOTH, STRANGER]),
        ({"count": 0}, [NOBODY]),
        ({"unnamed": True}, [STRANGER]),
    ],
)
def test_a_record_tells_who_is_on_it(condition: object, passing: list[dict[str, object]]) -> None:
    (check,) = checks(looked_up({"people": condition}, IDS))
    records = [NOBODY, EMMA, BOTH, STRANGER, FACES]
    assert [record for record in records if check.holds(record)] == passing
    assert check.reads == frozenset({"people"})


def test_what_decided_are_the_names() -> None:
    for condition in ({"only": "Emma"}, {"unnamed": True}):
        (check,) = checks(looked_up({"people": condition}, IDS))
        assert check.evidence(STRANGER) == ["Emma", "(no name)"]
    (count,) = checks(node({"people": {"count": 2}}))
    assert count.evidence(STRANGER) == 2


def test_a_record_without_people_tells_nothing() -> None:
    (check,) = checks(node({"people": {"count": 0}}))
    with pytest.raises(FilterError, match="the server did not tell 'people' of asset 1"):
        check.holds({"id": "1"})
    assert check.holds({"id": "1", "people": None})


def test_checks_on_different_people_are_different_whatever_they_are_called() -> None:
    one, other = (looked_up({"people": {"only": "Emma"}}, {"Emma": (id_,)}) for id_ in "xy")
    assert checks(one) != checks(other)
    (check,) = checks(one)
    assert check.text == "nobody but 'Emma'"


def test_several_of_one_name_are_any_of_them() -> None:
    result = looked_up({"person": "Alex"}, IDS)
    assert isinstance(result, Any)
