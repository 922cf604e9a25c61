"""Searches that several rules need are sent once."""

from __future__ import annotations

import pytest

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query
from immich_smart_albums.rules.tree import All, Any, Not, Search
from tests.support.compiled_rules import APPLE, DOG, EMMA, FIVE, KYOTO, MAKE, NICE, NOAH, PATH, plan
from tests.support.in_memory_searches import named, person


def test_a_search_that_several_rules_need_is_sent_once_with_what_all_of_them_need() -> None:
    result = plan(All((NICE, PATH)), All((NICE, MAKE)), All((DOG, NICE)))
    assert [scan.query for scan in result.scans] == [NICE.query, DOG.query]
    assert result.scans[0].fields == {"exifInfo.make", "originalPath"}
    assert result.scans[0].keeps_ids


def test_rules_that_records_answer_are_answered_by_a_library_that_is_read_anyway() -> None:
    result = plan(NICE, All((KYOTO, EMMA)), MAKE, Any((FIVE, APPLE)), All((NICE, Not(FIVE))))
    assert {scan.query for scan in result.scans} <= {
        WHOLE_LIBRARY,
        Query(Kind.METADATA, where(city="Kyoto", personIds=("emma",))),
    }
    assert result.scans[0].fields == {"exifInfo.make", "exifInfo.city", "exifInfo.rating"}


def test_what_many_rules_exclude_is_asked_for_once() -> None:
    nodes = [All((named(f"trip {number}"), Not(EMMA))) for number in range(20)]
    assert EMMA.query in {scan.query for scan in plan(*nodes, sizes={EMMA.query: 900}).scans}
    assert len(plan(*nodes, sizes={EMMA.query: 900}).scans) == 21


@pytest.mark.parametrize("excluded", [(), (EMMA,), (EMMA, NOAH)])
def test_never_more_searches_are_sent_than_a_rule_has_leaves(excluded: tuple[Search, ...]) -> None:
    people = [person(f"p{number}") for number in range(4)]
    names = [named(f"img {number}") for number in range(4)]
    node = All((Any(tuple(people)), Any(tuple(names)), *map(Not, excluded)))
    sizes = {search.query: 30_000 for search in people}
    assert len(plan(node, sizes=sizes).scans) <= len(people) + len(names) + len(excluded)
