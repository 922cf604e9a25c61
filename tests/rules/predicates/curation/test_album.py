"""The predicate on albums."""

from __future__ import annotations

import pytest

from immich_smart_albums.rules.tree import EntityKind, Reference, leaves
from tests.support.resolved_names import looked_up, shape
from tests.support.yaml_values import Quoted, node, problem

IDS = {"Pets": ("p",), "Trips": ("t",), "none": ("x",), "Twice": ("1", "2")}


def album(id_: str) -> dict[str, object]:
    return {"albumIds": (id_,)}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Pets", album("p")),
        (["Pets", "Trips"], ("any", album("p"), album("t"))),
        ("Twice", ("any", album("1"), album("2"))),
        (Quoted("none"), album("x")),
        ("none", {"isNotInAlbum": True}),
        ({"none": True}, {"isNotInAlbum": True}),
        ({"none": False}, ("not", {"isNotInAlbum": True})),
        ({"in": ["Pets", "Trips"]}, ("any", album("p"), album("t"))),
        ({"not-in": "Pets"}, ("not", album("p"))),
        (["Pets", "none"], ("any", album("p"), {"isNotInAlbum": True})),
        ({"in": ["none", "Pets"]}, ("any", {"isNotInAlbum": True}, album("p"))),
        ({"not-in": "none"}, ("not", {"isNotInAlbum": True})),
        ([{"not-in": "Trips"}, "Pets"], ("any", ("not", album("t")), album("p"))),
        (
            {"in": "Trips", "not-in": ["Pets", "Twice"]},
            ("all", album("t"), ("not", ("any", album("p"), ("any", album("1"), album("2"))))),
        ),
    ],
)
def test_albums_are_searched_for(value: object, expected: object) -> None:
    assert shape(looked_up({"album": value}, IDS)) == expected


def test_names_are_known_by_their_own_places() -> None:
    first, second = leaves(node({"album": ["Pets", " Trips "]}))
    assert isinstance(first, Reference)
    assert isinstance(second, Reference)
    assert (first.kind, first.names, first.key) == (EntityKind.ALBUM, ("Pets",), "album 'Pets'")
    assert second.names == ("Trips",)
    assert str(first.origin) == "rules.yaml:1:10"


@pytest.mark.parametrize(
    ("match", "message"),
    [
        ({"album": ""}, "an album is expected here, not nothing"),
        ({"album": {"in": []}}, "an album is expected here, and the list is empty"),
        ({"album": {"not-in": ""}}, "an album is expected here, not nothing"),
        ({"album": {"none": "Pets"}}, "true or false is expected here, not 'Pets'"),
        ({"album": {"not in": "Pets"}}, "unknown word 'not in' in a condition on albums"),
    ],
)
def test_what_is_wrong_is_told(match: object, message: str) -> None:
    assert problem(match).message == message
