"""What is left to hold of what a driver finds: on its records, late, or against other searches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query
from immich_smart_albums.rules.tree import All, Filter, Not
from tests.support.compiled_rules import ALBUM, ANYTHING, DOG, EMMA, FIVE, MAKE, NAMES, NICE, TAGS, branch_words, plan
from tests.support.in_memory_searches import city, local, smart

if TYPE_CHECKING:
    from immich_smart_albums.model.condition import Condition


def test_an_albums_photos_of_others_are_found_only_by_it() -> None:
    assert branch_words(plan(All((ALBUM, FIVE, Not(NICE))))) == [
        ["(albumIds=[x], rating=5) | <rating 5> & not (city='Nice')"]
    ]


def test_an_album_is_searched_inside_of_what_it_is_held_against() -> None:
    large = {ALBUM.query: 50_000, EMMA.query: 900}
    inside = "(albumIds=[x], personIds=[emma])"
    assert branch_words(plan(All((ALBUM, EMMA)), sizes=large)) == [[f"(personIds=[emma]) | {inside}"]]
    assert branch_words(plan(All((EMMA, Not(ALBUM))))) == [[f"(personIds=[emma]) | not {inside}"]]
    assert branch_words(plan(All((EMMA, FIVE, Not(ALBUM))))) == [
        ["(personIds=[emma], rating=5) | not (albumIds=[x], personIds=[emma], rating=5)"]
    ]


@pytest.mark.parametrize(
    "within",
    [
        where(isFavorite=True),  # of others' photos no record shows it
        where(rating=None),
        where(rating=5, withDeleted=True),
        where(personIds=("emma",)),
    ],
)
def test_an_albums_search_is_not_narrowed_where_others_photos_could_be_lost(within: tuple[Condition, ...]) -> None:
    check = replace(FIVE, superset=Query(Kind.METADATA, within))
    assert branch_words(plan(All((ALBUM, check)))) == [["(albumIds=[x]) | <rating 5>"]]


def test_what_is_read_anyway_is_checked_here() -> None:
    result = plan(All((MAKE, Not(NICE), Not(EMMA))))
    (reading, people) = result.scans
    assert reading.query == WHOLE_LIBRARY
    assert reading.fields == {"exifInfo.make", "exifInfo.city"}
    assert (people.query, people.fields, people.keeps_ids) == (EMMA.query, frozenset(), True)


def test_a_capped_search_is_not_read_with_exif_where_another_search_does_as_well() -> None:
    assert branch_words(plan(All((city("Nice", limit=5), Not(FIVE)))))[0] == ["(city='Nice', top 5) | not (rating=5)"]
    assert branch_words(plan(All((smart("dog", 5), Not(FIVE)))))[0] == ["smart (query='dog', top 5) | not <rating 5>"]


def test_people_are_checked_as_metadata_searches_stream_by_and_late_after_smart_ones() -> None:
    (branch,) = plan(All((NICE, NAMES))).rules[0].branches
    assert (branch.filters, branch.detail_filters) == ((NAMES,), ())
    (branch,) = plan(All((DOG, NAMES, MAKE))).rules[0].branches
    assert (branch.filters, branch.detail_filters) == ((MAKE,), (NAMES,))
    assert plan(All((DOG, NAMES, MAKE))).scans[0].fields == {"exifInfo.make"}


def test_rather_than_asking_for_each_photo_people_are_read_with_another_search() -> None:
    (branch,) = plan(All((NICE, DOG, NAMES))).rules[0].branches
    assert branch.driver == NICE.query
    assert branch.detail_filters == ()


@pytest.mark.parametrize("late", [TAGS, ANYTHING, local("$.stack.id"), local("$.owner.name"), local("$.*")])
def test_what_no_search_returns_is_asked_for_late(late: Filter) -> None:
    (branch,) = plan(All((NICE, late, MAKE))).rules[0].branches
    assert branch.detail_filters == (late,)
    assert plan(All((NICE, late, MAKE))).scans[0].fields == {"exifInfo.make"}


def test_a_late_check_that_a_search_answers_is_a_search() -> None:
    tagged = replace(TAGS, superset=Query(Kind.METADATA, where(tagIds=("pets",))), superset_is_exact=True)
    assert branch_words(plan(All((NICE, Not(tagged))))) == [["(city='Nice') | not (city='Nice', tagIds=[pets])"]]


def test_equal_checks_are_made_once() -> None:
    assert plan(All((NICE, MAKE, Not(All((local("$['exifInfo'].make"), EMMA)))))).scans[0].filters == (MAKE,)
