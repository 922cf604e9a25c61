"""The predicates owner, library, archived, offline, stack, photo, favorite and text."""

from __future__ import annotations

import pytest

from immich_smart_albums.errors import FilterError
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query, Visibility
from immich_smart_albums.rules.tree import EntityKind, Reference, Search, leaves
from tests.support.payloads import ANNA, BEN, NOT_V4
from tests.support.resolved_names import checks, looked_up, shape
from tests.support.yaml_values import Quoted, node, problem

IDS = {"mine": ("me",), "partner": ("me",), "bob@example.org": ("b",), "Alex": ("x", "y"), ANNA: (ANNA,), BEN: (BEN,)}


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({"owner": "mine"}, "owner me"),
        ({"owner": "partner"}, ("not", "owner me")),
        ({"owner": "bob@example.org"}, "owner b"),
        ({"owner": ["mine", " Alex "]}, ("any", "owner me", "owner x or y")),
        ({"library": ANNA.upper()}, f"library {ANNA}"),
        ({"library": [ANNA, BEN]}, ("any", f"library {ANNA}", f"library {BEN}")),
        ({"library": "none"}, "in no external library"),
        ({"library": "any"}, ("not", "in no external library")),
        ({"offline": True}, {"isOffline": True, "withDeleted": True}),
        ({"offline": False}, ("not", {"isOffline": True, "withDeleted": True})),
        ({"archived": True}, {}),
        ({"archived": False}, ("not", {})),
        ({"archived": "any"}, {}),
        ({"stack": True}, ("not", "in no stack")),
        ({"stack": False}, "in no stack"),
        ({"stack": "primary"}, ("all", ("not", "in no stack"), "first of its stack")),
        ({"photo": f"https://photos.example/photos/{ANNA.upper()}"}, f"photo {ANNA}"),
        ({"photo": [BEN, ANNA, BEN]}, f"photo {' or '.join(sorted((ANNA, BEN)))}"),
        ({"favorite": True}, "favorite"),
        ({"favourite": False}, ("not", "favorite")),
        ({"text": " boarding pass "}, {"ocr": "boarding pass"}),
        ({"text": ["receipt", 2024]}, ("any", {"ocr": "receipt"}, {"ocr": "2024"})),
    ],
)
def test_values_are_read(match: object, expected: object) -> None:
    assert shape(looked_up(match, IDS)) == expected


@pytest.mark.parametrize(
    ("match", "message"),
    [
        ({"owner": ""}, "mine, partner or a user is expected here, not nothing"),
        ({"owner": {}}, "mine, partner or a user is expected here, not a mapping"),
        ({"library": ""}, "the id of an external library is expected here, not nothing"),
        (
            {"library": "Photos"},
            "the id of an external library is expected here, or any or none, not 'Photos'",
        ),
        (
            {"library": NOT_V4},
            f"the id of an external library is expected here, or any or none, not '{NOT_V4}'",
        ),
        ({"archived": "maybe"}, "true or false is expected here, not 'maybe'"),
        ({"offline": "any"}, "true or false is expected here, not 'any'"),
        ({"stack": []}, "true, false or primary is expected here, and the list is empty"),
        (
            {"photo": [ANNA, "a dog"]},
            "'a dog' is neither the id of a photo nor the address of its page",
        ),
        ({"photo": []}, "the id of a photo, or the address of its page, is expected here, and the list is empty"),
        ({"favorite": Quoted("true")}, "true or false is expected here, not 'true'"),
        ({"text": ""}, "words in the picture is expected here, not nothing"),
        ({"text": []}, "words in the picture is expected here, and the list is empty"),
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


def test_the_archive_is_searched_for_where_it_is() -> None:
    archive, timeline = Visibility.ARCHIVE, Visibility.TIMELINE
    assert node({"archived": True}) == Search(Query(Kind.METADATA, visibility=frozenset({archive})))
    assert node({"archived": "any"}) == Search(Query(Kind.METADATA, visibility=frozenset({archive, timeline})))


@pytest.mark.parametrize(
    ("match", "record", "value"),
    [
        ({"owner": "mine"}, {"ownerId": "me"}, "me"),
        ({"library": ANNA}, {"libraryId": ANNA}, ANNA),
        ({"library": "none"}, {"libraryId": None}, None),
        ({"stack": False}, {"stack": None}, None),
        ({"photo": [ANNA, BEN]}, {"id": BEN}, BEN),
        ({"favorite": True}, {"isFavorite": True}, True),
    ],
)
def test_a_record_passes_by_one_field(match: object, record: dict[str, object], value: object) -> None:
    (check,) = checks(looked_up(match, IDS))
    assert check.holds(record)
    assert check.evidence(record) == value
    assert check.reads == record.keys()
    other: object = {"id": "s", "primaryAssetId": "1"} if "stack" in record else "somebody"
    assert not check.holds(dict.fromkeys(record, other))
    with pytest.raises(FilterError, match="the server did not tell"):
        check.holds({})


def test_the_first_of_a_stack_is_the_one_that_it_is_shown_by() -> None:
    _, first = checks(node({"stack": "primary"}))
    stack = {"id": "s", "primaryAssetId": "1", "assetCount": 3}
    assert first.holds({"id": "1", "stack": stack})
    assert first.evidence({"id": "1", "stack": stack}) == "1"
    assert not first.holds({"id": "2", "stack": stack})
    assert not first.holds({"id": "1", "stack": None})


def test_one_photo_can_be_searched_for_and_a_list_of_them_is_one_look_at_a_record() -> None:
    (one,) = checks(looked_up({"photo": ANNA}, IDS))
    assert (one.superset, one.superset_is_exact) == (Query(Kind.METADATA, where(id=ANNA)), True)
    (several,) = checks(looked_up({"not": {"photo": [ANNA, BEN]}}, IDS))
    assert (several.superset, several.text) == (None, "one of 2 photos")
