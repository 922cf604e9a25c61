"""The predicate on tags."""

from __future__ import annotations

import pytest

from immich_smart_albums.rules.tree import EntityKind, Reference, leaves
from tests.support.resolved_names import looked_up, shape
from tests.support.yaml_values import Quoted, node, problem

IDS = {"Pets": ("p",), "Trips": ("t",), "none": ("x",), "Twice": ("1", "2")}


def tag(id_: str) -> dict[str, object]:
    return {"tagIds": (id_,)}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Pets", tag("p")),
        (["Pets", "Trips"], ("any", tag("p"), tag("t"))),
        ("Twice", ("any", tag("1"), tag("2"))),
        (Quoted("none"), tag("x")),
        ("none", {"tagIds": None}),
        (None, {"tagIds": None}),
        ("~", {"tagIds": None}),
        ({"any": ["Pets", "Trips"]}, ("any", tag("p"), tag("t"))),
        ({"all": ["Pets", "Trips"]}, ("all", tag("p"), tag("t"))),
        ({"all": "Pets"}, tag("p")),
        ({"none": ["Pets", "Trips"]}, ("not", ("any", tag("p"), tag("t")))),
        ({"any": "Trips", "none": "Pets"}, ("all", tag("t"), ("not", tag("p")))),
        (["Pets", "none"], ("any", tag("p"), {"tagIds": None})),
        ({"any": ["none", "Pets"]}, ("any", {"tagIds": None}, tag("p"))),
        ({"none": ["Pets", "none"]}, ("not", ("any", tag("p"), {"tagIds": None}))),
        ([{"all": ["Pets", "Trips"]}, Quoted("none")], ("any", ("all", tag("p"), tag("t")), tag("x"))),
    ],
)
def test_tags_are_searched_for(value: object, expected: object) -> None:
    assert shape(looked_up({"tag": value}, IDS)) == expected


def test_names_are_known_by_their_own_places() -> None:
    first, second = leaves(node({"tag": ["Pets", " Trips "]}))
    assert isinstance(first, Reference)
    assert isinstance(second, Reference)
    assert (first.kind, first.names, first.key) == (EntityKind.TAG, ("Pets",), "tag 'Pets'")
    assert second.names == ("Trips",)
    assert str(first.origin) == "rules.yaml:1:8"


@pytest.mark.parametrize(
    ("match", "message"),
    [
        ({"tag": ""}, "a tag is expected here, not nothing"),
        ({"tag": []}, "a tag is expected here, and the list is empty"),
        ({"tag": {"all": []}}, "a tag is expected here, and the list is empty"),
        ({"tag": {"none": [[]]}}, "a tag is expected here, not a list"),
        ({"tag": {"only": "Pets"}}, "unknown word 'only' in a condition on tags"),
        ({"tag": {}}, "a condition on tags is empty"),
    ],
)
def test_what_is_wrong_is_told(match: object, message: str) -> None:
    assert problem(match).message == message
