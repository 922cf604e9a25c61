"""The predicate on the archive."""

from __future__ import annotations

import pytest

from immich_smart_albums.model.query import Kind, Query, Visibility
from immich_smart_albums.rules.tree import Search
from tests.support.resolved_names import shape
from tests.support.yaml_values import node, problem


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({"archived": True}, {}),
        ({"archived": False}, ("not", {})),
        ({"archived": "any"}, {}),
    ],
)
def test_values_are_read(match: object, expected: object) -> None:
    assert shape(node(match)) == expected


def test_what_is_wrong_is_told() -> None:
    assert problem({"archived": "maybe"}).message == "true or false is expected here, not 'maybe'"


def test_the_archive_is_searched_for_where_it_is() -> None:
    archive, timeline = Visibility.ARCHIVE, Visibility.TIMELINE
    assert node({"archived": True}) == Search(Query(Kind.METADATA, visibility=frozenset({archive})))
    assert node({"archived": "any"}) == Search(Query(Kind.METADATA, visibility=frozenset({archive, timeline})))
