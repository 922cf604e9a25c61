"""Conditions, and the two ways in which searches say them."""

from __future__ import annotations

import pytest

from immich_smart_albums.model.condition import Condition, Value
from immich_smart_albums.model.dialects import as_condition, as_flat, is_in_filter, where
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.model.search_fields import FIELDS, OPERATORS

DAY = "2024-01-01T00:00:00.000Z"
ONE_OF_EACH: tuple[Value, ...] = (None, "", "x", 3, True, False, ("a",), ("a", "b"), DAY)


@pytest.mark.parametrize("name", FIELDS)
def test_what_a_flat_field_means_is_said_by_it_again(name: str) -> None:
    for value in ONE_OF_EACH:
        condition = as_condition(name, value)
        assert as_flat(condition) == (name, value)
        if is_in_filter(condition):
            assert condition.operator in OPERATORS[condition.field]


def test_one_and_true_are_told_apart() -> None:
    values = [as_flat(as_condition("rating", value)) for value in (True, 1, True)]
    assert [value for _, value in filter(None, values)] == [True, 1, True]
    assert [type(value) for _, value in filter(None, values)] == [bool, int, bool]


@pytest.mark.parametrize(
    ("name", "value", "condition"),
    [
        ("city", "Nice", ("city", "eq", "Nice")),
        ("personIds", ("a", "b"), ("personIds", "all", ("a", "b"))),
        ("takenAfter", DAY, ("takenAt", "gte", DAY)),
        ("takenBefore", DAY, ("takenAt", "lte", DAY)),
        ("tagIds", None, ("hasTags", "eq", False)),
        ("originalFileName", "img", ("originalFileName", "like", "img")),
        ("ocr", "a", ("ocr", "matches", "a")),
        ("isNotInAlbum", True, ("hasAlbums", "eq", False)),
    ],
)
def test_filter_says_what_surely_means_the_same(name: str, value: Value, condition: tuple[str, str, Value]) -> None:
    assert as_condition(name, value) == condition
    assert is_in_filter(as_condition(name, value))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("city", None),
        ("city", ""),
        ("originalFileName", ""),
        ("checksum", "x"),
        ("withDeleted", True),
        ("isOffline", True),
        ("albumIds", ("a",)),
        ("isNotInAlbum", False),
        ("trashedAfter", DAY),
        ("query", "dog"),
    ],
)
def test_what_filter_may_say_otherwise_stays_flat(name: str, value: Value) -> None:
    assert not is_in_filter(as_condition(name, value))


@pytest.mark.parametrize(
    "condition",
    [
        Condition("personIds", "none", ("a",)),
        Condition("hasTags", "eq", value=True),
        Condition("takenAt", "gt", DAY),
        Condition("description", "eq", "x"),
        Condition("city", "ne", None),
        Condition("albumIds", "any", ("a",)),
    ],
)
def test_what_only_filter_says_is_not_flat(condition: Condition) -> None:
    assert as_flat(condition) is None
    assert is_in_filter(condition)
    query = Query(Kind.METADATA, (condition,))
    assert (query.is_flat, query.is_filter, query.flat_fields) == (False, True, {})


def test_neither_says_what_no_search_has() -> None:
    condition = Condition("rating", "like", "4")
    assert as_flat(condition) is None
    assert not is_in_filter(condition)


def test_a_search_is_flat_where_each_field_has_one_place() -> None:
    untagged = where(tagIds=None)
    both = Query(Kind.METADATA, (*untagged, *where(tagIds=("a",))))
    assert (both.is_flat, both.is_filter) == (False, True)
    assert Query(Kind.METADATA, untagged).is_flat
    assert not Query(Kind.METADATA, untagged, any_of=(untagged,)).is_flat
    smart = Query(Kind.SMART, where(query="dog", city="Nice"))
    assert (smart.is_flat, smart.is_filter) == (True, False)
    assert smart.flat_fields == {"query": "dog", "city": "Nice"}


def test_a_narrowed_search_has_one_condition_of_each_operator() -> None:
    nice = Query(Kind.METADATA, where(city="Nice", takenAfter=DAY))
    later = Condition("takenAt", "gte", "2025-01-01T00:00:00.000Z")
    assert nice.narrowed(later, *where(rating=5)) == Query(Kind.METADATA, (*where(city="Nice", rating=5), later))
    assert nice.get("takenAt", "gte") == DAY
    assert nice.get("takenAt", "lte") is None
    assert nice.get("rating") is None
