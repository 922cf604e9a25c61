"""The predicate on owners."""

from __future__ import annotations

import pytest

from immich_smart_albums.rules.tree import EntityKind, Reference, leaves
from tests.support.asset_records import assert_one_field_decides
from tests.support.resolved_names import checks, looked_up, shape
from tests.support.yaml_values import Quoted, node, problem

IDS = {"mine": ("me",), "partner": ("me",), "bob@example.org": ("b",), "Alex": ("x", "y")}


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({"owner": "mine"}, "owner me"),
        ({"owner": "partner"}, ("not", "owner me")),
        ({"owner": "bob@example.org"}, "owner b"),
        ({"owner": ["mine", " Alex "]}, ("any", "owner me", "owner x or y")),
    ],
)
def test_values_are_read(match: object, expected: object) -> None:
    assert shape(looked_up(match, IDS)) == expected


@pytest.mark.parametrize(
    ("match", "message"),
    [
        ({"owner": ""}, "mine, partner or a user is expected here, not nothing"),
        ({"owner": {}}, "mine, partner or a user is expected here, not a mapping"),
    ],
)
def test_what_is_wrong_is_told(match: object, message: str) -> None:
    assert problem(match).message == message


def test_the_account_and_users_are_looked_up_as_such() -> None:
    result = list(leaves(node({"owner": ["mine", "partner", "Bob", Quoted("mine")]})))
    assert [(leaf.kind, leaf.names) for leaf in result if isinstance(leaf, Reference)] == [
        (EntityKind.ME, ("mine",)),
        (EntityKind.ME, ("partner",)),
        (EntityKind.USER, ("Bob",)),
        (EntityKind.USER, ("mine",)),
    ]


def test_a_record_passes_by_one_field() -> None:
    (check,) = checks(looked_up({"owner": "mine"}, IDS))
    assert_one_field_decides(check, {"ownerId": "me"}, "me")
