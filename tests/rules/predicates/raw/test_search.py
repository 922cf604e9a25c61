"""The predicate on searches in Immich's own words."""

from __future__ import annotations

import pytest

from immich_smart_albums.model.dialects import conditions_of
from immich_smart_albums.model.query import Kind, Query, Value, Visibility
from immich_smart_albums.rules.tree import Search
from tests.support.yaml_values import Quoted, node, parsed

ANNA = "8fbe472e-7463-4d97-ae2d-3efb3270e153"


@pytest.mark.parametrize(
    ("wanted", "kind", "filters", "limit"),
    [
        ({}, Kind.METADATA, {}, None),
        ({"city": "Helsinki", "isFavorite": True}, Kind.METADATA, {"city": "Helsinki", "isFavorite": True}, None),
        ({"city": None}, Kind.METADATA, {"city": None}, None),
        ({"city": "~", "state": "none"}, Kind.METADATA, {"city": None, "state": None}, None),
        ({"city": Quoted("null")}, Kind.METADATA, {"city": "null"}, None),
        ({"originalFileName": "0123"}, Kind.METADATA, {"originalFileName": "0123"}, None),
        ({"rating": 5}, Kind.METADATA, {"rating": 5}, None),
        ({"personIds": [ANNA]}, Kind.METADATA, {"personIds": (ANNA,)}, None),
        ({"datetime": {"from": "2023-06-01"}}, Kind.METADATA, {"takenAfter": "2023-06-01T00:00:00.000Z"}, None),
        ({"query": "dog"}, Kind.SMART, {"query": "dog"}, 200),
        ({"query": Quoted("7"), "resultLimit": 50}, Kind.SMART, {"query": "7"}, 50),
        ({"queryAssetId": ANNA}, Kind.SMART, {"queryAssetId": ANNA}, 200),
    ],
)
def test_searches_are_read(wanted: object, kind: Kind, filters: dict[str, Value], limit: int | None) -> None:
    result, findings = parsed({"search": wanted})
    assert findings.problems == []
    assert findings.warnings == []
    assert result == Search(Query(kind, conditions_of(filters), limit=limit))
    assert isinstance(result, Search)
    assert str(result.origin) == "rules.yaml:1:10"
    assert not result.sets_scope


def test_a_search_may_say_where_to_look() -> None:
    result = node({"search": {"isArchived": True}})
    assert isinstance(result, Search)
    assert result.query.visibility == {Visibility.ARCHIVE}
    assert result.sets_scope


@pytest.mark.parametrize(
    ("wanted", "where", "message"),
    [
        ("dog", 10, "a search is a mapping of Immich's own search fields, not 'dog'"),
        ([{"city": "x"}, "y"], 22, "a search is a mapping"),
        ({"ctiy": "Helsinki"}, 11, "Immich has no search field 'ctiy'"),
        ({"city": "x", "isFavorite": "yes"}, 20, "isFavorite takes true or false, not a text"),
        ({"rating": Quoted("5")}, 11, "rating takes"),
        ({"rating": 4.5}, 11, "rating takes"),
        ({"visibility": "locked"}, 11, "visibility 'locked' cannot be searched"),
        ({"takenAfter": "2024", "takenBefore": "x"}, 11, "takenAfter takes"),
        ({"takenAfter": "2024-02-01", "takenBefore": "2024-01-01"}, 10, "is later than takenBefore"),
        ({"query": "dog", "description": "x"}, 23, "Immich's smart search does not have 'description'"),
    ],
)
def test_what_is_no_search_is_told_at_its_word(wanted: object, where: int, message: str) -> None:
    _, findings = parsed({"search": wanted})
    assert message in findings.problems[0].message
    assert findings.problems[0].where == f"rules.yaml:1:{where}"
