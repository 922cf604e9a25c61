"""Which searches a rule becomes, and what is read of them."""

from __future__ import annotations

import pytest

from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query
from immich_smart_albums.rules.leaves import Search
from immich_smart_albums.rules.nodes import All, Any, Node, Not, Rule
from immich_smart_albums.rules.predicates.person import person_named
from immich_smart_albums.selection.lower import QueryPlan, describe, lower

from .finding import WHOLE, city, local, smart

NICE, KYOTO, DOG = city("Nice"), city("Kyoto"), smart("dog")
MAKE, NAMES, TAGS, ANYTHING = (
    local("$.exifInfo.make"),
    local("$.people[*].name"),
    local("$.tags[*].value"),
    local("$..name"),
)


def plan(node: Node) -> QueryPlan:
    return lower(Rule(node))


@pytest.mark.parametrize(
    ("node", "candidates"),
    [
        (NICE, {NICE}),
        (Any((NICE, KYOTO)), {NICE, KYOTO}),
        (All((NICE, WHOLE)), {NICE}),
        (All((WHOLE, NICE)), {NICE}),
        (All((NICE, DOG)), {DOG}),  # 200 are read sooner than a city
        (All((city("Nice", limit=50), DOG)), {city("Nice", limit=50)}),
        (All((Any((NICE, KYOTO)), DOG)), {DOG}),
        (All((NICE, Not(KYOTO))), {NICE}),
        (All((NICE, MAKE)), {NICE}),
        (Any((All((NICE, MAKE)), KYOTO)), {NICE, KYOTO}),
        (Any((NICE, MAKE)), {WHOLE}),
        (Not(NICE), {WHOLE}),
        (MAKE, {WHOLE}),
        (All((MAKE, Not(NICE))), {WHOLE}),
    ],
)
def test_candidates_are_the_cheapest_searches_that_hold_every_match(node: Node, candidates: set[Search]) -> None:
    assert plan(node).candidates == {each.query for each in candidates}


def test_a_smart_search_is_dear_where_people_are_looked_at_because_each_photo_is_asked_for_by_itself() -> None:
    assert plan(All((NICE, DOG))).candidates == {DOG.query}
    assert plan(All((NICE, DOG, NAMES))).candidates == {NICE.query}


def test_every_distinct_search_is_sent_once_with_the_candidates_first() -> None:
    node = All((Not(KYOTO), Any((DOG, DOG)), NICE, Not(All((KYOTO, NICE)))))
    assert plan(node).queries == (DOG.query, KYOTO.query, NICE.query)
    assert plan(All((MAKE, Not(NICE)))).queries == (WHOLE_LIBRARY, NICE.query)


def test_only_the_fields_that_local_filters_look_at_are_read() -> None:
    assert plan(All((NICE, KYOTO))).fields == frozenset()
    assert plan(All((NICE, MAKE, local("$.originalPath")))).fields == {"exifInfo.make", "originalPath"}
    assert plan(All((NICE, local("$.exifInfo.*")))).fields == {"exifInfo"}


def test_people_are_checked_as_metadata_searches_stream_by_and_late_after_smart_ones() -> None:
    early = plan(All((NICE, NAMES)))
    assert (early.filters, early.late_filters) == ((NAMES,), ())
    assert "people" in early.fields
    late = plan(All((DOG, NAMES, MAKE)))
    assert (late.filters, late.late_filters) == ((MAKE,), (NAMES,))
    assert late.fields == {"exifInfo.make"}


def test_one_smart_search_among_the_candidates_makes_people_late_for_all() -> None:
    both = plan(All((Any((NICE, DOG)), NAMES)))
    assert both.candidates == {NICE.query, DOG.query}
    assert both.late_filters == (NAMES,)


def test_a_smart_search_that_only_excludes_leaves_people_early() -> None:
    assert plan(All((NICE, Not(DOG), NAMES))).late_filters == ()


@pytest.mark.parametrize("late", [TAGS, ANYTHING, local("$.stack.id"), local("$.owner.name"), local("$.*")])
def test_what_no_search_returns_is_asked_for_late(late: Node) -> None:
    assert plan(All((NICE, late, MAKE))).late_filters == (late,)
    assert plan(All((NICE, late, MAKE))).fields == {"exifInfo.make"}


def test_equal_filters_are_checked_once() -> None:
    assert plan(All((NICE, MAKE, Not(All((local("$['exifInfo'].make"), KYOTO)))))).filters == (MAKE,)


def test_smart_searches_rank_where_a_photo_is_in_because_of_them() -> None:
    cat, car = smart("cat"), smart("car")
    node = All((Any((DOG, cat)), NICE, Not(car), Not(Not(DOG)), MAKE))
    assert plan(node).ranking == (DOG.query, cat.query)
    assert plan(NICE).ranking == ()


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (All((NICE,), "--include-metadata-union"), "--include-metadata-union"),
        (All((NICE,)), "all"),
        (Any((NICE,)), "any"),
        (Not(NICE), "not"),
        (Search(Query(Kind.SMART, (("query", "dog"),))), "smart search (query='dog')"),
        (MAKE, "local filter '$.exifInfo.make:x'"),
        (person_named("Emma"), "person 'Emma'"),
    ],
)
def test_parts_of_a_rule_have_short_names_for_messages(node: Node, expected: str) -> None:
    assert describe(node) == expected
