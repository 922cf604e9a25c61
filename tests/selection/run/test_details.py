"""What only the record of a single photo shows is asked for last, of what is left, and once."""

from __future__ import annotations

import pytest

from immich_smart_albums.rules.tree import All, Any, Node, Not
from tests.support.in_memory_searches import Answers, apple, canon, city, ids, local, record, select, smart

NICE, CAT = city("Nice"), smart("cat")
MAKE, MODEL = local("$.exifInfo.make", "apple"), local("$.exifInfo.model", "pro")
TAGS = local("$.tags[*].value", "pets")


def test_late_filters_are_asked_for_last_for_what_is_left_and_once_each() -> None:
    tags, owner = local("$.tags[*].value", "pets"), local("$.owner.name", "bob")
    searches = Answers(
        {NICE.query: [[apple("1"), canon("2"), apple("3"), apple("4")]], CAT.query: [[record("4")]]},
        [
            apple("1") | {"tags": [{"value": "Pets"}], "owner": {"name": "Alice"}},
            apple("3") | {"tags": [], "owner": {"name": "Bob"}},
        ],
    )
    node = All((Any((tags, owner)), NICE, Not(owner), MAKE, Not(CAT)))
    assert ids(select(node, searches)) == ["1"]
    assert searches.detail_requests == ["1", "3"]


@pytest.mark.parametrize(
    ("node", "matching"),
    [
        (Any((TAGS, MAKE)), ["1", "2", "3"]),
        (Any((All((TAGS, Not(MAKE))), All((MODEL, CAT)))), ["1", "3"]),
        (Not(All((TAGS, Not(CAT)))), ["1", "2", "4"]),
        (All((Any((TAGS, CAT)), Not(MAKE))), ["3"]),
    ],
)
def test_what_only_details_show_is_asked_of_what_is_left(node: Node, matching: list[str]) -> None:
    searches = Answers(
        {NICE.query: [[apple("1", "pro"), apple("2")], [canon("3", "pro"), canon("4")]], CAT.query: [[record("1")]]},
        [record(number, tags=[{"value": "pets"}] if number == "3" else []) for number in "1234"],
    )
    assert sorted(ids(select(All((NICE, node)), searches))) == matching
