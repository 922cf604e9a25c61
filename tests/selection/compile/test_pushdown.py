"""Filters that become conditions of searches, and searches that are looked up in records."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.model.condition import Condition
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query, Visibility
from immich_smart_albums.rules.tree import All, Any, Not, Search
from immich_smart_albums.selection.query_plan import Branch
from tests.support.in_memory_searches import Flat, city, named

if TYPE_CHECKING:
    from collections.abc import Iterable
from tests.support.compiled_rules import APPLE, DOG, EMMA, FIVE, FOUR, MAKE, NEW, NICE, PATH, branch_words, plan


def test_checks_that_a_search_answers_become_part_of_it() -> None:
    assert branch_words(plan(APPLE)) == [["(make='Apple')"]]
    assert branch_words(plan(All((EMMA, APPLE, Not(FIVE))))) == [
        ["(make='Apple', personIds=[emma]) | not <rating 5>"],
    ]
    assert branch_words(plan(All((EMMA, Any((FOUR, FIVE)))))) == [
        ["(personIds=[emma], rating=4)", "(personIds=[emma], rating=5)"]
    ]


def test_a_check_whose_search_finds_more_narrows_the_driver_and_is_checked_still() -> None:
    near = replace(APPLE, superset_is_exact=False)
    assert branch_words(plan(All((EMMA, near)))) == [["(make='Apple', personIds=[emma]) | <make 'Apple'>"]]


@pytest.mark.parametrize(
    "within",
    [
        Query(Kind.METADATA, where(rating=5), limit=3),
        Query(Kind.METADATA, where(albumIds=("x",))),
        Query(Kind.SMART, where(query="dog"), limit=3),
        Query(Kind.METADATA, where=(Condition("rating", "gte", 4),)),
    ],
)
def test_searches_that_could_mean_something_else_here_bound_no_check(within: Query) -> None:
    check = replace(FIVE, superset=within)
    assert branch_words(plan(All((NICE, check)))) == [["(city='Nice') | <rating 5>"]]


def test_a_check_is_bounded_where_its_driver_looks() -> None:
    shown = frozenset({Visibility.ARCHIVE})
    archive = Search(Query(Kind.METADATA, where(withDeleted=True), shown))
    (branch,) = plan(All((archive, FIVE))).rules[0].branches
    assert branch == Branch(Query(Kind.METADATA, where(rating=5, withDeleted=True), shown))


def test_fields_that_records_lack_here_are_not_looked_at() -> None:
    class Old(Flat):
        def unsupported_asset_fields(self, names: Iterable[str]) -> list[str]:
            return [name for name in names if name == "createdAt"]

    added = Search(Query(Kind.METADATA, where(createdAfter="2024-01-01T00:00:00.000Z")))
    node = All((PATH, Not(added)))
    assert branch_words(plan(node))[0][0].endswith("not <(createdAfter='2024-01-01T00:00:00.000Z'), checked here>")
    assert branch_words(plan(node, server=Old()))[0][0].endswith("not (createdAfter='2024-01-01T00:00:00.000Z')")


@pytest.mark.parametrize(
    ("check", "local_one"),
    [
        (NICE, True),
        (Search(Query(Kind.METADATA, where(rating=5, type="IMAGE"))), True),
        (Search(Query(Kind.METADATA, where(isMotion=False))), True),
        (Search(Query(Kind.METADATA, where(takenAfter="2024-01-01T00:00:00.000Z"))), True),
        (Search(Query(Kind.METADATA, where(takenBefore="2024-01-01T00:00:00.000Z"))), False),
        (Search(Query(Kind.METADATA, where(city=None))), False),
        (Search(Query(Kind.METADATA, where(city=""))), False),
        (Search(Query(Kind.METADATA, where(libraryId=None))), False),
        (Search(Query(Kind.METADATA, where(isFavorite=True))), False),
        (Search(Query(Kind.METADATA, where(city="Nice", personIds=("emma",)))), False),
        (city("Nice", limit=5), False),
        (Search(Query(Kind.METADATA, where=(Condition("city", "in", ("a", "b")),))), False),
        (named("img"), False),
        (DOG, False),
    ],
)
def test_only_what_records_tell_exactly_is_checked_here(check: Search, local_one: bool) -> None:
    (branch,) = plan(All((MAKE, Not(check)))).rules[0].branches
    assert (len(branch.filters) == 2) is local_one
    assert bool(branch.searches) is not local_one


def test_conditions_of_checks_are_sent_where_the_server_takes_them() -> None:
    stars = replace(FIVE, key="rating from 4", superset=Query(Kind.METADATA, where=(Condition("rating", "gte", 4),)))
    assert branch_words(plan(All((EMMA, stars)), server=NEW)) == [["(personIds=[emma], rating gte 4)"]]
    assert branch_words(plan(All((EMMA, stars)))) == [["(personIds=[emma]) | <rating from 4>"]]
    trash = Search(Query(Kind.METADATA, where(withDeleted=True)))
    assert branch_words(plan(All((trash, stars)), server=NEW)) == [["(withDeleted=true) | <rating from 4>"]]
